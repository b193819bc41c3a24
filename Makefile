# Needs Python 3.11 or newer, with venv or pip, and nothing else: `tools/uv` brings uv, and uv the rest, into this folder.
#
#   make demo PORT=8001
#   make test PYTHON=python3.13
#   make pytest ARGS="tests/wire -x"

HOST ?= 127.0.0.1
PORT ?= 8000
ARGS ?=

UV := tools/uv
BIN := .venv/bin
# Checks need neither the operator's settings nor a secret key.
CHECK := env -u DATABASE_URL CURBLEDGER_SECRET_KEY=lint DJANGO_SETTINGS_MODULE=curbledger.settings
CODE := src tests tools $(if $(wildcard benchmarks/*.py benchmarks/*/*.py),benchmarks)
# What is installed is said aloud the first time, because it takes a minute. The demo does without the tools for tests.
RUN := --no-dev --inexact $(if $(wildcard $(BIN)/curbledger),--quiet)
ALL := $(if $(wildcard $(BIN)/pytest),--quiet)

.DEFAULT_GOAL := help
.PHONY: help demo test pytest search pictures bench lint lint-code lint-format lint-types lint-imports lint-house lint-migrations lint-lock format sync clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: ## a server with a believable town, on http://HOST:PORT
	@$(UV) sync --frozen $(RUN)
	@$(BIN)/python tools/demo.py --host $(HOST) --port $(PORT)

test: lint pytest ## everything that CI runs

pytest: sync ## the tests alone; ARGS are pytest's
	$(BIN)/pytest -n auto $(ARGS)

search: sync ## the tests that draw their input, with other draws each time; ARGS are pytest's
	HYPOTHESIS_PROFILE=search $(BIN)/pytest -n auto -m hypothesis $(ARGS)

pictures: sync ## take the pictures in the documents again, with Chromium
	PICTURES=write $(BIN)/pytest -n0 -q tests/portal/test_pictures.py

bench: ## what it costs, beside what people would write instead; ARGS="handoff --runs 5"
	@$(UV) sync --frozen --group bench $(ALL)
	@$(BIN)/python -m benchmarks $(ARGS)

lint: lint-lock lint-code lint-format lint-types lint-imports lint-house lint-migrations ## all checks but the tests

lint-code: sync ## ruff
	$(BIN)/ruff check

lint-format: sync ## ruff's formatter
	$(BIN)/ruff format --check

lint-types: sync ## mypy, strict
	$(CHECK) $(BIN)/mypy $(CODE)

lint-imports: sync ## the direction of imports
	$(BIN)/lint-imports --no-logo

lint-house: sync ## rules of our own, see tools/lint
	$(BIN)/python -m tools.lint

lint-migrations: sync ## models equal migrations
	$(CHECK) $(BIN)/python -m django makemigrations --check --dry-run --settings tools.lint.no_database

lint-lock: ## uv.lock fits pyproject.toml
	@$(UV) lock --check --quiet || { echo "uv.lock does not fit pyproject.toml: run tools/uv lock" >&2; exit 1; }

format: sync ## set imports and layout right
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

sync:
	@$(UV) sync --frozen $(ALL)

clean: ## remove the environment, tools and caches; data in var stays
	rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dist
