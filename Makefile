# Everything a contributor needs, from a fresh clone: `make demo`, `make test`, `make check`.
# Set-up happens by itself, inside this folder: uv in .uv/ (where it is missing), packages in
# .venv/. Nothing is installed system-wide, no Python is downloaded.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV ?= .venv
WORKERS ?= 2
PYTHONS := 3.11 3.12 3.13
RUN := $(VENV)/bin/python
READY := $(VENV)/.ready
# An uv that is on the path but does not run (a shim without its version) counts as missing.
UV := $(shell uv --version >/dev/null 2>&1 && echo uv || echo .uv/bin/uv)

export UV_PYTHON_DOWNLOADS := never
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# uv brings its own certificates; where the machine has some, those decide (company proxies).
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt),)
export UV_SYSTEM_CERTS := 1
export UV_NATIVE_TLS := 1
endif

.PHONY: help setup foreign demo test lint check format docs site bench lock

help:  ## show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 10

setup: $(READY)

demo: $(READY)  ## the same attacks on two shops, without a policy and with one
	@$(RUN) -m bartizan.demo.live

# Each example is a project of its own, with settings of its own: its tests get their own process.
EXAMPLES = $(patsubst %/,%,$(sort $(dir $(wildcard examples/*/test*))))

test: $(READY)  ## the tests, with the Python of this machine
	@for example in $(EXAMPLES); do $(RUN) -m pytest -q "$$example"; done
	@$(RUN) -m pytest -n $(WORKERS)

lint: $(READY)
	$(RUN) -m ruff format --check .
	$(RUN) -m ruff check .
	$(RUN) -m mypy
	$(VENV)/bin/lint-imports

check: lint  ## format, lint, types, import contracts, the tests once per installed Python
	@ran=; for version in $(PYTHONS); do \
	  if ! python=$$(scripts/find-python $$version); then \
	    echo "== Python $$version is not installed here, its tests do not run"; continue; \
	  fi; \
	  echo "== Python $$version: $$python"; \
	  $(MAKE) test PYTHON="$$python" VENV=.venv-$$version; ran=yes; \
	done; \
	[ -n "$$ran" ] || { echo "none of Python $(PYTHONS) is installed: nothing was tested"; exit 1; }

format: $(READY)  ## let ruff rewrite the source
	$(RUN) -m ruff check --fix .
	$(RUN) -m ruff format .

docs: $(READY)  ## write the reference pages that are made from the source
	@$(RUN) -m scripts.reference

site: $(READY)  ## build the documentation site, in site/
	@$(RUN) -m scripts.site

bench: $(READY)  ## added CPU time per request, beside its budget
	@$(RUN) -m benchmarks

# A virtual environment of its own: atheris is large, and has wheels for few machines.
MINUTES ?= 60
SEED ?= 1
TARGET ?=

fuzz:  ## an hour of guided inputs for every reader (MINUTES=60 SEED=1 TARGET="body claims")
	@$(MAKE) setup VENV=.venv-fuzz
	@$(UV) pip install --quiet --python .venv-fuzz/bin/python --require-hashes --no-deps \
	  --only-binary :all: --requirement requirements/fuzz.txt
	@.venv-fuzz/bin/python -m tests.fuzz --minutes $(MINUTES) --seed $(SEED) $(TARGET)

# A release is a week old before we take it: most bad ones are gone by then.
COMPILE = $(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --exclude-newer "7 days" --custom-compile-command "make lock"

foreign: $(filter .uv/bin/uv,$(UV))  ## fetch the applications of other people that tests observe
	@scripts/foreign $(PYTHON) $(UV)

lock: $(filter .uv/bin/uv,$(UV))  ## choose the newest versions again, one week old at least
	$(COMPILE) pyproject.toml --all-extras --group build --group examples --group servers \
	  --group neighbours --group peers --group demo --group test --group check -o requirements/test.txt
	$(COMPILE) --group fuzz -o requirements/fuzz.txt
	$(COMPILE) pyproject.toml --group foreign -o requirements/foreign.txt
	$(COMPILE) --group uv -o requirements/uv.txt

# The editable install needs no second download: its build tools are pinned like all the rest.
$(READY): requirements/test.txt pyproject.toml $(filter .uv/bin/uv,$(UV))
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; say which: make PYTHON=…")'
	@python=$$($(PYTHON) -c 'import sys; print(sys.executable)'); \
	  [ "$$($(RUN) -VV 2>/dev/null)" = "$$($$python -VV)" ] \
	  || $(UV) venv --quiet --clear --no-project --python "$$python" $(VENV)
	$(UV) pip sync --quiet --python $(RUN) --require-hashes requirements/test.txt
	@$(UV) pip install --quiet --python $(RUN) --no-deps --no-build-isolation --editable .
	@touch $@

.uv/bin/uv: requirements/uv.txt
	$(PYTHON) -m venv --clear .uv
	.uv/bin/python -m pip install --quiet --require-hashes --no-deps --only-binary :all: -r $<
	@touch $@
