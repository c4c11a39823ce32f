# Everything a developer does here. `make help` lists it; `make presubmit` is what CI runs.

# One cache key for builds and tests alike: with and without -trimpath nothing is shared.
GO       ?= go
GOBUILD  := CGO_ENABLED=0 $(GO) build -trimpath
# Answers where the pinned tools lie, after building those of a group that are missing.
TOOLS     = $(GO) run ./hack/tools --print-bin-dir
LOCAL     = $(GO) run -trimpath ./hack/local
LOCALFLAGS ?=
E2EFLAGS  ?=
BENCHFLAGS ?=
# Compares what kustomizations and chart grant with what the audit logs of end-to-end tests tell.
RIGHTS    = mkdir "$$audit/chart" && \
	"$$assets/helm" template slipway charts/slipway --namespace slipway-system --set uninstall.objects=Drain >"$$audit/chart/roles.yaml" && \
	$(GO) run ./hack/rights -config "config,$$audit/chart" "$$audit"
PACKAGES ?= $$($(GO) list ./... | grep -v /test/e2e)

.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z0-9-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##: Building

.PHONY: tools
tools: ## Build every pinned tool that is missing, into a per-user cache
	@$(GO) run ./hack/tools

.PHONY: build
build: ## Compile our binaries into bin/
	@mkdir -p bin
	$(GOBUILD) -o bin/ ./cmd/...

.PHONY: generate
generate: ## Regenerate deep copies, CRDs, roles and webhook manifests from the source
	@hack/update-generated.sh

.PHONY: manifests
manifests: generate ## The same as generate

.PHONY: fmt
fmt: ## Format the Go source
	@hack/update-format.sh

.PHONY: update
update: ## Run every update-* script: whatever verify complains of
	@set -e; for script in hack/update-*.sh; do echo "$$script"; $$script; done

##: Checking

.PHONY: test
test: ## Unit and envtest tests, with the race detector
	@assets="$$($(TOOLS) test)" && set -x && \
	KUBEBUILDER_ASSETS="$$assets" $(GO) test -race -trimpath -timeout 30m $(PACKAGES)

.PHONY: e2e
e2e: ## Tests of whole environments, end to end; they start their own. Without E2EFLAGS: and what rights they used
	@hack/ensure-programs.sh
	@assets="$$($(TOOLS) local e2e)" && audit="$$(mktemp -d)" && set -x && \
	export SLIPWAY_AUDIT_DIR="$$audit" KUBEBUILDER_ASSETS="$$assets" && \
	$(GO) test -trimpath -tags e2e -timeout 60m -v ./test/e2e $(E2EFLAGS) && \
	$(GO) test -trimpath -tags e2e -timeout 60m -p 2 -v ./test/e2e/*/ $(E2EFLAGS) && \
	$(if $(E2EFLAGS),,$(RIGHTS) &&) rm -r "$$audit"

.PHONY: clients
clients: ## Drive the CCE and NKS dialects of the environment in SLIPWAY_URL with their clients' own SDKs (source .local/env first)
	cd test/clients && $(GO) test -trimpath -count=1 -timeout 20m ./...

.PHONY: bench
bench: ## Compare the facade and the manager with raw work (BENCHFLAGS='-rows get,list -clusters 1000')
	@assets="$$($(TOOLS) test)" && mkdir -p bin && $(GOBUILD) -o bin/bench ./test/bench && set -x && \
	KUBEBUILDER_ASSETS="$$assets" bin/bench $(BENCHFLAGS)

.PHONY: lint
lint: ## golangci-lint, and kubeconform on the manifests
	@hack/verify-lint.sh

.PHONY: verify
verify: ## Run every verify-* script but the linter
	@set -e; for script in $$(ls hack/verify-*.sh | grep -v verify-lint); do echo "$$script"; $$script; done

.PHONY: presubmit
presubmit: ## What CI runs: verify, lint, test and e2e, one after the other
	$(MAKE) verify
	$(MAKE) lint
	$(MAKE) test
	$(MAKE) e2e

##: Local environment

.PHONY: up
up: ## Start the local environment and wait until its samples are ready
	@$(LOCAL) up $(LOCALFLAGS)

.PHONY: down
down: ## End the local environment and remove its state (LOCALFLAGS=--keep keeps the data)
	@$(LOCAL) down $(LOCALFLAGS)

.PHONY: status
status: ## Show the processes of the local environment
	@$(LOCAL) status $(LOCALFLAGS)

.PHONY: clean
clean: ## Remove bin/; the tools' cache is kept
	rm -rf bin
