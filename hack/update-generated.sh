#!/usr/bin/env bash
# Regenerates everything that controller-gen makes from markers in the source, and what oapi-codegen makes from OpenAPI
# documents. Generated files are committed, never edited.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$(go run ./hack/tools --print-bin-dir controller-gen oapi-codegen):$PATH"

controller-gen object:headerFile=hack/boilerplate.go.txt paths=./api/...
controller-gen crd paths=./api/... output:crd:dir=config/crd/bases

# The manager's role comes from every package that it links, which is all but the kwok-adapter's and the facade's. What it needs to
# keep certificates is a role of its own, for not every installation has it do that.
facade=(paths=./cmd/apiserver/... paths=./internal/apiserver/... paths=./internal/facade/... paths=./internal/hub/...)
paths=(paths=./controllers)
for dir in controllers/*/ internal/*/; do
  [[ $dir == internal/kwokadapter/ || $dir == controllers/certificate/ || " ${facade[*]} " == *" paths=./${dir}... "* ]] || paths+=("paths=./${dir}...")
done
controller-gen rbac:roleName=slipway-manager "${paths[@]}" output:rbac:dir=config/rbac
controller-gen webhook "${paths[@]}" output:webhook:dir=config/webhook

controller-gen rbac:roleName=slipway-certificates paths=./controllers/certificate/... output:rbac:dir=config/certificates/self-managed

# What every adapter needs that is built on the library.
controller-gen rbac:roleName=slipway-reporter,fileName=reporter.yaml paths=./internal/adapter/... output:rbac:dir=config/rbac

controller-gen rbac:roleName=slipway-kwok-adapter paths=./cmd/kwok-adapter/... paths=./internal/kwokadapter/... \
  output:rbac:dir=config/rbac/kwok-adapter

controller-gen rbac:roleName=slipway-apiserver "${facade[@]}" output:rbac:dir=config/rbac/apiserver

# The bodies of the REST dialects.
for dialect in hyperfleet iaas cce; do
  (cd "internal/facade/$dialect" && oapi-codegen --config oapi-codegen.yaml openapi.yaml)
done
