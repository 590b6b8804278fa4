# Plantmesh. `make help` explains every verb; each sets up what it needs and is safe to repeat.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory --no-builtin-rules
# What one process compiled, the next may read, also in a container that asks for the contrary.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
# Where a platform keeps its data and logs; make demo leaves its own in .mesh/demo.
ROOT ?= .mesh
# Where make dev-secrets and skaffold install.
NAMESPACE ?= plantmesh
STEP := @tools/step
NODE := $(BIN)/node
PRETTIER := gateway/node_modules/prettier/bin/prettier.cjs --config gateway/.prettierrc.json --ignore-path gateway/.prettierignore --log-level warn
PYTEST := $(BIN)/python -m pytest -q
PICK = $(if $(K),-k "$(K)")
PRETTY := gateway tests/web $(wildcard tools/peers/opcua/*.mjs tools/charts/*.mjs)
# Rules and use cases are tested in every branch; a run that picks tests cannot tell.
RULES := $(wildcard services/*/domain services/*/application)
COVER = $(addprefix --cov=,$(RULES)) --cov-fail-under=100
# Everything a generated module depends on; folders too, so that a deleted proto is noticed.
PROTOS := $(shell find protos \( -name gen -o -name '.gen-*' \) -prune -o -print)
# Templates are Helm's, and no YAML before they are rendered.
LINTED := $(wildcard skaffold.yaml .github/workflows/*.yaml charts/examples charts/plants $(addprefix charts/*/,Chart.yaml values.yaml ci files))
VERBS := $(shell sed -nE 's/^([a-z][a-z-]*):.*\#\# .*/\1/p' Makefile)
.PHONY: $(VERBS)

# --- verbs; architecture 2 names them, a verb appears here with the thing it runs -----------------

help: ## Show this list
	@sed -nE 's/^([a-z][a-z-]*):.*## (.*)/\1\t\2/p' Makefile | awk -F'\t' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: .make/install ## Make .venv with everything locked by hash (repeats only when a lock changes)
	@echo "  ✓ .venv is ready; make help lists the verbs"

generate: .make/generate ## Turn protos/ into the typed package protos/gen
	@echo "  ✓ protos/gen is as new as protos/"

format: .make/install .make/gateway ## Put Python, protos and JavaScript into the house's format
	$(STEP) "python" $(BIN)/ruff format
	$(STEP) "imports and safe fixes" $(BIN)/ruff check --fix --exit-zero --quiet
	$(STEP) "protos" $(BIN)/buf format --write protos
	$(STEP) "JavaScript" $(NODE) $(PRETTIER) --write $(PRETTY)

schema: .make/install .make/gateway ## Print every service's subgraph and compose gateway/supergraph.graphql
	$(STEP) "subgraphs" $(BIN)/python -m tools.schema
	$(STEP) "gateway/supergraph.graphql" $(NODE) gateway/compose.mjs write

states: .make/install ## Write docs/states.md and docs/movements.md from the tables in the code
	$(STEP) "docs/states.md" $(BIN)/python -m tools.states
	$(STEP) "docs/movements.md" $(BIN)/python -m tools.movements

nouns: .make/install ## Write docs/core.md: by which calls, events and fields each noun is read
	$(STEP) "docs/core.md" $(BIN)/python -m tools.nouns

plant-check: .make/install ## Refuse plants with unmapped codes, unknown units, nodes without a signal or no owner (PLANT=name picks one)
	@$(BIN)/python -m tools.onboarding.check $(PLANT)

charts: .make/install .make/charts .make/style/python golden ## Write the charts' READMEs and golden renders, then lint and judge them (rungs 0 to 3)
	$(STEP) "charts/*/README.md" $(BIN)/python -m tools.charts.readme
	@$(MAKE) check-charts
	$(PYTEST) tests/charts -m "not (flow or long or cluster)" $(PICK)

golden: .make/install ## Write tests/charts/golden: what the charts make of two examples, to be read in a diff
	$(STEP) "tests/charts/golden" $(BIN)/python -m tools.charts.golden

dashboards: .make/install ## Write the charts' dashboards and alert rules, and gateway/signals.json, from the registry of signals
	$(STEP) "dashboards, rules, gateway/signals.json" $(BIN)/python -m tools.signals

rules-test: .make/install ## The cases of our alerts judged by promtool (Debian: prometheus); it says so where there is none
	@$(BIN)/python -m tests.promql

check: .make/install .make/gateway .make/charts .make/style/python ## Format, lint, types, import contracts, protos, graph, house rules; no tests (under 2 minutes)
	@$(MAKE) --keep-going --jobs=2 --output-sync=target $(CHECKS)

tryton: .make/tryton/database ## Tryton 8.2 in an environment of its own, and a database to start from
	@echo "  ✓ .make/tryton is ready"

sap: .make/sap/python ## mock-sap in an environment of its own
	@echo "  ✓ .make/sap is ready"

demo: .make/install .make/gateway ## The main job as a story: outage, hold, poison; ends with a recount from outside
	@$(BIN)/python -m tools.demo

demo-tryton: .make/install .make/gateway .make/tryton/database ## The same with Tryton 8.2 for an ERP, killed in the middle
	@$(BIN)/python -m tools.demo --erp tryton

up: .make/install .make/gateway ## Start the platform on this machine and leave it running (status: plantctl status)
	@$(BIN)/python -m tools.mesh up --root $(ROOT)

down: .make/install ## Stop it, in order; also what a killed one left behind
	@$(BIN)/python -m tools.mesh down --root $(ROOT)

test: check unit $(notdir $(wildcard tests/flows tests/faults)) ## Everything CI runs: check, unit, component and contract tests, flows, short faults

unit: .make/install .make/gateway .make/charts .make/sap/python ## Unit, component and contract tests, two or three at a time (K=word picks some)
	$(if $(K),,$(PYTEST) tests/unit -n 2 $(COVER))
	$(PYTEST) tests -n 3 --dist loadgroup $(if $(K),,--ignore tests/unit) -m "not (fault or flow or peer or bench or long or cluster)" $(PICK)

flows: .make/install .make/gateway ## Several services as real processes, through to the recount (K=word picks some)
	$(PYTEST) tests/flows tests/web -n 2 --dist loadfile --no-loadscope-reorder -m "flow and not (fault or peer or bench or long or cluster)" $(PICK)

faults: .make/install ## Kill, stop, flood, restore: seeded and short (K=word picks some)
	$(PYTEST) tests/faults -n 3 --dist worksteal -m "fault and not (bench or long or cluster)" $(PICK)

faults-long: .make/install ## The same for hours' worth of accidents: at least 200 kills (four at a time: they mostly wait)
	$(PYTEST) tests/faults -n 4 --dist worksteal -o faulthandler_timeout=0 -m "fault and long and not (bench or cluster)" $(PICK)

faults-redis: .make/install ## The short faults on Redis (apt-get install redis-server), skipped without it
	$(PYTEST) tests/faults -rs -m "fault and not (bench or long or cluster)" --broker redis $(PICK)

opcua-peer: .make/install .make/opcua ## The collector against an OPC UA server of another make (node-opcua), processes killed
	$(PYTEST) tests/contract/opcua -s -m "peer and not cluster" $(PICK)

sap-contract: .make/install .make/sap/python ## The ERP adapter against mock-sap over OData: the contract (part of make unit); beside the ledger, one of them dead
	$(PYTEST) -m "not cluster" -rs tests/contract/sap $(PICK)
	$(if $(K),,$(PYTEST) tests/flows/test_two_erps.py -k ledger)

tryton-contract: .make/install .make/tryton/database .make/sap/python ## The ERP adapter against a real Tryton 8.2: the contract, deaths at every call; beside an S/4HANA
	$(PYTEST) -m "peer and not cluster" tests/contract/tryton tests/flows/test_two_erps.py --deselect "tests/flows/test_two_erps.py::test_one_dead_erp_does_not_slow_the_other[ledger-and-odata]" -s $(PICK)

load: .make/install .make/gateway ## A rolling restart of every service and the gateway under load, two replicas each: nobody fails, nothing is lost
	$(PYTEST) tests/load -s -o faulthandler_timeout=0 -m "long and not cluster"

restore-drill: .make/install .make/gateway ## What the demo leaves is backed up, lost with its broker and brought back: RPO, RTO, every table compared
	@$(BIN)/python -m tools.restore

image-test: .make/install ## Build a service and the gateway with buildah on a debootstrap base, run them restricted; says why where it cannot
	$(PYTEST) tests/image -s -rs -o faulthandler_timeout=0 -m "long and not cluster"

bench: .make/install .make/gateway ## What events, postings, calls, traces, loads and lists cost: ratios of one run, in build/bench too (K=name picks one)
	$(if $(K),,$(PYTEST) tests/bench)
	@$(BIN)/python -m tests.bench $(K)

bench-long: .make/install .make/gateway ## The same with five times as much, and traces among 10 M lots (16 GB of disk; these alone, K=genealogy, take some 10 minutes)
	@$(BIN)/python -m tests.bench --long $(K)

dev-secrets: .make/install ## Passwords for charts/examples/dev-dependencies.yaml, made on this machine, into the namespace NAMESPACE of kubectl's context
	@kubectl create namespace $(NAMESPACE) --dry-run=client --output yaml | kubectl apply --filename -
	@$(BIN)/python -m tools.charts.dev_secrets .mesh/cluster | kubectl apply --namespace $(NAMESPACE) --filename -

cluster-test: .make/install ## What only a real API server can refuse: dry runs, install, upgrade, rollback, rights, the Lease (PLANTMESH_E2E_KUBECONFIG; skipped without)
	$(PYTEST) tests/cluster -m cluster -rs -o faulthandler_timeout=0 $(PICK)

proto-baseline: .make/install ## Accept today's protos as what partners may rely on (a release does this)
	$(STEP) "protos/baseline.binpb" $(BIN)/buf build protos --exclude-source-info -o protos/baseline.binpb

schema-baseline: .make/gateway ## Accept today's graph as what clients may rely on (a release does this)
	$(STEP) "gateway/baseline.graphql" $(NODE) gateway/compose.mjs baseline

lock: ## Resolve pyproject.toml anew into requirements/ (changes the environment at the next verb)
	$(STEP) "requirements/dev.txt" $(BIN)/uv pip compile pyproject.toml --all-extras --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements/dev.txt
	@awk '/^uv==/ {inside = 1} inside {print} inside && !/\\$$/ {exit}' requirements/dev.txt >requirements/uv.txt

# --- parts of check; each is a target of its own so that all of them report, two at a time ---------

CHECKS := check-types check-format check-lint check-imports check-protos check-schema check-states check-signals check-charts check-rules
.PHONY: $(CHECKS)

check-types:
	$(STEP) "types (mypy --strict)" $(BIN)/mypy

check-format:
	$(STEP) "format (make format repairs)" $(BIN)/ruff format --check

check-lint:
	$(STEP) "lint (ruff)" $(BIN)/ruff check

check-imports:
	$(STEP) "import contracts" $(BIN)/lint-imports --no-logo

check-protos:
	$(STEP) "protos: lint" $(BIN)/buf lint protos
	$(STEP) "protos: format" $(BIN)/buf format --diff --exit-code protos
	$(STEP) "protos: nothing a partner relies on is broken" $(BIN)/buf breaking protos --against protos/baseline.binpb

check-schema:
	$(STEP) "JavaScript: format" $(NODE) $(PRETTIER) --check $(PRETTY)
	$(STEP) "graph: subgraphs are as the services print them" $(BIN)/python -m tools.schema --check
	$(STEP) "graph: it composes, and nothing a client relies on is broken" $(NODE) gateway/compose.mjs check

check-states:
	$(STEP) "state machines: docs/states.md is as the code says" $(BIN)/python -m tools.states --check
	$(STEP) "movements of stock: docs/movements.md is as the code says" $(BIN)/python -m tools.movements --check
	$(STEP) "canonical core: every read, event and root is a noun of docs/core.md" $(BIN)/python -m tools.nouns --check

check-signals:
	$(STEP) "signals: dashboards, rules and gateway/signals.json are as the registry says" $(BIN)/python -m tools.signals --check

check-charts:
	$(STEP) "charts: helm lint --strict with every example" $(BIN)/python -m tools.charts.lint
	$(STEP) "charts: READMEs list the values as values.yaml says (make charts)" $(BIN)/python -m tools.charts.readme --check
	$(STEP) "charts/plants: codes, units, signals, owners and manifests (make plant-check)" $(BIN)/python -m tools.onboarding.check
	$(STEP) "YAML: yamllint" .make/style/venv/bin/yamllint --strict $(LINTED)
	$(STEP) "Dockerfiles: hadolint" .make/style/venv/bin/hadolint Dockerfile gateway/Dockerfile

check-rules:
	$(STEP) "house rules" $(BIN)/python -m tools.lint

# --- what the verbs stand on; each stamp is renewed when its inputs change ------------------------

.make/python: requirements/uv.txt requirements/dev.txt
	$(STEP) "python environment (.venv)" tools/setup
	@mkdir -p .make && touch $@

.make/generate: .make/python tools/generate.py $(PROTOS)
	$(STEP) "protobuf code (protos/gen)" $(BIN)/python -m tools.generate
	@touch $@

# A verb that runs the gateway names .make/gateway; node comes with the Python environment.
.make/gateway: .make/python gateway/package-lock.json
	$(STEP) "gateway packages (gateway/node_modules)" env PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --prefix gateway --no-audit --no-fund
	@touch $@

.make/opcua: .make/python tools/peers/opcua/package-lock.json
	$(STEP) "node-opcua (tools/peers/opcua/node_modules)" env PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --prefix tools/peers/opcua --no-audit --no-fund
	@touch $@

.make/charts: .make/python tools/charts/package-lock.json
	$(STEP) "schemas of operators (tools/charts/node_modules)" env PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --prefix tools/charts --no-audit --no-fund
	@touch $@

# yamllint and hadolint are GPL-3: they run in an environment of their own, and nothing imports them.
.make/style/python: .make/python tools/charts/style/requirements.txt
	@mkdir -p $(@D)
	$(STEP) "yamllint and hadolint (.make/style/venv)" $(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python .make/style/venv
	$(STEP) "their packages" $(BIN)/uv pip sync --python .make/style/venv/bin/python --require-hashes tools/charts/style/requirements.txt
	@touch $@

# Tryton is GPL-3: its environment is its own, and nothing there is imported by us.
.make/tryton/python: .make/python tools/peers/tryton/requirements.txt
	@mkdir -p $(@D)
	$(STEP) "Tryton (.make/tryton/venv)" $(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python .make/tryton/venv
	$(STEP) "its packages" $(BIN)/uv pip sync --python .make/tryton/venv/bin/python --require-hashes tools/peers/tryton/requirements.txt
	@touch $@

.make/tryton/database: .make/install .make/tryton/python tools/peers/tryton/scripts/build.py
	$(STEP) "a company in Tryton, made once (a minute)" $(BIN)/python -m tools.peers.tryton
	@touch $@

.make/sap/python: .make/python tools/peers/sap/requirements.txt
	@mkdir -p $(@D)
	$(STEP) "mock-sap (.make/sap/venv)" $(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python .make/sap/venv
	$(STEP) "its package" $(BIN)/uv pip sync --python .make/sap/venv/bin/python --require-hashes tools/peers/sap/requirements.txt
	@touch $@

.make/install: .make/python .make/generate pyproject.toml
	$(STEP) "plantmesh itself (editable)" $(BIN)/uv pip install --python $(BIN)/python --no-deps --no-build-isolation --offline -e .
	@touch $@
