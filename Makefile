# The front door. It needs Python 3.11 or newer, git and make; the first line of a recipe brings the rest.

PYTHON ?= python3
# -S: it starts sooner without installed packages, of which it needs none.
ENVIRONMENT = $(PYTHON) -S reporting/commands/environment.py
# Which Ctrl-C ends without a traceback.
SNAKEMAKE = .venv/bin/python -S reporting/pipeline/interruptible.py -m snakemake
COMPILE = @.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock" pyproject.toml --group assignment

.PHONY: new report notebook submission verify sign review plan watch test soak cluster reproduce bench scale lint lock picture clean help

report: ## build report/report.pdf and report/report.html, running only what changed; on a cluster with PROFILE=slurm
	$(if $(PROFILE),$(foreach file,profiles/$(PROFILE)/config.yaml requirements-$(PROFILE).lock,\
		$(if $(wildcard $(file)),,$(error There is no $(file)))))
	@$(ENVIRONMENT) requirements$(PROFILE:%=-%).lock
	@$(SNAKEMAKE) $(PROFILE:%=--profile profiles/%)

notebook: ## build report/report.ipynb, executing it if its code or an artifact changed
	@$(ENVIRONMENT) requirements.lock
	@$(SNAKEMAKE) report/report.ipynb

plan: ## say what `make report` would run, and why, without running it
	@$(ENVIRONMENT) requirements.lock
	@$(SNAKEMAKE) --dry-run

watch: ## build whenever a source is saved, and show the page in a browser as it is written
	@$(ENVIRONMENT) requirements.lock
	@.venv/bin/python -m reporting.commands.watch Snakefile requirements.lock rules config nnlib scripts reporting templates \
		-- sh -c "$(ENVIRONMENT) requirements.lock && exec $(SNAKEMAKE)"

submission: ## pack report/submission.zip, an RO-Crate: the PDF, verified, the notebook, executed anew, and the results
	@$(ENVIRONMENT) requirements.lock
	@$(SNAKEMAKE) --forcerun notebook_outputs -- all report/report.ipynb
	@.venv/bin/python -m reporting.commands.submission

REPORT ?= report/report.pdf
verify: ## check report/report.pdf, or REPORT=..., from its file alone; whose it is by the certificates in TRUST=...
	@$(ENVIRONMENT) requirements$(if $(shell grep -als ETSI.CAdES "$(REPORT)"),-sign).lock
	@.venv/bin/python -m reporting.commands.verify "$(REPORT)" $(if $(TRUST),--trust "$(TRUST)")

sign: ## sign report/report.pdf, as report/report.signed.pdf: make sign CERT=me.p12
	$(if $(CERT),,$(error Say with which certificate and key: make sign CERT=me.p12))
	@$(ENVIRONMENT) requirements-sign.lock
	@.venv/bin/python -m reporting.commands.sign "$(CERT)"

review: ## compare OLD=... with report/report.pdf, or NEW=..., in review.html
	$(if $(OLD),,$(error Say which report to compare with: make review OLD=old.pdf))
	@$(ENVIRONMENT) requirements.lock
	@.venv/bin/python -m reporting.commands.review "$(OLD)" "$(or $(NEW),$(REPORT))" -o review.html

test: ## run the tests
	@$(ENVIRONMENT) requirements-dev.lock
	@.venv/bin/python -m pytest

soak: ## run the tests that take long
	@$(ENVIRONMENT) requirements-dev.lock
	@.venv/bin/python -m pytest -m soak

cluster: ## test builds on a cluster, with a small Slurm that is started for it
	@$(ENVIRONMENT) requirements-dev.lock
	@.venv/bin/python -m pytest -n 0 -m cluster

new: ## write a small report of your own into a new folder: make new FOLDER=../my-report
	$(if $(FOLDER),,$(error Say where: make new FOLDER=../my-report))
	@$(ENVIRONMENT) requirements-dev.lock
	@.venv/bin/python -m reporting.commands.new "$(FOLDER)"

reproduce: ## build what is committed twice, in unlike circumstances, and compare every byte
	@$(ENVIRONMENT) requirements.lock
	@.venv/bin/python -m reporting.commands.reproduce

bench: ## measure the speed of training and of the build
	@$(ENVIRONMENT) requirements-dev.lock
	@.venv/bin/python -m benchmarks.training

scale: ## measure sweeps of up to a hundred thousand networks, which takes the better part of an hour
	@$(ENVIRONMENT) requirements-dev.lock
	@.venv/bin/python -m benchmarks.scale

lint: ## check style, format and types
	@$(ENVIRONMENT) requirements-dev.lock
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/mypy
	@cd examples/bloom_filter && MYPYPATH=../.. ../../.venv/bin/mypy --config-file ../../pyproject.toml scripts tests
	@.venv/bin/snakefmt --check Snakefile rules reporting examples tests/report

lock: ## write the lock files anew from pyproject.toml, keeping the versions that still fit
	@$(ENVIRONMENT) requirements-dev.lock
	$(COMPILE) --output-file requirements.lock
	$(COMPILE) --group slurm --constraints requirements.lock --output-file requirements-slurm.lock
	$(COMPILE) --group sign --constraints requirements.lock --output-file requirements-sign.lock
	$(COMPILE) --group dev --constraints requirements.lock --constraints requirements-sign.lock \
		--output-file requirements-dev.lock

picture: ## draw the rules anew in docs/architecture.md
	@$(ENVIRONMENT) requirements.lock
	@$(SNAKEMAKE) --rulegraph mermaid-js | .venv/bin/python -m reporting.commands.picture docs/architecture.md

clean: ## remove all that the pipeline made; the environment stays
	@find results report -mindepth 1 ! -name .gitkeep -delete
	@rm -rf .snakemake

help: ## say this
	@sed -n 's/^\([a-z]*\): *## /make \1	/p' Makefile
