"""A generated Python project of any size, always the same for the same size, with the vocabulary of a shop."""

from __future__ import annotations

import random
from pathlib import Path

from gitrepo import GitRepo, make_repo

NOUNS = (
    *("basket", "invoice", "parcel", "voucher", "customer", "warehouse", "supplier", "refund", "catalogue"),
    *("shelf", "courier", "payment", "discount", "ledger", "coupon", "address", "stock", "carrier", "order"),
)
VERBS = (
    *("collect", "reserve", "settle", "release", "audit", "merge", "split", "price", "ship", "cancel"),
    *("archive", "count", "verify", "notify", "schedule", "restore"),
)
README = """\
# Shop

A shop without a counter. `shop/` holds one module a thing; `shop/checkout.py` is where money changes hands.
"""
CHECKOUT = '''\
"""Where money changes hands."""

from __future__ import annotations

VAT_PERCENT = 19


class Checkout:
    """Turns a basket into an invoice."""

    def __init__(self, basket: list[int]) -> None:
        self.basket = basket

    def net_total(self) -> int:
        """Cents without tax."""
        return sum(self.basket)

    def gross_total(self) -> int:
        """Cents with tax, rounded half up."""
        return (self.net_total() * (100 + VAT_PERCENT) + 50) // 100


def checkout(basket: list[int]) -> int:
    """What the customer pays, in cents."""
    return Checkout(basket).gross_total()
'''


def make_sample(path: Path, n_files: int) -> GitRepo:
    """A committed project of `n_files` modules beside its checkout."""
    repo = make_repo(path)
    repo.write("README.md", README)
    repo.write("shop/checkout.py", CHECKOUT)
    for number in range(n_files):
        name = f"{NOUNS[number % len(NOUNS)]}_{number:03d}"
        repo.write(f"shop/{NOUNS[number * 7 % len(NOUNS)]}s/{name}.py", module(name, number))
    repo.commit("Open the shop")
    return repo


def module(name: str, seed: int) -> str:
    """A module with a class and some functions, about 1.5 kB."""
    dice = random.Random(seed)
    title = name.replace("_", " ").title().replace(" ", "")
    methods = "\n".join(_method(dice) for _ in range(dice.randint(3, 6)))
    neighbour = dice.choice(NOUNS)
    return (
        f'"""Everything about {name.replace("_", " ")}."""\n\n'
        f"from __future__ import annotations\n\nfrom shop.checkout import Checkout\n\n"
        f"LIMIT = {dice.randint(10, 9_999)}\n\n\n"
        f'class {title}:\n    """One {name.split("_", maxsplit=1)[0]} of the {neighbour}."""\n\n{methods}\n\n'
        f"def make_{name}(checkout: Checkout) -> {title}:\n"
        f'    """The {name.split("_", maxsplit=1)[0]} for a checkout, within its limit."""\n'
        f"    found = {title}()\n    assert checkout.gross_total() < LIMIT\n    return found\n"
    )


def _method(dice: random.Random) -> str:
    verb, noun, other = dice.choice(VERBS), dice.choice(NOUNS), dice.choice(NOUNS)
    rate = dice.randint(2, 90)
    return (
        f"    def {verb}_{noun}_{rate}(self, {other}s: list[int], start: int = {dice.randint(0, 9)}) -> int:\n"
        f'        """{verb.capitalize()} the {noun} for every {other} from `start` on."""\n'
        f"        total = 0\n"
        f"        for position, {other} in enumerate({other}s[start:]):\n"
        f"            total += {other} * {rate} // (position + 1)\n"
        f"        return min(total, LIMIT)\n"
    )
