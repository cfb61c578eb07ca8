# Two commands a newcomer needs: `make demo` and `make test`. Everything else is listed by `make help`.
PYTHON ?= python3
RUN := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help setup demo up down test check bench proto proto-check proto-baseline clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

setup: ## create .venv with the pinned packages; does nothing when it is up to date
	@$(PYTHON) deploy/local/bootstrap.py setup

demo: setup ## treat patients through four real services; PATIENTS=PATH takes FHIR R4 records
	@$(RUN) -m deploy.demo $(if $(PATIENTS),-- "$(PATIENTS)")

up: setup ## start PostgreSQL, NATS and the four services, and keep them running
	@$(RUN) -m deploy.local up

down: setup ## stop what `make up` started, from another shell
	@$(RUN) -m deploy.local down

test: setup ## run every kind of test on servers of its own
	@$(RUN) -m pytest

check: setup ## format, lint, types, import law, schema and budgets; starts no server
	@$(RUN) -m deploy.local.check

bench: setup ## print one JSON object a line for every figure, against its floor
	@$(RUN) -m tests.bench

proto: setup ## generate proto/gen from the schema
	@$(RUN) proto/generate.py generate

proto-check: setup ## prove that proto/gen is current, linted and breaks no one
	@$(RUN) proto/generate.py check

proto-baseline: setup ## take the schema as it is now as the one not to break
	@$(RUN) proto/generate.py baseline

clean: ## stop the local stack and remove its state, .venv and every cache
	@$(PYTHON) deploy/local/bootstrap.py clean
