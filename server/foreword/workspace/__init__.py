"""Files on disk and in git. gitpython and pathspec live here."""
