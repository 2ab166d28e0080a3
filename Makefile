# `make demo` shows Footnote, `make up` runs it, `make test` and `make check` test it.
# Targets install hash-locked requirements into .venv. This needs Python 3.11 to 3.13; PYTHON= sets its path.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	if $$p -c '$(SUPPORTED)' >/dev/null 2>&1; then echo $$p; break; fi; done)

# Container images often set this variable. Without bytecode files every process compiles all its imports again.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv pip install --quiet --python $(BIN)/python
STAMPS := $(VENV)/stamps
CODE := app workers evals migrations tests

DATA ?=
DOCS ?=
PRINTED ?=
ABLATION ?=
NEWCOMER ?=
EVAL_HOME ?= .evals/homes
BENCH ?= ingest
PORT ?= 8000
JSON ?=
TESTS ?= tests
SEED ?= $(shell od -An -N4 -tu4 /dev/urandom | tr -d ' ')
PYTEST_ARGS ?=
# The whole suite runs in three processes, each file in one of them (tests/conftest.py defines groups and order). Many
# tests wait for other processes, so that two left a third of two cores idle.
# A selection of tests runs in one process, because starting two takes longer.
SCHEDULING := --dist loadfile --no-loadscope-reorder
PROCESSES = $(if $(filter tests,$(TESTS)),-n 3 $(SCHEDULING))

.PHONY: help install install-dev local-llm demo up test test-random lint check gate prove-access findings format bench items ranker choosing directing learn-extraction samples pictures lock clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

install: $(STAMPS)/runtime ## Create the environment from requirements.lock

install-dev: $(STAMPS)/dev ## Add the packages for tests and checks

local-llm: $(STAMPS)/llm ## Add the small local model and its server (footnote up --local-llm)

demo: $(STAMPS)/runtime ## Show Footnote in a minute; DOCS=path also ingests your documents
	@$(BIN)/footnote demo $(foreach path,$(DOCS),--docs '$(path)')

up: $(STAMPS)/runtime ## Run Footnote on this machine until Ctrl-C; PORT=8001 changes the port
	@exec $(BIN)/footnote up --port '$(PORT)'

test: $(STAMPS)/dev $(STAMPS)/llm ## Run all tests; TESTS=path runs some
	$(BIN)/python -m pytest $(PROCESSES) $(PYTEST_ARGS) $(TESTS)

test-random: $(STAMPS)/dev $(STAMPS)/llm ## Run the randomised tests with new examples (SEED=number repeats a run)
	$(BIN)/python -m pytest $(PROCESSES) -m random --hypothesis-profile=random --hypothesis-seed=$(SEED) $(PYTEST_ARGS) $(TESTS)

lint: $(STAMPS)/dev ## Check style, types and import rules
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint ## Run lint, architecture tests, and compare models with the migrated schema
	$(BIN)/python -m pytest -q tests/architecture tests/db/test_schema.py

gate: $(STAMPS)/runtime ## Run the gated eval suites and compare them with evals/baselines
	@$(BIN)/footnote eval gate

prove-access: $(STAMPS)/dev ## Test the access policy with a million reads, and check that the tests detect each mutation of its code
	FOOTNOTE_PROVE_READS=1000000 $(BIN)/python -m pytest -q -n 2 $(SCHEDULING) $(PYTEST_ARGS) tests/policy

findings: ## Run each script in findings/ (they install packages) and list those whose observed behaviour has changed
	@changed=(); for script in findings/*.sh; do \
		echo "== $$script"; PYTHON='$(PYTHON)' bash "$$script" || changed+=("$$script"); \
	done; \
	echo "== $$(ls findings/*.sh | wc -l) scripts; changed: $${changed[*]:-none}"; \
	test $${#changed[@]} -eq 0

format: $(STAMPS)/dev ## Format the code
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

bench: $(STAMPS)/runtime ## Measure speed: BENCH=ingest DOCS=folder, or BENCH=ask, desk, facts, fair, filtered, foreign, issuers, pages, policy, reader, reviewing, scale, streams, tables, timing; JSON=file saves the figures
	@$(BIN)/python -m evals.bench $(BENCH) $(foreach path,$(DOCS),--docs '$(path)') $(if $(JSON),--json '$(JSON)')

items: $(STAMPS)/runtime ## Learn the model of line items: DATA=folder with labels/ and filings/, PRINTED=folder with the filings as PDF
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m evals.learning --data '$(DATA)' $(if $(PRINTED),--printed '$(PRINTED)')

ranker: $(STAMPS)/runtime ## Learn the weights of the ranker: DATA=folder with filings/ and financebench/pdfs/; ABLATION=1 measures each part
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m evals.learning.ranking --data '$(DATA)' $(if $(ABLATION),--ablation)

choosing: $(STAMPS)/runtime ## Learn which sentence answers: DATA=folder with tatqa/, NEWCOMER=folder with a newcomer set, EVAL_HOME=folder of ingested documents
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m evals.learning.choosing --data '$(DATA)' --home '$(EVAL_HOME)' $(if $(NEWCOMER),--newcomer '$(NEWCOMER)')

directing: $(STAMPS)/runtime ## Learn which sentences are instructions: DATA=folder with filings/, contracts/ and injection/
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m evals.learning.directing --data '$(DATA)'

learn-extraction: $(STAMPS)/runtime ## Learn how sure the readings of fields are: DATA=folders with fields.jsonl and documents/
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m evals.learning.extraction $(foreach path,$(DATA),--data '$(path)')

samples: $(STAMPS)/runtime ## Write the sample documents to samples/
	@$(BIN)/python -m evals.datasets.samples samples

pictures: $(STAMPS)/dev ## Draw the pictures of docs/ again (needs Chromium)
	$(BIN)/python -m tests.docs.pictures

lock: $(STAMPS)/dev ## Resolve all dependency versions again
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --upgrade --generate-hashes --no-emit-index-url \
		--no-header --no-annotate requirements-bootstrap.in -o requirements-bootstrap.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --upgrade --generate-hashes --no-emit-index-url \
		--no-header pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --constraint requirements.lock --group dev pyproject.toml -o requirements-dev.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --upgrade --generate-hashes --no-emit-index-url \
		--no-header --no-annotate --no-deps --group llm -o requirements-llm.lock

clean: ## Remove the environment, builds and caches
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(STAMPS)/bootstrap: requirements-bootstrap.lock
	@test -n '$(PYTHON)' || { echo 'Footnote needs Python 3.11, 3.12 or 3.13. Install one, or set PYTHON= to its path.' >&2; exit 1; }
	@$(PYTHON) -c '$(SUPPORTED)' || { echo '$(PYTHON) is not Python 3.11, 3.12 or 3.13. Set PYTHON= to one of them.' >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
		{ echo 'Python cannot create environments here. On Debian and Ubuntu, install the package python3-venv.' >&2; exit 1; }
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
