"""The prices and limits of a model, as the prefix layer takes them: it does not know models."""

from __future__ import annotations

from foreword.model.catalog.model_info import Model
from foreword.prefix.policy.rates import Rates


def rates_of(model: Model) -> Rates:
    """What a decision about money needs to know of a model."""
    prices, cliff = model.prices, model.cliff
    return Rates(
        input=prices.input,
        write_5m=prices.write_5m,
        write_1h=prices.write_1h,
        read=prices.read,
        minimum=model.minimum,
        window=model.context,
        cliff_above=cliff.above if cliff else None,
        cliff_factor=cliff.factor if cliff else 1.0,
    )
