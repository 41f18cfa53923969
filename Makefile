# Holdfast: `make` alone lists what can be done.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
SHELL := /bin/sh

VENV := .venv
PYTHON := $(VENV)/bin/python
MANAGE := $(PYTHON) manage.py
RUNNING := $(VENV)/.installed
DEVELOPING := $(VENV)/.installed-dev
PACKAGES := config bookings notifications operations

.PHONY: help run test lint format check bench soak clean browser

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(RUNNING) ## Start everything on http://127.0.0.1:$PORT/ (8000), stop it with Ctrl-C
	@exec $(MANAGE) up

test: check browser ## Everything the project promises: lint, types, migrations, tests, browser tests
	$(PYTHON) -m pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: $(DEVELOPING) ## Style, types and templates
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m djlint --quiet --lint templates
	$(PYTHON) -m mypy $(PACKAGES)

format: $(DEVELOPING) ## Rewrite the sources in the house style
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

# Nothing here may touch the data of `make run`.
test check soak: export HOLDFAST_HOME := $(CURDIR)/.holdfast-test
check: lint ## Lint, system checks and missing migrations: the minute before a commit
	$(MANAGE) check
	$(MANAGE) makemigrations --check --dry-run

bench: export HOLDFAST_HOME := $(CURDIR)/.holdfast-bench
bench: $(DEVELOPING) ## Measure speed and size here; PARTS="submissions times messages backlog desk" chooses, SHORT=1 takes a minute
	@DATABASE_URL= $(MANAGE) bench $(PARTS) $(if $(SHORT),--short)

soak: $(DEVELOPING) browser ## The tests that take long, and every drill
	$(PYTHON) -m pytest -m soak

browser: $(DEVELOPING)
	@.ci/browser $(PYTHON)

clean: ## Remove what was built; the data folder stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis test-results staticfiles
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUNNING): requirements.txt .ci/environment
	@.ci/environment $(VENV) requirements.txt
	@touch $@

$(DEVELOPING): requirements.txt requirements-dev.txt .ci/environment
	@.ci/environment $(VENV) requirements-dev.txt
	@touch $(RUNNING) $@
