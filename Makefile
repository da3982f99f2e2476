# `make` alone lists the targets. Everything lives in .venv and pwa/node_modules; nothing else on
# the machine is touched, except that `make test` as root installs missing Debian packages.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
UV := $(BIN)/uv
UV_VERSION := 0.13.9
APP_SOURCES := $(shell find pwa -type d \( -name node_modules -o -name dist \) -prune -o -type f -print 2>/dev/null)

export PATH := $(CURDIR)/.venv/bin:$(PATH)
# Programs are started often here. Without byte code on disk each start compiles everything anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup app demo test lint fix bench nightly mutation screenshots build lock packages clean

help: ## list the targets
	@sed -n -E 's/^([a-z-]+):.*## (.*)/\1|\2/p' $(MAKEFILE_LIST) \
	  | while IFS='|' read -r name text; do printf '  make %-12s %s\n' "$$name" "$$text"; done

setup: .stamps/python .stamps/node ## make .venv and pwa/node_modules from the locks

app: .stamps/app ## build the phone app and the console

demo: .stamps/python ## show the whole thing running with a believable study
	@exec $(BIN)/sayso demo --meanwhile "make .stamps/app" $(DEMO_FLAGS)

test: setup packages .stamps/app ## run every test: both databases, the app, the browsers
	@tests/tools/test.sh

lint: setup ## check style, types and import contracts, Python and TypeScript
	@tests/tools/lint.sh

fix: setup ## mend what the linters can mend by themselves
	@$(BIN)/ruff check --fix-only --quiet . && $(BIN)/ruff format --quiet .
	@cd pwa && npm run --silent fix

bench: setup packages .stamps/app ## measure side by side and write tests/bench/RESULTS.md
	@cd tests && ../$(BIN)/python -m bench

nightly: setup packages .stamps/app ## run the long proofs that `make test` leaves out
	@$(BIN)/python -m pytest -m nightly

mutation: .stamps/python ## change the study rules a sign at a time and see whether a test notices
	@PYTHONPATH=tests $(BIN)/python -m tools.mutation --write tests/MUTATION.md $(MUTATION_FLAGS)

screenshots: setup packages .stamps/app ## take pictures of every screen, and the README's two
	@$(BIN)/python -m pytest -q -m e2e tests/e2e --screenshots=screenshots
	@cp screenshots/demo-phone-question.png pwa/pictures/phone.png
	@cp screenshots/demo-today-desk.png pwa/pictures/console.png

build: .stamps/python .stamps/app ## make the wheel in dist/
	@rm -rf dist && $(BIN)/python -m build --no-isolation --wheel --outdir dist . >/dev/null
	@ls dist

lock: .stamps/python ## choose the newest allowed versions of all Python dependencies
	@tests/tools/lock.sh --upgrade

packages: ## install the Debian packages that tests need (as root), or name them
	@tests/tools/packages.sh

clean: ## remove everything that these targets have made
	rm -rf .venv .stamps pwa/node_modules pwa/dist backend/sayso/web/static dist build screenshots
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

$(UV):
	@echo "setup: making .venv"
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Sayso needs Python 3.11 or newer.")'
	@python3 -c 'import ensurepip' 2>/dev/null || tests/tools/packages.sh python3-venv
	@python3 -m venv .venv
	@$(BIN)/python -m pip install -qq --disable-pip-version-check uv==$(UV_VERSION)

.stamps/python: pyproject.toml requirements/dev.lock | $(UV)
	@echo "setup: installing the Python packages of requirements/dev.lock"
	@$(UV) pip sync --quiet --require-hashes --python $(BIN)/python requirements/dev.lock
	@$(UV) pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python --editable .
	@mkdir -p .stamps && touch $@

.stamps/node: pwa/package-lock.json pwa/package.json | .stamps/python
	@echo "setup: installing the npm packages of pwa/package-lock.json"
	@cd pwa && npm ci --silent --no-audit --no-fund --prefer-offline
	@mkdir -p .stamps && touch $@

.stamps/app: .stamps/node $(APP_SOURCES)
	@echo "setup: building the app"
	@cd pwa && npm run --silent build -- --logLevel warn
	@mkdir -p .stamps && touch $@
