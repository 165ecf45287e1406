# One command per task, the same for a person and for CI. Each sets up what it needs; a second call does only what changed.
#
# .venv        the dependencies, and dnsburst installed from this tree, compiled where a C compiler is at hand
# .venv-pure   dnsburst installed as plain Python; it borrows the dependencies of .venv
#
# PYTHON=/path/to/python3.x   the Python to set up with (3.11 or later)
# ARGS="…"                    is handed on: make test ARGS="-k reverse -x"

PYTHON ?= $(firstword $(foreach p,python3 python3.14 python3.13 python3.12 python3.11,$(shell $(p) -c 'import sys; sys.version_info >= (3, 11) and print("$(p)")' 2>/dev/null)))
ARGS   ?=

VENV := .venv
PURE := .venv-pure
PY   := $(VENV)/bin/python
PIP  := $(PY) -m pip --quiet --disable-pip-version-check

# Directories too: theirs is the time at which a file was added or taken away.
SOURCES := pyproject.toml setup.py $(shell find src data \( -name '*.egg-info' -o -name __pycache__ \) -prune -o ! -name '*.pyc' -print)
REQUIREMENTS = $(PY) -c 'import tomllib; p = tomllib.load(open("pyproject.toml", "rb")); e = p["project"]["optional-dependencies"]; print("\n".join($(1)))'
IS_COMPILED := -c 'import dnsburst; print(dnsburst.is_compiled())'

.PHONY: help demo test test-compiled test-pure lint format bench fuzz docs build clean
.DEFAULT_GOAL := help

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1@\2/p' Makefile | tr '@' '\t' | expand -t 24

demo: $(VENV)/.built ## the main job without a network: a CSV in data/ looked up against the built-in server
	$(VENV)/bin/dnsburst demo $(ARGS)

test: $(VENV)/.dev $(VENV)/.built $(PURE)/.built ## the whole suite, on the compiled build and on the pure one
	@failed=; \
	if [ "$$($(PY) $(IS_COMPILED) 2>/dev/null)" = False ] && [ "$${REQUIRE_CYTHON:-0}" = 0 ]; \
	then echo "make test: dnsburst is not compiled here (build/compiled.log says why; once that is mended: make clean): the pure build only"; \
	else $(MAKE) --no-print-directory test-compiled || failed=1; fi; \
	$(MAKE) --no-print-directory test-pure || failed=1; \
	[ -z "$$failed" ]

test-compiled: $(VENV)/.dev $(VENV)/.built ## the suite on the compiled build
	DNSBURST_EXPECT=compiled $(PY) -m pytest $(ARGS)

test-pure: $(VENV)/.dev $(PURE)/.built ## the suite on the pure build
	DNSBURST_EXPECT=pure $(PURE)/bin/python -m pytest $(ARGS)

lint: $(VENV)/.dev ## ruff, mypy --strict, cython-lint
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy src
	find src -name '*.pxd' -o -name '*.pyx' | PATH="$(CURDIR)/$(VENV)/bin:$$PATH" xargs cython-lint

format: $(VENV)/.dev ## what ruff can mend by itself
	$(VENV)/bin/ruff check --fix
	$(VENV)/bin/ruff format

bench: $(VENV)/.dev $(VENV)/.built $(PURE)/.built ## measure dnsburst and its peers, side by side
	$(PY) -m tests.benchmarks.run $(ARGS)

fuzz: $(VENV)/.fuzz $(VENV)/.built ## each target of tests/fuzz for a minute
	@ls tests/fuzz/fuzz_*.py >/dev/null
	@for target in tests/fuzz/fuzz_*.py; do echo "$$target"; $(PY) $$target -max_total_time=60 $(ARGS) || exit 1; done

docs: $(VENV)/.docs ## the reference pages, into docs/reference
	@rm -rf docs/reference
	$(PY) -W error tools/reference.py docs/reference

build: $(VENV)/.built ## install into .venv, compiled where possible

clean: ## remove all that was made here, except what a demo wrote to out/
	rm -rf build dist docs/reference $(VENV) $(PURE) src/*.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find src tests tools -name __pycache__ -prune -exec rm -rf {} +

# ---- how the environments are made

# What the compiler was told, or which compiler, may have changed with these two: build afresh.
$(VENV)/.base: pyproject.toml setup.py
	@$(or $(PYTHON),false) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	{ echo "dnsburst needs Python 3.11 or later, and $(or $(PYTHON),python3) is: $$($(or $(PYTHON),python3) --version 2>&1). Name another: make PYTHON=/path/to/python3.12 ..."; exit 1; }
	@rm -rf build/cython build/lib* build/temp*
	@$(PY) -m pip --version >/dev/null 2>&1 || { rm -rf $(VENV) && $(PYTHON) -m venv $(VENV) >/dev/null 2>&1; } || \
	{ echo "$(PYTHON) cannot make a virtual environment: install its venv module (on Debian and Ubuntu: apt-get install python3-venv)"; rm -rf $(VENV); exit 1; }
	@echo "installing the dependencies into $(VENV)"
	@$(call REQUIREMENTS,p["build-system"]["requires"] + p["project"]["dependencies"]) > $(VENV)/requirements.txt
	@$(PIP) install -r $(VENV)/requirements.txt
	@touch $@

$(VENV)/.dev $(VENV)/.docs $(VENV)/.fuzz: $(VENV)/.%: $(VENV)/.base
	@echo "installing what $* needs into $(VENV)"
	@$(call REQUIREMENTS,e["$*"]) > $(VENV)/requirements-$*.txt
	@$(PIP) install -r $(VENV)/requirements-$*.txt
	@touch $@

# In build/lib only compiled modules are kept from one build to the next: a file that left src/ must leave the package.
INSTALL = install --verbose --no-deps --no-build-isolation --force-reinstall . > build/$(1).log 2>&1 || { cat build/$(1).log; exit 1; }

$(VENV)/.built: $(VENV)/.base $(SOURCES)
	@mkdir -p build && find build -path 'build/lib*' -type f ! -name '*.so' -delete
	@$(PY) -m pip $(call INSTALL,compiled)
	@sed -n 's/^ *\(dnsburst: \)/\1/p' build/compiled.log
	@touch $@

$(PURE)/.built: $(VENV)/.base $(SOURCES) | $(VENV)/.built
	@mkdir -p build && find build -path 'build/lib*' -type f ! -name '*.so' -delete
	@[ -x $(PURE)/bin/python ] || $(PY) -m venv --without-pip $(PURE)
	@$(PY) -c 'import sysconfig; print(sysconfig.get_path("purelib"))' > "$$($(PURE)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/borrowed.pth"
	@SKIP_CYTHON=1 $(PY) -m pip --python $(PURE)/bin/python $(call INSTALL,pure)
	@touch $@
