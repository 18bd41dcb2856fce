"""Files on disk and in git. gitpython, pathspec and tomlkit live here."""
