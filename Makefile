SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# The first Python that really starts and is one of those that Paluu supports.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	2>/dev/null && echo $$python && break; done)
UV_VERSION := 0.13.9
VENV := .venv
export UV_COMPILE_BYTECODE := 1
export UV_PYTHON_DOWNLOADS := never

.PHONY: help
help: ## Show this list.
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: $(VENV)/installed ## One real night on real purchases; stays up until Ctrl-C.
	@$(VENV)/bin/python -m demo

.PHONY: demo-once
demo-once: $(VENV)/installed ## The same without staying; fails when anything is wrong.
	@$(VENV)/bin/python -m demo --once

.PHONY: test
test: $(VENV)/installed ## Lint and all tests, the nights through Airflow beside the others.
	@.ci/test

.PHONY: lint
lint: $(VENV)/installed ## Every check that reads the code without running it.
	.ci/lint

.PHONY: check
check: $(VENV)/installed ## Whether settings, campaigns, mails and suites fit together.
	@$(VENV)/bin/retention check

.PHONY: words
words: $(VENV)/installed ## Hand the words of dbt_project/words/ to the models, after a change.
	@$(VENV)/bin/retention words

.PHONY: preview
preview: $(VENV)/installed ## Look at mails: [CAMPAIGN=winback] [CUSTOMER=1001] [LOCALE=fi].
	@$(VENV)/bin/retention preview $(if $(CAMPAIGN),"$(CAMPAIGN)",--all) \
		$(if $(CUSTOMER),--customer "$(CUSTOMER)") $(if $(LOCALE),--locale "$(LOCALE)")

.PHONY: send-test
send-test: $(VENV)/installed ## Mail yourself a test: CAMPAIGN=winback TO=me@shop.example [CUSTOMER=1001].
	@test -n "$(CAMPAIGN)" -a -n "$(TO)" || $(call SAY,CAMPAIGN=winback TO=me@shop.example)
	@$(VENV)/bin/retention send-test "$(CAMPAIGN)" --to "$(TO)" \
		$(if $(CUSTOMER),--customer "$(CUSTOMER)") $(if $(LOCALE),--locale "$(LOCALE)")

.PHONY: new-campaign
new-campaign: $(VENV)/installed ## Add a campaign: NAME=comeback [LIKE=winback] [KIND=transactional].
	@test -n "$(NAME)" || $(call SAY,NAME=comeback LIKE=winback)
	@$(VENV)/bin/retention new campaign "$(NAME)" \
		$(if $(LIKE),--like "$(LIKE)") $(if $(KIND),--kind "$(KIND)")

.PHONY: explain
explain: $(VENV)/installed ## What is known of a customer: CUSTOMER=1001 [LOCALE=fi] [NIGHTS=14].
	@test -n "$(CUSTOMER)" || $(call SAY,CUSTOMER=1001)
	@$(VENV)/bin/retention explain "$(CUSTOMER)" \
		$(if $(LOCALE),--locale "$(LOCALE)") $(if $(NIGHTS),--nights "$(NIGHTS)")

# What the variables below stand for, for those who leave one out.
SAY = { echo "Say which: make $@ $(1)"; exit 1; }

.PHONY: diff
diff: $(VENV)/installed ## What an edited campaign would have done last night: CAMPAIGN=winback
	@test -n "$(CAMPAIGN)" || $(call SAY,CAMPAIGN=winback)
	@$(VENV)/bin/retention diff $(CAMPAIGN)

.PHONY: backtest
backtest: $(VENV)/installed ## A rule over past nights: CAMPAIGN=winback FROM=2026-10-01 TO=2026-10-31
	@test -n "$(CAMPAIGN)" -a -n "$(FROM)" -a -n "$(TO)" || \
	$(call SAY,CAMPAIGN=winback FROM=2026-10-01 TO=2026-10-31)
	@$(VENV)/bin/retention backtest $(CAMPAIGN) --from $(FROM) --to $(TO)

.PHONY: bench-signals
bench-signals: $(VENV)/installed ## Score the signals on real data: build/bench/signals.json.
	$(VENV)/bin/python -m benchmarks.bench_signals

.PHONY: docs-signals
docs-signals: $(VENV)/installed ## The table and pictures of docs/ from the last bench-signals.
	$(VENV)/bin/python -m benchmarks.bench_signals.docs

.PHONY: bench-delivery
bench-delivery: $(VENV)/installed ## Messages a second, against three other ways: build/bench/delivery.json.
	$(VENV)/bin/python -m benchmarks.bench_delivery

.PHONY: crash-matrix
crash-matrix: $(VENV)/installed ## Kill workers at every step, under every fault: build/bench/crash.json.
	$(VENV)/bin/python -m benchmarks.crash_matrix

.PHONY: lock
lock: $(VENV)/uv ## Resolve the packages anew into requirements.lock.
	$(VENV)/bin/uv pip compile pyproject.toml --group dev --extra celery --universal \
		--generate-hashes --no-emit-index-url --no-annotate --no-header -q -o requirements.lock

.PHONY: clean
clean: ## Remove all that was built, installed and left by a demo.
	-test ! -x $(VENV)/bin/python || $(VENV)/bin/python -c \
		"from pathlib import Path; from demo.postgres import Cluster; \
		[Cluster(Path(folder, 'postgres')).remove() for folder in ('.demo', 'build/lint')]"
	rm -rf $(VENV) .demo build dbt_project/target dbt_project/logs
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/uv:
	@test -n "$(PYTHON)" || { echo "Paluu needs Python 3.11, 3.12 or 3.13 (with venv); none of \
	python3, python3.13, python3.12, python3.11 is one. Name it: make PYTHON=/path/to/python"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

$(VENV)/installed: $(VENV)/uv requirements.lock pyproject.toml
	$(VENV)/bin/uv pip sync --quiet --python $(VENV)/bin/python --require-hashes requirements.lock
	$(VENV)/bin/uv pip install --quiet --python $(VENV)/bin/python --no-deps --no-build-isolation -e .
	@touch $@
