# The one door. `make` shows what there is.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
DATA ?= data/sample
PERIOD ?= 2026-10
REPORTS ?= reports
JOBS ?= 2
UV_VERSION := 0.13.9

.PHONY: help setup lab reports test test-fast lint sample golden email faults screenshots bench-batch bench-diagnosis bench-growth bench-intake bench-mail bench-pages bench-reviews lock clean

help:  ## show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY)  ## make .venv with everything in requirements.lock

$(READY): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	$(BIN)/uv pip sync --quiet --compile-bytecode --require-hashes --python $(BIN)/python requirements.lock
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python -e .
	@touch $@

sample: setup  ## make the sample shops again (seeded: same bytes)
	$(BIN)/sizhen sample $(DATA)

$(DATA)/linen-house/shop.toml: | $(READY)
	$(BIN)/sizhen sample $(DATA)

reports: $(READY) $(DATA)/linen-house/shop.toml  ## diagnose the sample shops: reports/PERIOD/index.html
	$(BIN)/sizhen run --data $(DATA) --period $(PERIOD) --reports $(REPORTS) --jobs $(JOBS)

lab: $(READY)  ## open the notebooks in JupyterLab
	$(BIN)/jupyter lab notebooks

# A hundred interpreters start: what one compiles is there for the next, and none waits in threads of its own.
PYTEST = OMP_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE= $(BIN)/python tests/reaper.py -m pytest -n $(JOBS) --dist loadscope

test test-fast: $(READY) $(DATA)/linen-house/shop.toml

test:  ## run the tests; with LONG=1 also those that try every fault, browser, cluster, table and cause in turn
	$(PYTEST) $(if $(LONG),,-m "not long")

test-fast:  ## run those that start nothing and take little, property tests with few examples
	SIZHEN_EXAMPLES=5 $(PYTEST) -m "not integration and not slow and not long"

lint: $(READY)  ## style, types, layers, clean notebooks
	$(BIN)/ruff check lib tests bench
	$(BIN)/ruff format --check lib tests bench
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/nbstripout --verify --keep-id notebooks/*.ipynb

golden: $(READY)  ## rewrite the golden findings of the sample shops; read the diff
	SIZHEN_GOLDEN=write $(BIN)/python -m pytest -q tests/test_golden.py

screenshots: reports  ## draw the pictures of README and docs again (needs Chromium)
	$(BIN)/python bench/picture.py $(REPORTS)/$(PERIOD)/linen-house/report.html docs/report.png

bench-pages: $(READY)  ## open the owner's pages of 60 made shops in a real browser (30 minutes)
	OMP_NUM_THREADS=1 $(BIN)/python bench/pages.py

bench-diagnosis: $(READY)  ## measure the diagnosis on made shops with planted faults
	OMP_NUM_THREADS=1 $(BIN)/python bench/diagnosis.py --out docs/benchmark.md

email: reports  ## send the sample reports to a mail server on this computer
	$(BIN)/python bench/mail_path.py

faults: $(READY) $(DATA)/linen-house/shop.toml  ## kill the mail sender, imports and runs again and again: nothing twice, lost, mixed or left
	$(BIN)/python bench/mail_crash.py
	$(BIN)/python bench/import_crash.py
	$(BIN)/python bench/run_crash.py

bench-mail: reports  ## queue and send the reports of 1,000 made shops (10 GB in /tmp)
	$(BIN)/python bench/mail_thousand.py --sample orders-only
	$(BIN)/python bench/mail_thousand.py

bench-reviews: $(READY)  ## measure how well reviews are read (needs labelled files, see bench/reviews.py)
	OMP_NUM_THREADS=1 $(BIN)/python bench/reviews.py --out docs/reviews.md

bench-intake: $(READY)  ## measure how fast and lean files are imported
	$(BIN)/python bench/intake.py

bench-batch: $(READY) $(DATA)/linen-house/shop.toml  ## measure a run beside the stock commands and a plain function
	$(BIN)/python bench/batch.py --out docs/performance.md

bench-growth: $(READY) $(DATA)/linen-house/shop.toml  ## measure how a run grows with shops, rows and workers (20 minutes)
	SIZHEN_MANY=500 $(BIN)/python -m pytest tests/batch/test_batch_many.py
	OMP_NUM_THREADS=1 $(BIN)/python bench/growth.py --docs docs

lock:  ## compile requirements.lock from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --all-extras --generate-hashes --no-emit-index-url \
	  --no-header --output-file requirements.lock pyproject.toml

clean:  ## remove built reports and caches
	rm -rf reports/2* .pytest_cache .mypy_cache .ruff_cache .hypothesis
