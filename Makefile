# Two commands matter: `make demo` solves the reference case and draws it, `make test` runs the tests.
# Both set themselves up: the virtual environment is made once, from the lock file.

PYTHON ?= python3.11
BIN := .venv/bin
STAMP := .venv/.ready
DEMO_SECONDS ?= 75
CROSSCHECK_COUNT ?= 640
CROSSCHECK_SEED ?= 0

.PHONY: setup demo test crosscheck lint notebooks bench bench-quick docs lock

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv || python3 -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $(STAMP)

demo: setup
	$(BIN)/sequencer solve instances/nordwind --time-limit $(DEMO_SECONDS) -o demo/run --force
	$(BIN)/sequencer show demo/run
	$(BIN)/sequencer plot demo/run -o demo/roadmap.png

test: setup
	$(BIN)/python -m pytest -n auto --cov=sequencer --cov-report=term --cov-report=json:.coverage.json -q
	$(BIN)/python tests/coverage_floor.py .coverage.json

crosscheck: setup
	$(BIN)/python -m tests.oracle.crosscheck --count $(CROSSCHECK_COUNT) --seed $(CROSSCHECK_SEED) --output docs/crosscheck.md

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

notebooks: setup
	$(BIN)/python -m pytest --nbmake --nbmake-timeout=300 notebooks -q

# Other solvers are needed here only. BENCH_DATA is a folder of public data, BENCH_OPTIONS what bench.py --help lists.
bench: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-bench.lock
	$(BIN)/python tests/benchmarks/bench.py $(ROW) $(BENCH_OPTIONS)

bench-quick: setup
	$(BIN)/python tests/benchmarks/quick.py

# Pages are written beside and moved, so that a failure leaves the old ones whole.
docs: setup
	PYTHONUTF8=1 $(BIN)/python -c "from sequencer.report.schema_reference import schema_reference as made; \
		print(made(), end='')" > docs/.tables.md
	mv docs/.tables.md docs/tables.md
	PYTHONUTF8=1 $(BIN)/sequencer rules --markdown > docs/.rules.md
	mv docs/.rules.md docs/rules.md

lock:
	rm -rf .venv-lock && $(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	.venv-lock/bin/python -m pip freeze --exclude-editable --exclude sequencer > requirements.lock
	rm -rf .venv-lock
