#!/usr/bin/env bash
# Runs golangci-lint on all source, the end-to-end tests included, and kubeconform on what each kustomization renders.
set -euo pipefail
cd "$(dirname "$0")/.."
bin="$(go run ./hack/tools --print-bin-dir lint)"
"$bin/golangci-lint" run --build-tags e2e ./...
(cd test/clients && "$bin/golangci-lint" run ./...)
"$bin/actionlint" -shellcheck= -pyflakes= .github/workflows/*.yaml

# Our own kinds are checked against the schemas in config/crd; built-in kinds are the API server's to check, in make e2e.
schemas="$(mktemp -d "${TMPDIR:-/tmp}/slipway-schemas.XXXXXX")"
trap 'rm -rf "$schemas"' EXIT
go run -trimpath ./hack/schemas --out "$schemas" config/crd/bases
for dir in $(git ls-files 'config/**/kustomization.yaml' | xargs -n 1 dirname); do
  "$bin/kubectl" kustomize "$dir" |
    "$bin/kubeconform" -strict -ignore-missing-schemas -schema-location "$schemas/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json" ||
    { echo "That is in $dir" >&2; exit 1; }
done
for file in hack/local/catalog/*.yaml; do
  "$bin/kubeconform" -strict -schema-location "$schemas/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json" "$file"
done
