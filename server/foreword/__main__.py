"""`python -m foreword` is the console script."""

from foreword.cli.main import run

run()
