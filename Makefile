# Comfort around Pulumi; what the targets do is in supply/. `pulumi` typed by hand works as well: eval "$(make -s shell)"
STACK ?= dev
PYTHON ?= python3
KEY ?= chat-app
LAYER ?= all
FOLLOW ?= 1

SUPPLY_COMMAND = $(PYTHON) -m supply

.DEFAULT_GOAL := help
.PHONY: help up plan down backup restore backup-passphrase upgrade-database preview status report logs env import unmanaged review drift rotate master-key shell prepare test campaign bench check names schema dashboards

help: ## list the targets
	@echo 'Targets (STACK=dev where nothing else is given):'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-24s %s\n", $$1, $$2 }'
	@echo 'SUPPLY=official|mirror chooses where CLI, plugins and images come from; without it a probe does.'

up: ## bring the stack up and print where everything is (PLAN=... to do what a plan says; LABELS=... for rules)
	@$(SUPPLY_COMMAND) up --stack $(STACK) $(if $(PLAN),--plan '$(PLAN)')

plan: ## show what `make up` would change, and write it down for `make up PLAN=...` (FILE=plan.json)
	@$(SUPPLY_COMMAND) plan --stack $(STACK) $(if $(FILE),--file '$(FILE)')

down: ## remove the stack; a protected database stays, unless its deletion is confirmed (DELETE_DATABASE=<stack>)
	@$(SUPPLY_COMMAND) down --stack $(STACK)

preview: ## show what `make up` would change
	@$(SUPPLY_COMMAND) preview --stack $(STACK)

review: ## print what `make up` would change, as Markdown for a pull request (POLICY_PACK=... for another pack)
	@$(SUPPLY_COMMAND) review --stack $(STACK) $(if $(POLICY_PACK),--policy-pack $(POLICY_PACK))

drift: ## print what is not as the last `make up` left it; fails where there is something
	@$(SUPPLY_COMMAND) drift --stack $(STACK)

backup: ## take an encrypted backup of the database and print its file
	@$(SUPPLY_COMMAND) backup --stack $(STACK)

restore: ## put a backup in the place of the database's content (FILE=...; CONFIRM=<stack> where there is some)
	@$(SUPPLY_COMMAND) restore --stack $(STACK) --file $(or $(FILE),$(error FILE=... is missing: what `make backup` printed))

upgrade-database: ## move the data to the Postgres major version that the config names, on a new volume
	@$(SUPPLY_COMMAND) upgrade-database --stack $(STACK)

backup-passphrase: ## print the passphrase that the stack's backups are encrypted with
	@$(SUPPLY_COMMAND) backup-passphrase --stack $(STACK)

status: ## show replicas, health, budgets, spenders and keys about to expire; fails where something is unhealthy
	@$(SUPPLY_COMMAND) status --stack $(STACK)

report: ## write the same with plots of the last day as one HTML page that needs nothing else (FILE=report.html)
	@$(SUPPLY_COMMAND) report --stack $(STACK) $(if $(FILE),--file '$(FILE)')

logs: ## follow the containers' logs (SERVICE=proxy for one, FOLLOW=0 to print and end)
	@$(SUPPLY_COMMAND) logs --stack $(STACK) $(if $(SERVICE),--component $(SERVICE)) $(if $(filter 0,$(FOLLOW)),--no-follow)

env: ## write an application's .env (KEY=chat-app, FILE=.env)
	@$(SUPPLY_COMMAND) env --stack $(STACK) --key $(KEY) --file $(or $(FILE),.env)

import: ## print what a proxy holds as an `access` section (URL=http://..., its key in LITELLM_MASTER_KEY; else the stack's own)
	@$(SUPPLY_COMMAND) import --stack $(STACK) $(if $(URL),--url $(URL))

unmanaged: ## list what is on the stack's proxy and not in the stack
	@$(SUPPLY_COMMAND) unmanaged --stack $(STACK)

rotate: ## raise a rotation number and bring the stack up (SECRET=masterKey, everything ...; GRACE=0s cuts old keys off)
	@$(SUPPLY_COMMAND) rotate --stack $(STACK) --secret '$(SECRET)' $(if $(GRACE),--grace $(GRACE))

master-key: ## print the master key, the admin UI's password
	@$(SUPPLY_COMMAND) master-key --stack $(STACK)

shell: ## print the settings for pulumi typed by hand: eval "$(make -s shell)"
	@$(SUPPLY_COMMAND) shell

prepare: ## everything before `pulumi up`: packages, engine, CLI, plugins, images
	@$(SUPPLY_COMMAND) prepare

test: ## run the tests (LAYER=unit, integration, e2e; ARGS for pytest)
	@$(SUPPLY_COMMAND) test --layer $(LAYER) --arguments='$(ARGS)'

campaign: ## run the tests that `make test` leaves out (FILE=test_pooler.py, MARK=..., STALE=1 for what changed since)
	@$(SUPPLY_COMMAND) campaign $(if $(FILE),--part '$(FILE)') $(if $(MARK),--marker '$(MARK)') $(if $(STALE),--stale)

bench: ## measure what the product costs (ARGS=keys, gateway, start, compose or fleet, with options: ARGS='gateway --runs 5')
	@$(SUPPLY_COMMAND) bench --arguments='$(ARGS)'

check: ## run the linters and the type checker
	@$(SUPPLY_COMMAND) check

names: ## read the names and prices that the pinned LiteLLM knows into config/litellm_*.json (after a new version of its image)
	@$(SUPPLY_COMMAND) names

schema: ## write the JSON schema of the stack config, for editors, and docs/configuration-reference.md
	@$(SUPPLY_COMMAND) schema

dashboards: ## write the Grafana dashboards into dashboards/json/, which Grafana imports; the checkout has them
	@$(SUPPLY_COMMAND) dashboards
