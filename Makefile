# What can be done here? `make help` lists it.

# The Python that makes .venv; everything else runs inside that.
PYTHON ?= python3
VENV := .venv/bin
APPS := accounts regions commitments taskforce dashboard mpp_tracker
SERVERS := $(VENV)/python -m mpp_tracker.local.servers --

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run dev test lint types migrations security suite bench faults lighthouse texts lock install install-dev

help:
	@echo "make run      serve it at http://127.0.0.1:8000 (PORT=8010 make run: another port)"
	@echo "make dev      the same with DEBUG and a server that reloads on every change"
	@echo "make test     lint, types, migrations, security and the whole suite"
	@echo "make lint     lint and types only"
	@echo "make bench    measure the parts that have to be fast"
	@echo "make faults   the suite's faults: databases that die, hang or come back"
	@echo "make lighthouse   measure three pages with Lighthouse (installed first: 176 MB under var/)"
	@echo "make texts    take new texts into locale/en, compile it, and say which have no English"
	@echo "make lock     compile requirements*.in to requirements*.txt anew"
	@echo "Everything lies in .venv/ and var/; remove both to start afresh."

run: install
	@$(VENV)/python -m mpp_tracker.local.run

dev: install
	@$(VENV)/python -m mpp_tracker.local.run --dev

test: lint migrations security suite

lint: install-dev
	@echo "== Style"
	@$(VENV)/ruff check .
	@$(VENV)/ruff format --check .
	@find templates -name '*.html' -print0 | xargs -0 -r $(VENV)/djade --check --target-version 5.2
	@echo "== Who may import whom"
	@$(VENV)/lint-imports
	@echo "== Types"
	@$(SERVERS) $(VENV)/mypy

migrations: install-dev
	@echo "== Migrations: do they match the models?"
	@$(SERVERS) $(VENV)/python manage.py makemigrations --check --dry-run

security: install-dev
	@echo "== Security"
	@$(VENV)/bandit -q -c pyproject.toml -r $(APPS)

# A file's tests share their servers and browsers, so a file stays with one worker.
suite: install-dev
	@echo "== Tests"
	@$(SERVERS) $(VENV)/pytest -n auto --dist loadfile -m "not lighthouse" $(ARGS)

bench: install-dev
	@$(SERVERS) $(VENV)/pytest benchmarks --benchmark-only --benchmark-quiet $(ARGS)

faults: install-dev
	@$(SERVERS) $(VENV)/pytest -m faults $(ARGS)

lighthouse: install-dev
	@echo "== Lighthouse"
	@$(VENV)/python -m tests.lighthouse
	@$(SERVERS) $(VENV)/pytest -m lighthouse $(ARGS)

texts: install-dev
	@$(VENV)/python -m mpp_tracker.local.texts

# Each file builds on the ones before it (-c requirements.txt), so the order matters.
lock: install-dev
	@for name in requirements requirements-local requirements-redis requirements-dev; do \
	  echo "$$name.txt"; \
	  $(VENV)/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-annotate --no-header $$name.in -o $$name.txt || exit 1; \
	done

install:
	@$(PYTHON) mpp_tracker/local/install.py

install-dev:
	@$(PYTHON) mpp_tracker/local/install.py --dev
