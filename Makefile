# The project's commands. `make run` and `make test` work from a fresh clone with Python 3.11 or newer.
PYTHON ?= python3
BIN := .venv/bin

# Compiled modules are kept: every process of the site and of the tests would compile a thousand of them again.
unexport PYTHONDONTWRITEBYTECODE

MUTATION ?= $(or $(TMPDIR),/tmp)/chizheng-mutation
RULES ?= app.eligibility.rules*

.PHONY: run test setup setup-run check bench format translations decoder mutate

run: setup-run
	@$(BIN)/python -m app run

test: setup
	@$(BIN)/python -m pytest -q -rs -n auto --dist loadgroup

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy

bench: setup
	$(BIN)/python -m tests.bench

# Changes the rules one token at a time and runs their tests against each change, on a copy of the tree: docs/mutation.md.
mutate: setup
	@rm -rf $(MUTATION) && mkdir -p $(MUTATION)
	@cp -R app question_bank certificates migrations tests pyproject.toml $(MUTATION)
	cd $(MUTATION) && PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 nice -n 15 $(CURDIR)/$(BIN)/python -m tests.app.eligibility.mutants "$(RULES)"

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

setup-run: .venv/run.stamp translations decoder
setup: .venv/test.stamp translations decoder

.venv/run.stamp: requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -c 'import sys; sys.exit("Python 3.11 or newer is needed") if sys.version_info < (3, 11) else None'
	@$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements.txt
	@touch $@

.venv/test.stamp: requirements.txt tests/requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements.txt --requirement tests/requirements.txt
	@touch .venv/run.stamp $@

translations: app/translations/zh/LC_MESSAGES/messages.mo
app/translations/zh/LC_MESSAGES/messages.mo: app/translations/zh/LC_MESSAGES/messages.po | .venv/run.stamp
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@ --locale zh

# What reads codes from the camera where the browser does not: docs/decisions/0012-scanning.md. Without npm all else works.
decoder: app/vendor/node_modules/.package-lock.json
app/vendor/node_modules/.package-lock.json: app/vendor/package-lock.json
	@if ! command -v npm >/dev/null; then \
	  echo "npm is not here: the page /c scans only in browsers that read codes themselves"; \
	elif ! (cd app/vendor && npm ci --ignore-scripts --no-audit --no-fund --silent && touch node_modules/.package-lock.json); then \
	  echo "npm could not install the decoder: the page /c scans only in browsers that read codes themselves"; \
	fi
