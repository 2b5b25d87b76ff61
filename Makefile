# Everything that is done with this checkout. `make help` lists it; GNU make 3.81 (macOS) is enough.
SHELL := /bin/sh
BIN := .venv/bin
PY := $(BIN)/python
DISK_GB := 5
# How threads wait, and how many compute: see waiting() of lmcourse/files.py, and lmcourse/__init__.py. Notebooks load
# torch and numpy before they could say so, and can't know who else will run: they spin for half as long as on a quiet
# machine. (Two trainings at once: 3 % slower than one after the other, and 16 % if they spun for as long.)
OMP_WAIT_POLICY ?= PASSIVE
GOMP_SPINCOUNT ?= 2000
OPENBLAS_NUM_THREADS ?= 1
export OMP_WAIT_POLICY GOMP_SPINCOUNT OPENBLAS_NUM_THREADS
# Set these on the command line: `make setup PYTHON=/path/to/python3.12 TORCH_INDEX=<address>`.
PYTHON ?=
TORCH_INDEX ?=
TORCH := $(shell sed -n 's/.*"\(torch==[^"]*\)".*/\1/p' pyproject.toml)
# One stamp for each content of the lock and of pyproject.toml, and for each place: a venv that was moved is broken.
STAMP := .venv/.lmcourse-$(shell (pwd; cat requirements.lock pyproject.toml) | cksum | cut -d ' ' -f 1)
# Jupyter refuses root unless told; the token and the loopback address stay.
LAB_FLAGS := $(if $(filter 0,$(shell id -u)),--allow-root)

.PHONY: help setup data lab test faults sabotage day lint notebooks results claims course parity bench practice lock clean
.DEFAULT_GOAL := help

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

setup: $(STAMP) ## make .venv from the lock; quick to repeat
	@echo "ready: .venv with $$($(PY) --version)"

$(STAMP):
	@fail() { echo "make setup: $$1" >&2; exit 1; }; \
	offline="is there a network? (Behind a proxy set HTTPS_PROXY; with a folder of wheels PIP_NO_INDEX=1 and PIP_FIND_LINKS=<folder>)"; \
	if ! grep -qF "$$(pwd)/.venv/" $(BIN)/pip 2>/dev/null || ! $(PY) -c pass 2>/dev/null; then \
	  python=; \
	  for name in $(or $(PYTHON),python3 python3.12 python3.11 python3.13 python); do \
	    if "$$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then python=$$name; break; fi; \
	  done; \
	  found=$$($(or $(PYTHON),python3) --version 2>/dev/null); \
	  [ -n "$$python" ] || fail "Python 3.11, 3.12 or 3.13 is needed, and $(or $(PYTHON),python3) is $${found:-not to be found}: install one, or name it: make setup PYTHON=/path/to/python3.12"; \
	  "$$python" -c 'import ensurepip, venv' 2>/dev/null || fail "$$python comes without the venv module: install it (Debian, Ubuntu: apt-get install python3-venv)"; \
	  free=$$(df -Pk . | awk 'NR == 2 { print int($$4 / 1048576) }'); \
	  [ "$$free" -ge $(DISK_GB) ] || fail "$$free GB are free on the disk of $$(pwd), and about $(DISK_GB) GB are needed: make room (or, if you know better, make setup DISK_GB=$$free)"; \
	  "$$python" -m venv --clear .venv || fail "$$python -m venv failed (see above)"; \
	fi; \
	rm -f .venv/.lmcourse-*; \
	$(PY) -m pip install -q --dry-run --ignore-installed --no-deps --retries 0 --timeout 10 $$(sed -n 's/^\(certifi==[^ ]*\).*/\1/p' requirements.lock) >/dev/null 2>&1 || fail "no package can be fetched: $$offline"; \
	echo "1/3 the packages of requirements.lock, each checked against its hash (minutes the first time)"; \
	$(PY) -m pip install -q --no-deps --require-hashes -r requirements.lock || fail "the lock could not be installed (see above): $$offline"; \
	echo "2/3 $(TORCH)"; \
	$(PY) -m pip install -q $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) $(TORCH) || fail "$(TORCH) could not be installed (see above)"; \
	echo "3/3 lmcourse, from this folder"; \
	$(PY) -m pip install -q --no-deps --no-build-isolation -e . || fail "lmcourse could not be installed (see above)"; \
	touch $@

data: setup ## fetch and verify the corpora and the encoder
	@$(BIN)/lmcourse data fetch

lab: setup data ## open JupyterLab on the first chapter
	PATH="$$(pwd)/$(BIN):$$PATH" $(BIN)/jupyter lab --ip=127.0.0.1 $(LAB_FLAGS) notebooks/00_start_here.ipynb

test: setup data lint ## run everything: lint, package, every chapter twice, browser
	$(PY) -m pytest --nbval-lax --nbval-current-env --nbval-cell-timeout=600 tests notebooks
	@$(PY) -c 'from lmcourse.doctor import chromium; path = chromium(); print(f"browser: run in {path}" if path else "browser: not run (no Chromium was found)")'

faults: setup data ## break things thousands of times: kills, flipped bytes, hostile tables (20 minutes)
	$(PY) -m pytest -m "" --durations=10 tests/faults

sabotage: setup data ## take each safeguard away in a copy: a test must notice
	$(PY) tests/sabotage.py

day: setup data ## a reader's day: all chapters open and run in one JupyterLab, and the memory that takes (20 minutes)
	$(PY) tests/readers_day.py

lint: setup ## check code, formats and stored notebooks
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(PY) -m lmcourse.chapters check

notebooks: setup data ## run every chapter in place and store its outputs
	$(PY) -m lmcourse.chapters build

results: setup data ## compute what data/results lacks (hours): many seeds, long runs
	$(PY) -m lmcourse.experiments

claims: setup ## check each claim of the chapters on stored rows: band, every seed's figure, holds or not
	$(PY) -m lmcourse.experiments.claims

course: setup data ## pretrain the course's own BERT into data/course (hours); killed, it goes on where it stopped
	MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=2147483647 $(PY) -m lmcourse.course_bert

parity: setup data ## compare our models with transformers' and torch's: largest relative difference of each part
	$(PY) tests/parity.py

bench: setup data ## measure chapters (seconds, memory) and our speed against transformers' (an hour, on a quiet machine)
	$(PY) -m lmcourse.chapters time
	for name in pretrain finetune frozen inference; do $(BIN)/lmcourse bench $$name --out data/bench || exit 1; done

practice: setup ## copy the chapters to practice/ for your own answers; copies that are there stay as they are
	$(PY) -m lmcourse.exercises practise practice

lock: setup ## resolve requirements.lock and environment.yml anew from pyproject.toml
	$(BIN)/uv pip compile -q pyproject.toml -o requirements.lock
	@{ printf '%s\n' "# Generated by make lock. conda env create -f environment.yml" "name: lmcourse" "channels: [conda-forge]" \
	  "dependencies:" "  - python >=3.11,<3.14" "  - pip" "  - pip:"; \
	  sed -n 's/^\([a-z0-9][^\\]*[^\\ ]\) *\\$$/      - "\1"/p' requirements.lock; \
	  printf '      - "%s"\n' "$(TORCH)" "-e ."; } > environment.yml
	@$(MAKE) --no-print-directory setup

clean: ## remove what can be made again: .venv, caches in this folder, out/
	rm -rf .venv out build *.egg-info .pytest_cache .ruff_cache .hypothesis
	find lmcourse tests -name __pycache__ -type d -prune -exec rm -rf {} +
