# Each target does its own set-up: .venv is made on first use and brought up to date when
# pyproject.toml changes. Another Python: make PYTHON=python3.13 test (after make clean, if there is a .venv).

PYTHON ?= python3
ARGS ?=

BIN := .venv/bin
READY := .venv/ready
# What builds the website has an environment of its own: its JupyterLite would be found by JupyterLab.
SITE := .venv/site/bin
SITE_READY := .venv/site/ready
# As many tests at a time as there are cores; a file stays in one piece, since its tests share what
# they set up. Files start in the order of their names: the browser's, which take longest, come early.
SIDE_BY_SIDE := -n auto --dist loadfile --no-loadscope-reorder
# Exercises are stubs to fill in: their solutions are run instead.
NBVAL := --nbval --nbval-current-env --nbval-sanitize-with=tools/nbval_sanitize.cfg \
	--nbval-cell-timeout=300 --ignore=notebooks/exercises

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help lab test lint format test-package soak test-notebooks train notebooks exercises grade \
	site test-site clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile

lab: $(READY) ## open JupyterLab at the first lesson
	JUPYTER_CONFIG_PATH="$(CURDIR)/tools/lab$${JUPYTER_CONFIG_PATH:+:$$JUPYTER_CONFIG_PATH}" \
		OPENBLAS_NUM_THREADS=1 $(BIN)/python -m jupyterlab --ServerApp.root_dir="$(CURDIR)" $(ARGS) notebooks/00_start_here.ipynb

test: lint test-package test-notebooks ## check everything: style, package, every notebook

lint: $(READY) ## check style and formatting of code and notebooks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(READY) ## mend style and formatting where that can be done without thinking
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

test-package: $(READY) ## run the package's tests, and say which were skipped and why
	$(BIN)/python -m pytest -rs $(SIDE_BY_SIDE) $(ARGS)

soak: $(READY) ## look for counterexamples that nobody has seen: new ones, ten times as many
	$(BIN)/python -m pytest -m "hypothesis or soak" --hypothesis-profile=soak $(ARGS)

test-notebooks: $(READY) ## run every lesson and solution, and compare with what is stored
	$(BIN)/python -m pytest -rs $(SIDE_BY_SIDE) $(NBVAL) notebooks

train: $(READY) ## train a network on MNIST (ARGS="--help" lists the options)
	$(BIN)/python -m cnnlib train $(ARGS)

notebooks: $(READY) ## run and store lessons and solutions (ARGS=FILE; ARGS="--clean FILE" runs none)
	$(BIN)/python -m tools.notebooks $(ARGS)

exercises: $(READY) ## make the student editions (ARGS="--class --to DIR" or "--course DIR")
	$(BIN)/python -m tools.exercises $(ARGS)

grade: $(READY) ## run notebooks that were returned, and make a table (ARGS=FOLDER)
	$(BIN)/python -m cnnlib grade $(ARGS)

site: $(SITE_READY) ## build the website in _site/ (ARGS="--pages-only", "--pyodide DIR")
	$(SITE)/python -m tools.site $(ARGS)

test-site: $(SITE_READY) ## build the website, read it in a browser, run lessons there (SITE_LESSONS=all: each)
	$(SITE)/python -m tools.site --if-possible $(ARGS)
	@SITE_FOLDER=_site $(BIN)/python -m pytest -rs -n auto --maxschedchunk 1 tests/site

clean: ## remove .venv, caches and builds; keep what training wrote to runs/
	rm -rf .venv _site build dist *.egg-info .pytest_cache .ruff_cache .hypothesis
	find cnnlib notebooks tests tools \( -name __pycache__ -o -name .ipynb_checkpoints \) \
		-prune -exec rm -rf {} +

$(READY): pyproject.toml
	@command -v "$(PYTHON)" >/dev/null || { \
		echo "There is no '$(PYTHON)' here. Install Python 3.11 or newer, or name yours:" \
			"make PYTHON=/path/to/python3 ..." >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "cnnlib needs Python 3.11 or newer, and '$(PYTHON)' is $$("$(PYTHON)" -V 2>&1)." \
			"Name a newer one: make PYTHON=python3.13 ..." >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "'$(PYTHON)' cannot make virtual environments: ensurepip is missing." \
			"On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@[ -x $(BIN)/python ] || { echo "Setting up .venv (once; a minute or two) ..." && \
		"$(PYTHON)" -m venv .venv; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,axe]'
	@touch $@

$(SITE_READY): $(READY)
	@echo "Setting up .venv/site (once; a minute or two) ..."
	@"$(PYTHON)" -m venv .venv/site
	@$(SITE)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb")) \
		["project"]["optional-dependencies"]["site"], sep="\n")' > .venv/site/packages
	@$(SITE)/python -m pip install --quiet --disable-pip-version-check --requirement .venv/site/packages
	@touch $@
