# The two commands of the README are `run` and `test`. Both make .venv first, from the hash-pinned locks alone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: run test check lint types imports pytest days simulate mutants kills flips fuzz wheel sbom reliability asvs bench bench-large lock clean

run: $(VENV)/.runtime
	@$(BIN)/feltjournal --sandbox

test: check pytest

check: lint types imports

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

imports: $(VENV)/.dev
	$(BIN)/lint-imports

# Four at once on two cores: much of what is tested is waiting for another process.
pytest: $(VENV)/.dev
	$(BIN)/python -m pytest -n 4 --dist loadgroup -m "not day"

# The long ones, through the whole client, that would make `make test` longer than ten minutes. CI runs both.
days: $(VENV)/.dev
	$(BIN)/python -m pytest -n 4 --dist loadgroup -m day

# Days full of faults, by the seed: `make simulate SEEDS=2000`.
SEEDS ?= 500
simulate: $(VENV)/.dev
	PYTHONHASHSEED=0 $(BIN)/python -m tests.simulation --seeds $(SEEDS)

# Every bug that is planted on purpose must be found within 200 seeds. Many minutes.
mutants: $(VENV)/.dev
	PYTHONHASHSEED=0 $(BIN)/python -m tests.simulation --mutants

# Real processes killed with signal 9: the engine at random writes, the whole client at a real terminal, the engine while it
# is written anew under another key. Three quarters of an hour as it stands.
KILLS ?= 1000
CLIENT_KILLS ?= 200
REKEY_KILLS ?= 120
kills: $(VENV)/.dev
	FELTJOURNAL_KILLS=$(KILLS) FELTJOURNAL_REKEY_KILLS=$(REKEY_KILLS) FELTJOURNAL_CLIENT_KILLS=$(CLIENT_KILLS) \
	$(BIN)/python -m pytest -n 2 tests/interop/test_store_kill.py tests/interop/test_store_death.py tests/pty/test_client_kill.py

# Bits flipped and files cut in a whole cache, 10,000 times: `make flips`. Some minutes.
flips: $(VENV)/.dev
	FELTJOURNAL_FLIPS=10000 $(BIN)/python -m pytest tests/interop/test_store_damage.py

# A million inputs to the text filter and the parsers, by the seed: `make fuzz INPUTS=100000 FUZZ_SEED=2`. Some minutes.
INPUTS ?= 1000000
FUZZ_SEED ?= 1
fuzz: $(VENV)/.dev
	$(BIN)/python -m tests.fuzz --inputs $(INPUTS) --seed $(FUZZ_SEED)

# The wheel, the sdist and the list of all that is in them and under them (CycloneDX), outside the tree: the same bytes every time.
DIST ?= ../feltjournal-dist
EPOCH = $(shell git log -1 --format=%ct)
wheel: $(VENV)/.dev
	SOURCE_DATE_EPOCH=$(EPOCH) $(BIN)/python -m hatchling build -d $(DIST)

sbom: $(VENV)/.dev
	SOURCE_DATE_EPOCH=$(EPOCH) $(BIN)/python -m tests.supply $(DIST)/feltjournal.cdx.json

# The page of faults and the tests that show each: docs/reliability.md.
reliability: $(VENV)/.dev
	$(BIN)/python -m tests.reliability

# The page of OWASP ASVS 5 and what shows each requirement: docs/security-asvs.md.
asvs: $(VENV)/.dev
	$(BIN)/python -m tests.security_asvs

# The figures, in some four minutes; with a million resources and the straightforward pipeline (installed into .venv/peers
# from benchmarks/peers.lock) in some fifteen.
bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks

bench-large: $(VENV)/.dev
	$(BIN)/python -m benchmarks --large

# The locks name no index and no download address: only names, versions and hashes.
lock:
	uv pip compile pyproject.toml --extra build --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --output-file requirements.lock
	uv pip compile pyproject.toml --extra dev --constraint requirements.lock --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --output-file requirements-dev.lock
	uv pip compile benchmarks/peers.in --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --output-file benchmarks/peers.lock
	cd tests/peers/fhir_router && npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved
	cd tests/peers/oidc_provider && npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Feltjournal trenger Python 3.11 eller nyere: make PYTHON=python3.11" if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/.runtime: $(VENV)/bin/python requirements.lock pyproject.toml
	@echo "feltjournal: installerer i $(VENV) (bare første gang, noen minutter) ..."
	@$(PIP) install --require-hashes --only-binary :all: -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.lock
	@$(PIP) install --require-hashes --only-binary :all: -r requirements-dev.lock
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
