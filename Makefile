# Two commands are all that a newcomer needs:
#   make run    builds Hob and serves it at http://127.0.0.1:8080
#   make test   runs everything that has to hold

.PHONY: run build test check unit e2e fuzz bench advisories tools clean-run
.DELETE_ON_ERROR:

PROFILE ?= release
FOLDER = $(if $(filter dev,$(PROFILE)),debug,$(PROFILE))
TARGET = $(or $(CARGO_TARGET_DIR),target)
HOB = $(TARGET)/$(FOLDER)/hob
PLUGINS = oauth api signin oauth1
# signin is of use once a provider is written into hob.toml, and oauth1 for
# applications that sign their requests.
ENABLED = oauth api

build:
	cargo build --locked --profile $(PROFILE) -p hob $(PLUGINS:%=-p hob-plugin-%)

run: build
	@mkdir -p plugins
	@for plugin in $(PLUGINS); do \
		install -m 644 $(TARGET)/$(FOLDER)/libhob_plugin_$$plugin.so plugins/; \
	done
	@test -e hob.toml || $(HOB) init $(ENABLED:%=--enable %)
	@$(HOB) plugins lock
	@$(HOB) dbupdate
	@if [ "$$($(HOB) user list --json)" = "[]" ]; then \
		echo "The administrator is called admin."; \
		$(HOB) user add admin --admin --generate-password; \
	fi
	@exec $(HOB) serve

test:
	scripts/test

check:
	scripts/test check

unit:
	scripts/test unit

e2e:
	scripts/test e2e

# 100,000 bad inputs for each parser of keys, tokens, signatures, secrets and
# redirect URIs, for each of both providers, and for each of their
# addresses. Takes hours, and so is no part of `make test`, which tries fewer.
fuzz:
	scripts/test fuzz

# Known vulnerabilities in dependencies. Needs the advisory database from the
# network, and so is no part of `make test`.
advisories:
	cargo deny check advisories

bench:
	scripts/bench
