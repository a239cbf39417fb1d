# `make demo` shows the workbench on sample data; `make test` runs all tests. Both need only Python 3.11 and make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(BIN)/python -m

.DEFAULT_GOAL := help
.PHONY: help demo serve test lint bench pages messages translations requirements wheel clean

help:  ## Show what can be made
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: $(VENV)/runtime messages  ## Serve the whole workbench on sample data at a local address
	-$(RUN) workbench models install  # without a network the demo goes by words alone
	$(RUN) workbench demo

serve: $(VENV)/runtime messages  ## Serve your own workbench at a local address
	$(RUN) workbench serve

test: $(VENV)/development messages  ## Run all tests, on SQLite and on PostgreSQL
	$(RUN) pytest -n 2 --dist worksteal $(ARGS)

lint: $(VENV)/development messages  ## Check style, types and the order of imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/development  ## Measure speed as ratios within one run
	$(RUN) pytest -q -s tests/benchmarks $(ARGS)

pages: $(VENV)/development  ## Write the expected records of the recorded-style pages anew, for a person to review
	$(RUN) tests.pages

messages: $(patsubst %.po,%.mo,$(wildcard workbench/translations/*/LC_MESSAGES/messages.po))

%.mo: %.po | $(VENV)/runtime
	@$(BIN)/pybabel -q compile -i $< -o $@ -l $(notdir $(patsubst %/LC_MESSAGES/,%,$(dir $<)))

translations: $(VENV)/runtime  ## Bring the message catalogues up to the texts in code and templates
	$(BIN)/pybabel -q extract -F babel.cfg -k mark -k lazy_gettext --sort-output --no-location -o /tmp/messages.pot .
	$(BIN)/pybabel -q update -i /tmp/messages.pot -d workbench/translations --no-fuzzy-matching --ignore-obsolete --width 120

requirements: ## Pin the requirements anew, with hashes and without addresses (needs uv)
	uv pip compile pyproject.toml --extra postgres --generate-hashes --universal --python-version 3.11 \
	  --no-header --no-annotate --quiet --upgrade -o requirements.txt
	uv pip compile pyproject.toml --extra postgres --extra dev --generate-hashes --universal --python-version 3.11 \
	  --no-header --no-annotate --quiet --upgrade -c requirements.txt -o requirements-dev.txt

wheel: $(VENV)/development  ## Build the wheel into dist/
	$(RUN) build --no-isolation --wheel

clean:  ## Remove the environment and everything made
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find workbench/translations -name '*.mo' -delete

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "The workbench needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3.11 …" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/runtime: requirements.txt | $(BIN)/python
	$(RUN) pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/development: requirements-dev.txt pyproject.toml | $(BIN)/python
	$(RUN) pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(RUN) pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/runtime
