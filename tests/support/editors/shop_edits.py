"""What the model does to the generated shop of `sample_repo.py` in tests of editors."""

from __future__ import annotations

from messages_api import MessagesApi, Reply, tool_use_block

CHECKOUT = "shop/checkout.py"
NET = '        """Cents without tax."""\n        return sum(self.basket)\n'
ROUNDED = '        """The sum of the 🧺, in ¢ and without tax."""\n        return sum(self.basket)\n'


def replaced(old: str, new: str, path: str = CHECKOUT) -> dict[str, object]:
    """The model replaces a text of a file."""
    given = {"command": "str_replace", "path": path, "old_str": old, "new_str": new}
    return tool_use_block("str_replace_based_edit_tool", given)


def script_edit(api: MessagesApi, old: str = NET, new: str = ROUNDED) -> None:
    """It does so, and is done."""
    api.script(Reply((replaced(old, new),)), "Done.")
