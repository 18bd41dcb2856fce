"""What every front door offers: the table of commands, and the public Python API.

A command is written once, here; the command line, the language server and Python programs only say it in their own
ways. Public are the names that `foreword` itself exports; everything else may change.
"""
