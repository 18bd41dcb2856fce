# The project's commands by short names. Everything works without make: see CONTRIBUTING.md.
PYTHON = .venv/bin/python

help: ## list these targets
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*## /\t/' | expand -t 10

setup: ## make .venv with everything that the tests need
	python3 -m venv .venv && .venv/bin/pip install -q -e '.[dev]'

test: ## run all tests, linters and type checks
	$(PYTHON) -m pytest

check: ## run ruff, mypy and the rules of the code base, a minute
	$(PYTHON) -m pytest -q tests/test_tidy.py tests/test_decisions.py tests/test_readme.py

format: ## mend what can be mended by itself
	$(PYTHON) -m ruff check --fix . ; $(PYTHON) -m ruff format .

api: ## make the pages of the Python API in build/api
	$(PYTHON) -W error server/docs/api_pages.py build/api

figures: ## print sizes, imports, comments and names of the sources
	$(PYTHON) tests/benchmarks/house_figures.py

.PHONY: help setup test check format api figures
