# Two commands on a fresh machine: `make demo` and `make test`. Both set everything up in .venv first.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.ready
DEMO := demo-out
# Processes that test-trust kills; an interpreter that has atheris, and for how long each parser is fuzzed.
KILLS ?= 20
FUZZ_PYTHON ?= $(BIN)/python
SECONDS ?= 60
# Two files of tests at a time, the longest first; what one file shares (a warm runner, a store) stays in one process.
SIDE_BY_SIDE := -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: setup demo test test-trust fuzz audit test-slow test-clients test-editor test-vscode lint types docs site recording \
	vsix mcpb release-check zoo-eval bench-perf clean help

help:            ## what there is
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*##/ —/'

setup: $(STAMP)  ## a virtual environment with everything

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 10) else "Python 3.10 or newer is needed; set PYTHON=")'
	$(PYTHON) -m venv .venv
	@echo "installing into .venv (torch is large: a few minutes)"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[run,llm,mcp,lsp,bench,dev]'
	@touch $(STAMP)

demo: setup      ## the main job: make the example twice as fast, on the zoo's tiny models
	@mkdir -p $(DEMO)
	@cp examples/sd15_text2img.py $(DEMO)/
	$(BIN)/diffagent-mcp optimize $(DEMO)/sd15_text2img.py --models zoo --speedup 2 --max-loss 0.05 --out $(DEMO)
	@echo
	@echo "open $(DEMO)/report.html; the accelerated script is $(DEMO)/sd15_text2img.accelerated.py"

test: setup      ## lint, types, architecture and tests
	$(MAKE) --no-print-directory lint types
	$(BIN)/python -m pytest tests/server tests -m "not gpu and not live and not slow" --durations=10 $(SIDE_BY_SIDE)

test-slow: setup ## the tests that take minutes
	$(BIN)/python -m pytest -m slow --durations=10 --timeout=1800

test-trust: setup ## cheats, escapes, killed runs (KILLS=200 for all of them), and the page docs/trust.md
	DIFFAGENT_KILLS=$(KILLS) $(BIN)/python -m pytest tests/cheats tests/trust --ignore=tests/trust/test_page.py \
		-m "not gpu" -rs --durations=10 --timeout=3600
	PYTHONPATH=tests $(BIN)/python -m trust.page
	$(BIN)/python -m pytest tests/trust/test_page.py

fuzz: setup      ## every parser of words from outside under a fuzzer, for SECONDS each; says why where it cannot
	PYTHONPATH=tests $(FUZZ_PYTHON) -m fuzz --seconds $(SECONDS)

audit: setup     ## known holes in what we depend on; says why where it cannot ask
	$(BIN)/python tests/trust/audit.py

test-clients: setup ## real MCP clients from npm: conformance suite, inspector, TypeScript SDK, Claude Code
	tests/clients/run.sh

lint: setup      ## ruff and import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache

types: setup     ## pyright, strict
	$(BIN)/pyright -p pyproject.toml

docs: setup      ## write the generated reference pages, docs/reference
	$(BIN)/python -m diffagent_mcp.server.reference docs/reference editor_ext/package.json

MKDOCS ?= .venv/bin/mkdocs
site:            ## the documentation as a site, build/site: strict, every link and heading checked
	@test -x "$(MKDOCS)" || $(MAKE) --no-print-directory .venv/.docs
	NO_MKDOCS_2_WARNING=1 "$(MKDOCS)" build --quiet
	@echo "open build/site/index.html, or serve it: $(MKDOCS) serve"

.venv/.docs: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[docs]'
	@touch $@

recording:       ## the animated picture of the README, from docs/recordings/optimize.cast (needs npm)
	python3 docs/recordings/render.py

release-check: setup ## wheel, sdist, .vsix, .mcpb, Dockerfile, completion, SBOM, upgrade: built and tried, not published
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[release]'
	PYTHONPATH=tests $(BIN)/python -m release

vsix:            ## the VS Code extension, editor_ext/dist/diffagent.vsix; needs Node 20 or newer
	cd editor_ext && npm ci --prefer-offline --no-audit --no-fund
	cd editor_ext && npm run check && npm run build && npm run package

test-editor: setup ## Neovim and Emacs, installed where that may be done, and a real VS Code in a real browser
	$(BIN)/python tests/editors/install.py
	$(BIN)/python -m pytest tests/editors -m slow -rs --timeout=300
	$(MAKE) --no-print-directory test-vscode

test-vscode: setup vsix  ## the extension in a real editor with a real browser; says why where it cannot
	$(BIN)/python tests/editors/run.py

zoo-eval: setup  ## measure the zoo again, for docs/zoo.md
	$(BIN)/python -m diffagent_mcp.bench.zoo evaluate

bench-perf: setup ## measure what DiffAgent itself costs: docs/results/performance.md (half an hour, a quiet machine)
	PYTHONPATH=tests $(BIN)/python -m perf

mcpb:            ## the bundle for Claude Desktop, dist/diffagent.mcpb (needs npm)
	@mkdir -p dist
	npx --yes @anthropic-ai/mcpb@2.1.2 validate editor_ext/claude-desktop/manifest.json
	npx --yes @anthropic-ai/mcpb@2.1.2 pack editor_ext/claude-desktop dist/diffagent.mcpb

clean:           ## remove what setup, demo and builds made
	rm -rf .venv $(DEMO) dist build
