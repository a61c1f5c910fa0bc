# Every target sets up .venv/ first, once; `make` alone lists them.

PORT ?=
DATA ?=
QUICK ?=
SEED ?=

# Recipes pipe pip's output through a filter; without pipefail its failure would go unnoticed.
SHELL := bash
BIN := .venv/bin

# Pins for what gets installed, and (the second name is that of newer pips) for what builds it.
PINS := PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt

# Annoy compiles itself for exactly this processor, so an environment copied to an older one dies
# with an illegal instruction. These are its own flags with AVX in place of -march=native:
# TensorFlow's wheels need AVX anyway. Elsewhere Annoy's own flags are portable already.
ifeq ($(shell uname -sm),Linux x86_64)
PORTABLE := ANNOY_COMPILER_ARGS=-mavx,-O3,-ffast-math,-fno-associative-math,-DANNOYLIB_MULTITHREADED_BUILD,-std=c++14
endif

# setuptools warns at length about every editable installation, which this one is on purpose.
PIP := $(PINS) $(PORTABLE) PYTHONWARNINGS=ignore $(BIN)/python -u -m pip --disable-pip-version-check

# A good part of a test's time is waiting for processes, so there is one more at work than cores;
# each gets files of its own, in the order of tests/conftest.py.
PYTEST := --numprocesses $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1) --dist loadfile \
    --no-loadscope-reorder

# Containers like to set it; then each of the hundreds of processes that tests start would compile
# all of its modules anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo bot setup test check check-cluster bench torture

help:
	@echo 'make demo     the local channel at http://127.0.0.1:8000/  (PORT=9000, DATA=DIR: import a folder)'
	@echo 'make bot      the Discord bot; its token is read from the variable DISCORD_TOKEN (PORT=9000)'
	@echo 'make setup    what training and development need, into .venv/'
	@echo 'make test     the whole test suite'
	@echo 'make check    what CI runs: format, lint, types, import rules, tests'
	@echo 'make check-cluster   training on a Ray cluster, and a community on all that reaches beyond one machine (CI runs it too)'
	@echo 'make bench    the benchmark table (QUICK=1: a smoke run)'
	@echo 'make torture  hostile images, kills, a bad network, many posts: one table (QUICK=1, SEED=2)'

demo: .venv/.runtime
	@$(BIN)/python -m bot --local $(if $(PORT),--port $(PORT)) $(if $(DATA),--set "bot.gallery.source='$(subst ','',$(DATA))'")

bot: .venv/.runtime
	@$(BIN)/python -m bot $(if $(PORT),--port $(PORT))

setup: .venv/.development

test: .venv/.development
	$(BIN)/python -m pytest $(PYTEST)

check: .venv/.development
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m pytest $(PYTEST)

check-cluster: .venv/.development
	$(BIN)/python -m pytest -m cluster tests/cluster

bench: .venv/.development
	$(BIN)/python -m benchmarks $(if $(QUICK),--quick)

torture: .venv/.development
	$(BIN)/python -m tests.torture $(if $(QUICK),--quick) $(if $(SEED),--seed $(SEED))

# --- The environment ---------------------------------------------------------------------------
# A stamp is written when its installation has gone through; an interrupted one goes on next time.

NEW_ENOUGH := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
HAS_HEADERS := import os.path, sys, sysconfig; \
    sys.exit(not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")))

.venv/bin/pip:
	@for python in $(or $(PYTHON),python3 python3.13 python3.12 python3.11); do \
	    if "$$python" -c '$(NEW_ENOUGH)' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$${found:-}" ]; then \
	    echo 'Hoshizora needs Python 3.11, 3.12 or 3.13, and none of $(or $(PYTHON),python3 python3.13 python3.12 python3.11) is one. Install it, or name it: make demo PYTHON=/path/to/python3.12' >&2; exit 1; \
	fi; \
	if ! "$$found" -c 'import ensurepip, venv' 2>/dev/null; then \
	    echo "$$found cannot make virtual environments. Debian, Ubuntu: apt-get install python3-venv" >&2; exit 1; \
	fi; \
	if ! command -v c++ g++ clang++ >/dev/null || ! "$$found" -c '$(HAS_HEADERS)'; then \
	    echo 'Annoy is compiled here: a C++ compiler and the headers of Python are needed. Debian, Ubuntu: apt-get install g++ python3-dev; macOS: xcode-select --install' >&2; exit 1; \
	fi; \
	echo "Setting up .venv/ with $$("$$found" --version): about 2 GB, some minutes, once."; \
	"$$found" -m venv .venv

# pip's own progress is either a page of lines or nothing: keep the steps that take time.
PROGRESS := awk ' \
    /(Downloading|Using cached) .* MB\)/ { \
        file = $$1 == "Using" ? $$3 : $$2; sub(/-(cp|py)[0-9].*|\.tar.*/, "", file); \
        print "  " file, $$(NF-1), $$NF; fflush() } \
    /Building wheel for .*started/ { print "  building " $$4; fflush() } \
    /Installing collected/ { print "  installing"; fflush() }'
FAILED := { echo 'The installation stopped: the lines above say why (most often the network or the disk). The same command goes on from here.' >&2; exit 1; }

# Annoy comes as source, and pip would reuse a build of it that another project made with other
# flags; hence a step of its own, without pip's cache.
.venv/.runtime: pyproject.toml constraints.txt | .venv/bin/pip
	@set -o pipefail; \
	{ $(PIP) install --no-cache-dir annoy && $(PIP) install --editable .; } | $(PROGRESS) || $(FAILED)
	@touch $@

.venv/.development: .venv/.runtime
	@set -o pipefail; $(PIP) install --editable '.[train,dev,postgresql,ray,s3,milvus]' | $(PROGRESS) || $(FAILED)
	@touch $@
