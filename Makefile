# Plantmesh. `make help` explains every verb; each sets up what it needs and is safe to repeat.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory --no-builtin-rules

BIN := .venv/bin
STEP := @tools/step
PYTEST := $(BIN)/python -m pytest -q
# Everything a generated module depends on; folders too, so that a deleted proto is noticed.
PROTOS := $(shell find protos \( -name gen -o -name '.gen-*' \) -prune -o -print)
VERBS := $(shell sed -nE 's/^([a-z][a-z-]*):.*\#\# .*/\1/p' Makefile)
.PHONY: $(VERBS)

# --- verbs; architecture 2 names them, a verb appears here with the thing it runs -----------------

help: ## Show this list
	@sed -nE 's/^([a-z][a-z-]*):.*## (.*)/\1\t\2/p' Makefile | awk -F'\t' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: .make/install ## Make .venv with everything locked by hash (repeats only when a lock changes)

generate: .make/generate ## Turn protos/ into the typed package protos/gen

# --- what the verbs stand on; each stamp is renewed when its inputs change ------------------------

.make/python: requirements/uv.txt requirements/dev.txt
	$(STEP) "python environment (.venv)" tools/setup
	@mkdir -p .make && touch $@

.make/generate: .make/python tools/generate.py $(PROTOS)
	$(STEP) "protobuf code (protos/gen)" $(BIN)/python -m tools.generate
	@touch $@

.make/install: .make/python .make/generate pyproject.toml
	$(STEP) "plantmesh itself (editable)" $(BIN)/uv pip install --python $(BIN)/python --no-deps --no-build-isolation --offline -e .
	@touch $@
