.DEFAULT_GOAL := help
.PHONY: help run setup test bench lint format lock
PYTHON := .venv/bin/python

help: ## List these verbs
	@sed -nE 's/^([a-z]+):[^#]*## (.*)/\1\t\2/p' Makefile | expand -t 9

run: setup ## Serve with the sample town on http://127.0.0.1:8000 (PORT and DATABASE_URL override)
	@$(PYTHON) -m flask --app wsgi sample town --migrate
	@exec $(PYTHON) -m gunicorn --config python:app.gunicorn wsgi:app

setup: ## Create .venv with the locked run-time packages
	@.ci/setup

test: ## Install what the tests need, then run everything that CI runs
	@.ci/setup test && .ci/system-packages && .ci/lint
	@$(PYTHON) -m pytest --numprocesses auto --dist worksteal

bench: ## Measure against hand-written SQL and other ledgers (ONLY=a,b ROUNDS=5 SECONDS=2)
	@.ci/setup test
	@.ci/setup-bench || echo "Going on without the other ledgers."
	@ONLY='$(ONLY)' ROUNDS='$(ROUNDS)' SECONDS='$(SECONDS)' $(PYTHON) -m tests.bench

lint: ## Check style, types and import contracts
	@.ci/setup test && .ci/lint

format: ## Rewrite the code in the house style
	@.ci/setup test
	@$(PYTHON) -m ruff check --fix --exit-zero --quiet .
	@$(PYTHON) -m ruff format .

lock: ## Write the lock files anew from pyproject.toml
	@.ci/lock
