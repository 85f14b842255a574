# Everything that people and CI run. It needs Python 3.13 and make; all else is installed into .venv and .local.

PYTHON ?= python3.13
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
SETUP := $(VENV)/.setup
LOCAL_SAM := .local/sam/bin/python3.13

# The tools are imported from here, the layer's package from where it lies.
export PYTHONPATH := $(CURDIR):$(CURDIR)/layers/accord
export SAM_CLI_TELEMETRY := 0
export UV_CUSTOM_COMPILE_COMMAND := make requirements

PYTEST := $(BIN)/python -m pytest -q
# The promises over random histories: once, with ten times the examples.
PROMISES := $(wildcard tests/unit/test_promises*.py)
COMPILE := $(BIN)/uv --quiet pip compile --generate-hashes --no-emit-index-url --universal --python-version 3.13 $(if $(UPGRADE),--upgrade)

.DEFAULT_GOAL := help
.PHONY: help setup run demo test check lint types template connect bench requirements clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(SETUP) ## the virtual environment, from requirements pinned with hashes

$(SETUP): requirements-dev.txt pyproject.toml
	@test -x $(BIN)/python3.13 || $(PYTHON) -m venv $(VENV)
	@sed -n '/^uv==/,/[^\\]$$/p' requirements-dev.txt > $(VENV)/uv.txt
	@test -x $(BIN)/uv || $(BIN)/python -m pip -qq --disable-pip-version-check install --require-hashes -r $(VENV)/uv.txt
	@env -u CONDA_PREFIX VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv --quiet pip sync --require-hashes requirements-dev.txt
	@env -u CONDA_PREFIX VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv --quiet pip install --offline --no-deps --no-build-isolation --editable .
	@touch $@

run: $(SETUP) ## start the whole system on this machine, with 1,000 sample members, until Ctrl-C
	@$(BIN)/python -P tools/local_stack/launch.py run $(ARGS)

demo: $(SETUP) ## start it, tell a short story that is checked, and end
	@$(BIN)/python -P tools/local_stack/launch.py demo $(ARGS)

test: $(SETUP) lint types template ## everything; the system tests come last
	HYPOTHESIS_PROFILE=broad $(PYTEST) -n 2 --ignore=tests/system --ignore=tests/benchmarks $(PROMISES:%=--ignore=%)
	$(if $(PROMISES),HYPOTHESIS_PROFILE=thorough $(PYTEST) -n 2 --timeout 900 $(PROMISES))
	$(PYTEST) -n 3 --dist loadfile tests/system

check: $(SETUP) lint types ## what is quick: style, types, arrows and unit tests
	$(PYTEST) tests/unit

lint: $(SETUP)
	$(BIN)/ruff check
	$(BIN)/ruff format --check layers functions tools tests
	$(BIN)/lint-imports

types: $(SETUP)
	$(BIN)/mypy

template: $(SETUP)
	@$(BIN)/python -m tools.local_aws --install-only
	AWS_DEFAULT_REGION=us-east-1 $(LOCAL_SAM) -m samcli validate --lint --template template.yaml

bench: $(SETUP) ## figures: calls, reads and writes, speed, memory
	$(PYTEST) -s -m benchmark tests/benchmarks $(ARGS)

connect: $(SETUP) ## join an application to an audience on a deployed stack (ARGS=--help)
	@$(BIN)/python -m tools.connect $(ARGS)

requirements: $(SETUP) ## pin all requirements anew; UPGRADE=1 takes the newest
	$(COMPILE) layers/dependencies/requirements.in -o layers/dependencies/requirements.txt
	$(COMPILE) tools/requirements-dev.in -o requirements-dev.txt
	for name in emulator runtime sam; do \
	  $(COMPILE) tools/local_aws/requirements/$$name.in -o tools/local_aws/requirements/$$name.txt || exit 1; \
	done

clean: ## remove all that was installed and built
	rm -rf $(VENV) .local .aws-sam .hypothesis .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
