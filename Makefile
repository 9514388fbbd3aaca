# Each target sets up what it needs; the second time that is quick.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
LOCAL_READY := .venv-local/.ready
MUTATION_READY := .venv/.mutation-ready
SCAN_READY := .venv-scan/.ready

.PHONY: demo drill test lint generate mutate simulate tables clean

demo: $(READY) $(LOCAL_READY)  ## deploy the pair to the local AWS, twice: the second run finds nothing to do
	$(BIN)/python deploy.py generate --check
	$(BIN)/python deploy.py deploy --local --yes
	$(BIN)/python deploy.py deploy --local --yes
	@echo
	@echo "The pair stays up: look at it with '$(BIN)/python deploy.py status --local', take it down with"
	@echo "'$(BIN)/python deploy.py destroy --local' and end the local AWS with '$(BIN)/python deploy.py local stop'."

drill: $(READY) $(LOCAL_READY)  ## operate the pair on the local AWS: drill, switchover, a deployment with reversed roles, failback
	$(BIN)/python deploy.py deploy --local --yes
	$(BIN)/python deploy.py status --local
	$(BIN)/python deploy.py drill --local --yes
	$(BIN)/python deploy.py switchover --local --to eu-west-1 --yes
	$(BIN)/python deploy.py status --local
	$(BIN)/python deploy.py deploy --local --yes
	$(BIN)/python deploy.py failback --local --yes
	@echo
	@echo "The record of the drill is in records/. The pair stays up: '$(BIN)/python deploy.py destroy --local' takes it"
	@echo "down, '$(BIN)/python deploy.py local stop' ends the local AWS."

test: $(READY) $(LOCAL_READY) $(SCAN_READY)  ## everything that CI asks for
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python deploy.py generate --check
	sh tests/lambda_src/install_server.sh
	$(BIN)/python -m pytest -n 4 --dist loadscope --no-loadscope-reorder

lint: $(READY) $(SCAN_READY)  ## the linters alone: code and templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python deploy.py lint
	$(BIN)/python deploy.py lint -e prod
	.venv-scan/bin/python -m template_scans

generate: $(READY)  ## write generated/ from templates_src/, and what else is made from its source
	$(BIN)/python deploy.py generate
	$(BIN)/python -m twinstack.planning.document twinstack/planning/plan.schema.json
	$(BIN)/python -m twinstack.screen.schema twinstack/screen/events.schema.json
	$(BIN)/python -m templates_src.inventory docs/inventory.md
	$(BIN)/python -m twinstack.linting.page docs/rules.md
	$(BIN)/python -m twinstack.dr.first_run.page docs/first-real-run.md
	$(BIN)/python -m tests.predictions.page docs/predictions.md
	$(BIN)/python -m tests.screens.page docs/screens.md
	$(BIN)/python -m tests.mutation.page docs/mutants.md

mutate: $(MUTATION_READY)  ## which changes of the code no test notices: docs/mutants.md
	$(BIN)/python -m tests.mutation $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(AGAIN),--again) $(MODULES:%=--module '%')
	$(BIN)/python -m tests.mutation.page docs/mutants.md

simulate: $(READY)  ## 20,000 worlds of deployers, faults and kills on a simulated AWS
	$(BIN)/python -m tests.simulation --worlds 20000 --jobs 2
	$(MAKE) tables

tables: $(READY)  ## signals and faults at every call of a run, and how long it waits: docs/faults.md
	$(BIN)/python -m tests.simulation.tables.kills --summary
	$(BIN)/python -m tests.simulation.tables.faults --summary
	$(BIN)/python -m bench.waiting

clean:  ## end the local AWS and remove everything that was set up
	if [ -x $(BIN)/python ]; then $(BIN)/python deploy.py local stop; fi
	rm -rf .venv .venv-local .venv-scan .mutation .twinstack build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): setup.cfg pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "TwinStack needs Python 3.11 or newer; set PYTHON=…")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@

$(MUTATION_READY): $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev,mutation]'
	touch $@

$(LOCAL_READY): $(READY) local/requirements.txt
	$(BIN)/python -m local.environment
	touch $@

$(SCAN_READY): scan-requirements.txt
	$(PYTHON) -m venv .venv-scan
	.venv-scan/bin/python -m pip install --quiet --disable-pip-version-check --requirement scan-requirements.txt
	touch $@
