PYTHON ?= python3
BIN := .venv/bin/python
# Each of some thirty processes of a test run reads a thousand modules: compile them once.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test check bench setup reset assets

help: ## say what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /: /'

demo: ## install, start the database, load Zhenba county once, serve everything until Ctrl-C
	@$(PYTHON) tools/setup.py
	@exec $(BIN) -m app.demo.tied $$PPID app.demo

test: ## install, then run every check and test; says last what was skipped
	@$(PYTHON) tools/setup.py --browser
	@$(BIN) -m tools.run_tests

check: ## formatting, lint, types, import contracts, templates
	@$(PYTHON) tools/setup.py
	@$(BIN) -m tools.run_tests --checks-only

bench: ## print the benchmark tables, ratios first; ONLY=routing for one family, DATA=folder of real data
	@$(PYTHON) tools/setup.py
	@$(if $(DATA),DATA=$(DATA)) $(BIN) -m bench $(if $(ONLY),--only $(ONLY))

setup: ## the installing part of the others
	@$(PYTHON) tools/setup.py --browser

reset: ## remove the demo's data
	@$(PYTHON) tools/setup.py
	@$(BIN) -m app.demo.reset

assets: ## build static/vendor from the front-end lock
	@$(PYTHON) tools/setup.py
