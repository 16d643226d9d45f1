# `make` or `make help` lists what there is to do.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help setup setup-grading setup-dev start test test-quick test-all test-clone test-spark check build docs messages fonts system clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check install --constraint constraints.txt
# Two workers: each test module stays on one of them, because notebooks and servers are made once a module.
PYTEST := $(BIN)/python -m pytest --numprocesses 2

help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z%-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/trainee.done ## Make .venv with what a trainee needs (done once; quiet when nothing changed)
	@:

setup-grading: $(VENV)/grading.done ## Add what assessors need, for `trainkit grade`
	@:

setup-dev: $(VENV)/developer.done ## Add what developers need, for the tests
	@:

start: setup ## Open the workbook: JupyterLab, exercise pages and the home page (ARGS="--lang zh")
	@$(BIN)/trainkit start $(ARGS)

test: $(VENV)/developer.done system ## Run the tests
	$(PYTEST) $(ARGS)

test-quick: $(VENV)/developer.done ## Run the tests that take seconds
	$(PYTEST) -m "not slow and not browser and not exhaustive" $(ARGS)

test-all: $(VENV)/developer.done system ## Run all tests, and what takes many minutes: more variants, attacks on the plain sandbox
	$(PYTEST) -m "" $(ARGS)

test-clone: $(VENV)/developer.done system ## Try README's way of an assessor in a clean clone with an environment of its own
	$(BIN)/python -m pytest -m "" -k assessors tests/test_clean_clone.py $(ARGS)

test-spark: $(VENV)/developer.done ## Run the metrics on Apache Spark as well (installs it, 430 MB; needs Java 17)
	@$(PIP) --editable '.[dev,spark]'
	$(BIN)/python -m pytest tests/metrics/test_metrics_spark.py $(ARGS)

check: $(VENV)/developer.done ## Check format, lint, types and built files
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/mypy
	$(BIN)/trainkit build --check

build: $(VENV)/developer.done ## Build notebooks, exercises and keys from lessons/ and solutions/
	$(BIN)/trainkit build

docs: $(VENV)/developer.done ## Write the reference pages: metrics and data dictionary
	$(BIN)/python tests/metrics/write_reference.py
	$(BIN)/trainkit data dictionary --lang en > docs/data-dictionary.md
	$(BIN)/trainkit data dictionary --lang zh > docs/data-dictionary.zh-CN.md

messages: $(VENV)/developer.done ## Update and compile the Chinese catalogue of interface texts
	$(BIN)/trainkit messages

fonts: $(VENV)/developer.done ## Cut the workbook's font anew from the public typeface (needs npm)
	$(BIN)/python tests/fonts/cut_fonts.py

bench-%: $(VENV)/developer.done ## Run a benchmark: make bench-metrics, bench-data, bench-grading, bench-kernels
	$(BIN)/python -m benchmarks.$*

system: ## Install what the browser and sandbox tests need, where apt may
	@PYTHON="$(PYTHON)" sh .ci/system

clean: ## Remove .venv and what tests leave behind
	rm -rf $(VENV) artifacts build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "trainkit needs Python 3.11 or newer; $(PYTHON) is older. Use: make start PYTHON=/path/to/python3"; exit 1; }
	@echo "Making $(VENV) (once, a minute or two)…"
	@$(PYTHON) -m venv $(VENV) || { echo "On Debian and Ubuntu: apt install python3-venv"; exit 1; }

$(VENV)/trainee.done: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing the workbook…"
	@$(PIP) --editable .
	@touch $@

$(VENV)/grading.done: pyproject.toml constraints.txt | $(BIN)/python
	@$(PIP) --editable '.[grade,libraries]'
	@sh .ci/system bubblewrap
	@touch $(VENV)/trainee.done $@

$(VENV)/developer.done: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing the workbook and what its tests need…"
	@$(PIP) --editable '.[dev]'
	@touch $(VENV)/trainee.done $@
