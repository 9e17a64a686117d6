# The commands of the README. Each makes .venv from the lock by itself.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
WORKSPACE := $(BIN)/workspace
STAMP := $(VENV)/installed

.PHONY: run test test-long check bench format lock static editor screens vnu

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

run: $(STAMP)
	@test -e instance/workspace.sqlite3 && $(WORKSPACE) sample links --port $(PORT) || $(WORKSPACE) sample load --port $(PORT)
	@$(WORKSPACE) serve --port $(PORT)

test: $(STAMP)
	@$(BIN)/python -m pytest -n 2 --dist loadgroup $(ARGS)

test-long: $(STAMP)
	@$(BIN)/python -m pytest --long -n 2 --dist loadgroup $(ARGS)

check: $(STAMP)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --cache-dir .import_linter_cache
	@$(BIN)/python scripts/build_static.py --check
	@$(BIN)/python scripts/catalogue.py --check

bench: $(STAMP)
	@$(BIN)/python -m benchmarks $(ARGS)

format: $(STAMP)
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

static: $(STAMP)
	@$(BIN)/python scripts/build_static.py

frontend/node_modules: frontend/package-lock.json # what the editor is built from and tested with
	@npm ci --prefix frontend --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

editor: frontend/node_modules # static/dist/editor.js from frontend/; the only thing that needs Node, and only after a change there
	@npm run --silent --prefix frontend build

screens: $(STAMP)
	@$(BIN)/python scripts/screens.py $(ARGS)

vnu: # the Nu HTML checker, for the tests marked java
	@npm install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error --prefix build/vnu vnu-jar@26.9.27

lock:
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --group dev \
		-o requirements.lock pyproject.toml
