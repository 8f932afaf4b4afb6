# The front door. It needs Python 3.11 or newer, git and make; the first line of a recipe brings the rest.

PYTHON ?= python3
ENVIRONMENT = @$(PYTHON) scripts/environment.py
COMPILE = @.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock" pyproject.toml

.PHONY: report test soak reproduce bench lint lock clean help

report: ## build report/report.pdf and report/report.html, running only what changed
	$(ENVIRONMENT) requirements.lock
	@.venv/bin/snakemake

test: ## run the tests
	$(ENVIRONMENT) requirements-dev.lock
	@.venv/bin/python -m pytest

soak: ## run the tests that take long
	$(ENVIRONMENT) requirements-dev.lock
	@.venv/bin/python -m pytest -m soak

reproduce: ## build what is committed twice, in unlike circumstances, and compare every byte
	$(ENVIRONMENT) requirements.lock
	@.venv/bin/python scripts/reproduce.py

bench: ## measure the speed of training and of the build
	$(ENVIRONMENT) requirements.lock
	@.venv/bin/python scripts/bench.py

lint: ## check style, format and types
	$(ENVIRONMENT) requirements-dev.lock
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/mypy
	@.venv/bin/snakefmt --check Snakefile rules

lock: ## write both lock files anew from pyproject.toml, keeping the versions that still fit
	$(ENVIRONMENT) requirements-dev.lock
	$(COMPILE) --output-file requirements.lock
	$(COMPILE) --group dev --constraints requirements.lock --output-file requirements-dev.lock

clean: ## remove all that the pipeline made; the environment stays
	@find results report -mindepth 1 ! -name .gitkeep -delete
	@rm -rf .snakemake

help: ## say this
	@sed -n 's/^\([a-z]*\): *## /make \1	/p' Makefile
