"""What was spent: the ledger, money held back, and the day that budgets go by."""
