# Thin names: tracks/cli/setup/start.py prepares .venv and starts each of them.
# ARGS goes to what is started, for example: make test ARGS="tests/lti -k nonce"
PYTHON ?= python3

.PHONY: help run test check bench docs

help:
	@"$(PYTHON)" tracks/cli/setup/start.py --help

run test check bench docs:
	@"$(PYTHON)" tracks/cli/setup/start.py $@ $(ARGS)
