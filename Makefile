# Footnote: `make demo` shows it, `make up` runs it, `make test` and `make check` prove it.
# The environment is .venv, from locks with hashes. Python 3.11 to 3.13; choose with PYTHON=.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	if $$p -c '$(SUPPORTED)' >/dev/null 2>&1; then echo $$p; break; fi; done)

# Images of containers often set this; then each of the many processes of a run compiles all that it imports anew.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv pip install --quiet --python $(BIN)/python
STAMPS := $(VENV)/stamps
CODE := app workers evals migrations tests

DOCS ?=
BENCH ?= ingest
JSON ?=
TESTS ?= tests
SEED ?= $(shell od -An -N4 -tu4 /dev/urandom | tr -d ' ')
PYTEST_ARGS ?=
# All tests run in two processes, a file in one of them (tests/conftest.py says which are split, and what begins first);
# some tests run in one, as starting two takes longer.
SCHEDULING := --dist loadfile --no-loadscope-reorder
PROCESSES = $(if $(filter tests,$(TESTS)),-n 2 $(SCHEDULING))

.PHONY: help install install-dev local-llm demo up test test-random lint check gate prove-access format bench samples lock clean

help: ## Say what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

install: $(STAMPS)/runtime ## Make the environment from requirements.lock

install-dev: $(STAMPS)/dev ## Add what tests and checks need

local-llm: $(STAMPS)/llm ## Add the small local model and its server (footnote up --local-llm)

demo: $(STAMPS)/runtime ## Show everything in a minute; DOCS=path reads your documents, too
	@$(BIN)/footnote demo $(foreach path,$(DOCS),--docs '$(path)')

up: $(STAMPS)/runtime ## Run Footnote on this machine until Ctrl-C
	@exec $(BIN)/footnote up

test: $(STAMPS)/dev $(STAMPS)/llm ## Run all tests; TESTS=path runs some
	$(BIN)/python -m pytest $(PROCESSES) $(PYTEST_ARGS) $(TESTS)

test-random: $(STAMPS)/dev $(STAMPS)/llm ## Run the tests that draw at random with new examples (SEED=number repeats them); keep what fails as an example
	$(BIN)/python -m pytest $(PROCESSES) -m random --hypothesis-profile=random --hypothesis-seed=$(SEED) $(PYTEST_ARGS) $(TESTS)

lint: $(STAMPS)/dev ## Lint, types and import rules
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint ## Lint, and test the architecture and the models against the migrated schema
	$(BIN)/python -m pytest -q tests/architecture tests/db/test_schema.py

gate: $(STAMPS)/runtime ## Run the gated eval suites and compare with evals/baselines
	@$(BIN)/footnote eval gate

prove-access: $(STAMPS)/dev ## Hold a million reads, and every way to break the policy, against who may see what
	FOOTNOTE_PROVE_READS=1000000 $(BIN)/python -m pytest -q -n 2 $(SCHEDULING) $(PYTEST_ARGS) tests/policy

format: $(STAMPS)/dev ## Format the code
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

bench: $(STAMPS)/runtime ## Measure: BENCH=ingest DOCS=folder, or BENCH=ask, filtered, foreign, policy, timing; JSON=file keeps the figures
	@$(BIN)/python -m evals.bench $(BENCH) $(foreach path,$(DOCS),--docs '$(path)') $(if $(JSON),--json '$(JSON)')

samples: $(STAMPS)/runtime ## Write the sample documents to samples/
	@$(BIN)/python -m evals.datasets.samples samples

lock: $(STAMPS)/dev ## Solve the versions anew
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --upgrade --generate-hashes --no-emit-index-url \
		--no-header --no-annotate requirements-bootstrap.in -o requirements-bootstrap.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --upgrade --generate-hashes --no-emit-index-url \
		--no-header pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --constraint requirements.lock --group dev pyproject.toml -o requirements-dev.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --upgrade --generate-hashes --no-emit-index-url \
		--no-header --no-annotate --no-deps --group llm -o requirements-llm.lock

clean: ## Remove the environment and what tools left
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(STAMPS)/bootstrap: requirements-bootstrap.lock
	@test -n '$(PYTHON)' || { echo 'Python 3.11, 3.12 or 3.13 is needed: install one, or say where with PYTHON=.' >&2; exit 1; }
	@$(PYTHON) -c '$(SUPPORTED)' || { echo '$(PYTHON) is not Python 3.11, 3.12 or 3.13.' >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
		{ echo 'Python cannot make environments here: on Debian and Ubuntu install the package python3-venv.' >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bootstrap.lock
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/runtime: requirements.lock pyproject.toml $(STAMPS)/bootstrap
	$(UV) --compile-bytecode --require-hashes -r requirements.lock
	$(UV) --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMPS)/dev: requirements-dev.lock $(STAMPS)/runtime
	$(UV) --compile-bytecode --require-hashes -r requirements-dev.lock
	@touch $@

$(STAMPS)/llm: requirements-llm.lock $(STAMPS)/runtime
	$(UV) --no-deps --require-hashes -r requirements-llm.lock
	@touch $@
