# `make` lists the targets. The README has the same steps as plain commands.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

# Without a .env and without a word in the environment, the sandbox. A .env that lacks the key, cannot be
# read or is a folder is a mistake, and starts nothing.
CHOOSE := [ -e .env ] || [ -L .env ] || [ -n "$$NYLAS_API_KEY$$NYLAS_API_KEY_FILE$$SANDBOX" ] || export SANDBOX=true

# Flask would read .env in its own way: with $${X} replaced, and a traceback when it cannot.
SKIP_DOTENV := import os; os.environ.setdefault("FLASK_SKIP_DOTENV", "1")

COMPILE = .venv-lock/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-config --no-emit-index-url --no-emit-find-links --upgrade --custom-compile-command 'make lock'

# Two processes share the tests: one has these folders, the other all the rest.
QUICK = $(BIN)/python -m pytest --hypothesis-profile=quick -m 'not (slow or redis or dovecot or node)'
HALF = tests/latchkey/web tests/latchkey/sandbox
ALL = $(BIN)/coverage run --parallel-mode -m pytest
WITH_BROWSER = tests/browser tests/independent tests/journeys

.DEFAULT_GOAL := help
.PHONY: help run check test accessible shots two-versions bench format texts lock sbom audit scan fuzz fuzz-parsers mutants clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/run.stamp ## Start the page (in the sandbox, unless there is a .env or a Nylas API key) and print its address
	@$(CHOOSE); \
	[ -n "$$WEB_CONCURRENCY" ] || unset WEB_CONCURRENCY; \
	exec $(BIN)/gunicorn --config deploy/gunicorn.conf.py 'app:create_app()'

check: .venv/test.stamp ## Lint, types and the package's quick tests: no browser, Redis, Dovecot or Node.js (2 minutes)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	sh tests/tools/side-by-side.sh "$(QUICK) $(HALF)" "$(QUICK) $(HALF:%=--ignore %) tests/latchkey tests/test_*.py"

test: .venv/test.stamp .venv/independent.stamp ## Everything CI runs: lint, types, all tests, coverage
	sh tests/tools/test-tools.sh $(BIN)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/coverage erase
	sh tests/tools/side-by-side.sh "$(ALL) $(WITH_BROWSER:%=--ignore %)" "$(ALL) $(WITH_BROWSER)"
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

accessible: .venv/test.stamp ## Every state of every page, in 4 languages and 6 brands, in the eyes of axe-core (STATES="entry imap" for some)
	$(BIN)/python -m tests.accessible $(STATES)

shots: .venv/test.stamp ## Take pictures of every state into shots/, with contact sheets, and the README's docs/page.webp
	$(BIN)/python -m tests.shots $(STATES)

two-versions: .venv/test.stamp ## Run OLD=<tag or commit> beside this version on one Redis: what one begins, the other finishes (FILE= records it)
	$(BIN)/python -m tests.upgrading $(OLD) $(FILE)

bench: .venv/test.stamp ## Measure the page under load, beside a yardstick (20 minutes; POINTS="1 4" for some)
	sh bench/tools.sh
	$(BIN)/python -m bench $(POINTS)

format: .venv/test.stamp ## Put the code in its usual form
	$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

texts: .venv/test.stamp ## Collect the texts for translators in locales/latchkey.pot, merge and compile the catalogues
	$(BIN)/pybabel -q extract --mapping-file locales/babel.cfg --keyword N_ --keyword translate --keyword translate_plural:1,2 --no-location \
		--sort-output --omit-header --output-file locales/latchkey.pot .
	$(BIN)/python -m locales.merge

lock: ## Pin the newest versions that pyproject.toml allows
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/pip install --quiet uv
	$(COMPILE) --output-file requirements.txt
	$(COMPILE) --group dev --constraint requirements.txt --output-file requirements-dev.txt

sbom: .venv/run.stamp ## Write what is shipped, with licences and hashes, to latchkey.cdx.json (CycloneDX)
	@$(BIN)/python deploy/sbom.py > latchkey.cdx.json
	@echo "latchkey.cdx.json is written."

audit: ## Ask OSV for known weaknesses of what is shipped (SOURCE=https://… asks another server)
	@$(PYTHON) deploy/audit.py $(if $(SOURCE),--source $(SOURCE))

scan: .venv/test.stamp .venv-scan/code.stamp .venv-scan/web.stamp ## Read the code with bandit and semgrep, attack the sandbox with wapiti (10 minutes)
	$(BIN)/python -m tests.scan .venv-scan/code/bin .venv-scan/web/bin

fuzz: .venv/test.stamp ## Try 200 times as many inputs as the tests do (hours; FUZZ=tests/journeys/test_any_order.py for a part)
	$(BIN)/python -m pytest --hypothesis-profile=fuzz --timeout 0 \
		$(or $(FUZZ),$$(grep -rl --include='*.py' 'from hypothesis' tests --exclude-dir=node_modules))
	@$(if $(FUZZ),,$(MAKE) --no-print-directory fuzz-parsers)

fuzz-parsers: .venv/test.stamp .venv-fuzz/stamp ## Let atheris look for texts that break a parser (SECONDS= for each, 600; PARSERS="link brand")
	@for parser in $(or $(PARSERS),$$($(BIN)/python -c 'from tests.parsers import PARSERS; print(*PARSERS)')); do \
		mkdir -p .venv-fuzz/found/$$parser && echo "$$parser" && \
		PYTHONPATH=.venv-fuzz/lib $(BIN)/python -m tests.coverage_guided $$parser .venv-fuzz/found/$$parser \
			-dict=tests/coverage_guided.dict -artifact_prefix=.venv-fuzz/found/$$parser- -verbosity=0 -print_final_stats=1 \
			-max_total_time=$(or $(SECONDS),600) || exit 1; \
	done

mutants: .venv/test.stamp .venv-mutants/stamp ## Change the rules on purpose, list what no test notices (hours; MODULES="latchkey.apps.pkce.*")
	PYTHONPATH=$(CURDIR)/.venv-mutants/lib $(BIN)/python -m mutmut run --max-children 1 $(foreach module,$(MODULES),'$(module)')
	PYTHONPATH=$(CURDIR)/.venv-mutants/lib $(BIN)/python -m mutmut results

clean: ## Remove the virtual environments and what tools left behind
	rm -rf .venv .venv-lock .venv-scan .venv-fuzz .venv-mutants mutants .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage shots

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Latchkey needs Python 3.11 or newer: PYTHON=python3.12 make ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || sh tests/tools/install.sh python3-venv
	$(PYTHON) -m venv .venv

.venv/run.stamp: requirements.txt Makefile | .venv/bin/python
	$(PIP) install --quiet --require-hashes -r requirements.txt
	@echo '$(SKIP_DOTENV)' > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/latchkey.pth"
	@touch $@

.venv/test.stamp: requirements-dev.txt .venv/run.stamp
	$(PIP) install --quiet --require-hashes -r requirements-dev.txt
	@touch $@

.venv/independent.stamp: tests/independent/package-lock.json .venv/test.stamp
	PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --prefix tests/independent --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

.venv-fuzz/stamp: tests/coverage_guided.txt .venv/test.stamp
	$(PIP) install --quiet --upgrade --target .venv-fuzz/lib -r $<
	@touch $@

.venv-mutants/stamp: tests/mutants.txt .venv/test.stamp
	$(PIP) install --quiet --upgrade --target .venv-mutants/lib -r $<
	@touch $@

.venv-scan/%.stamp: tests/scan/%.txt
	$(PYTHON) -m venv .venv-scan/$*
	.venv-scan/$*/bin/pip install --quiet -r $<
	@touch $@
