"""Reports over what was done: usage page, charts, treemap, replay."""
