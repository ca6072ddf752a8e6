# Thin: what each command does is in supply/ (Python's standard library only).
PYTHON ?= python3
STACK ?= dev
LAYER ?= all
SUPPLY_COMMAND = @$(PYTHON) -m supply

.PHONY: help up preview down env master-key logs shell prepare check test

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: ## bring up STACK (default: dev), with everything that this host lacks for it
	$(SUPPLY_COMMAND) up --stack '$(STACK)'

preview: ## show what `make up` would change
	$(SUPPLY_COMMAND) preview --stack '$(STACK)'

down: ## remove STACK; asks before it deletes a protected database
	$(SUPPLY_COMMAND) down --stack '$(STACK)'

env: ## write the app's .env for the virtual key KEY (FILE=.env)
	$(SUPPLY_COMMAND) env --stack '$(STACK)' --key '$(KEY)' --file '$(or $(FILE),.env)'

master-key: ## print the master key: the admin UI's password
	$(SUPPLY_COMMAND) master-key --stack '$(STACK)'

logs: ## follow the containers' logs (SERVICE=proxy, FOLLOW=0)
	$(SUPPLY_COMMAND) logs --stack '$(STACK)' --component '$(SERVICE)' --follow '$(or $(FOLLOW),1)'

shell: ## print the exports for `pulumi` by hand: eval "$$(make -s shell)"
	$(SUPPLY_COMMAND) shell

prepare: ## all that `make up` does before Pulumi starts
	$(SUPPLY_COMMAND) prepare

check: ## linters and types
	$(SUPPLY_COMMAND) check

test: ## the tests (LAYER=unit|integration|e2e, ARGS='-k budget')
	$(SUPPLY_COMMAND) test --layer '$(LAYER)' -- $(ARGS)
