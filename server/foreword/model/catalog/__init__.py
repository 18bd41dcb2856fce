"""The models that are known: prices, windows, cache minimums; and what requests cost."""
