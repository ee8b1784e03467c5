# Every target sets up what it needs. `make` alone lists them.
.DEFAULT_GOAL := help
BIN := .venv/bin

# Processes compile what they import once, and find it compiled afterwards.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo chat up down test test-compose lint bench setup lock docs settings clean

help: ## List what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: export ANSELM_BEGAN := $(shell date +%s)
demo: setup ## Run the whole loop on the sample export (KEEP=1 leaves the stack running)
	@$(BIN)/anselm demo $(if $(KEEP),--keep)

chat: setup ## Talk with the persona (the stack must run)
	@$(BIN)/anselm chat

up: setup ## Start everything on this machine; Ctrl-C stops it
	@$(BIN)/anselm up

down: setup ## Stop everything
	@$(BIN)/anselm down

test: setup ## Run the tests; those in containers are test-compose
	@ops/tests

test-compose: setup ## Build, start and run the loop in containers (needs a Docker Engine)
	@$(BIN)/pytest -m compose

lint: setup ## Check style, types, imports, Dockerfiles and compose files
	@ops/lint

bench: setup ## Run a benchmark: make bench NAME=loop
	@test -n "$(NAME)" || { echo "error: which one? make bench NAME=$$(cd benchmarks && grep -l '^if __name__' *.py */__main__.py | sed 's,/__main__,,; s/\.py//' | paste -sd'|')" >&2; exit 2; }
	@$(BIN)/python -m benchmarks.$(NAME)

setup: ## Make .venv with everything in it
	@ops/setup

lock: setup ## Write requirements.lock from pyproject.toml
	@ops/lock

docs: setup ## Write docs/reference from the code
	@$(BIN)/python docs/generate.py

settings: setup ## Write .env.example from the settings classes
	@$(BIN)/python ops/env_example.py > .env.example

clean: ## Remove the environment and caches; your data stays
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
