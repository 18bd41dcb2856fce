"""What the commands do, by subject; the table of them is `api/table.py`."""
