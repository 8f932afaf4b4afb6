# The front door. It needs Python 3.11 or newer, git and make; the first line of a recipe brings the rest.

PYTHON ?= python3
ENVIRONMENT = @$(PYTHON) scripts/environment.py
COMPILE = @.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock" pyproject.toml

.PHONY: report notebook submission verify review plan watch test soak reproduce bench lint lock clean help

report: ## build report/report.pdf and report/report.html, running only what changed
	$(ENVIRONMENT) requirements.lock
	@.venv/bin/snakemake

notebook: ## build report/report.ipynb, executing it if its code or an artifact changed
	$(ENVIRONMENT) requirements.lock
	@.venv/bin/snakemake report/report.ipynb

plan: ## say what `make report` would run, and why, without running it
	$(ENVIRONMENT) requirements.lock
	@.venv/bin/snakemake --dry-run

watch: ## build, and build again whenever a source is saved
	$(ENVIRONMENT) requirements.lock
	@.venv/bin/watchfiles --verbosity warning --sigint-timeout 60 .venv/bin/snakemake \
		Snakefile requirements.lock rules config nnlib scripts reporting templates

submission: ## pack report/submission.zip: the PDF, verified, and the notebook, executed anew
	$(ENVIRONMENT) requirements.lock
	@.venv/bin/snakemake --forcerun notebook_outputs -- all report/report.ipynb
	@.venv/bin/python scripts/submission.py

REPORT ?= report/report.pdf
verify: ## check report/report.pdf, or REPORT=..., from its file alone
	$(ENVIRONMENT) requirements.lock
	@.venv/bin/python scripts/verify.py "$(REPORT)"

review: ## compare OLD=... with report/report.pdf, or NEW=..., in review.html
	$(if $(OLD),,$(error Say which report to compare with: make review OLD=old.pdf))
	$(ENVIRONMENT) requirements.lock
	@.venv/bin/python scripts/review.py "$(OLD)" "$(or $(NEW),$(REPORT))" -o review.html

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
	$(ENVIRONMENT) requirements-dev.lock
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
