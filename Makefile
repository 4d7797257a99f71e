# Everything happens in a virtual environment of its own, .venv; nothing is installed globally.
# `make demo` and `make test` are all a newcomer needs.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
OUT    ?= demo-report

.DEFAULT_GOAL := help
.PHONY: help demo test check fix docs-figures clean

help:
	@echo "make demo   set up, run the demo territory and say where its report is"
	@echo "make test   set up, then check style, types and behaviour"
	@echo "make fix    format the code and mend what ruff can"
	@echo "make clean  remove what the commands above made"

# Two stamps: the demo needs the library alone, the tests need more.
$(VENV)/.library: pyproject.toml
	@$(PYTHON) -c 'import sys; ok = (3, 11) <= sys.version_info[:2] <= (3, 13); sys.exit(0 if ok else "maillage needs Python 3.11, 3.12 or 3.13; try: make PYTHON=python3.12 demo")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.library
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

demo: $(VENV)/.library
	$(BIN)/maillage study examples/demo.toml --out $(OUT)
	@echo
	@echo "Open $(OUT)/rapport.html in a browser."

test: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest --numprocesses=auto --dist=worksteal --cov --cov-report=term:skip-covered --cov-fail-under=90

fix: $(VENV)/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) $(OUT) .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis
