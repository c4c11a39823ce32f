#!/usr/bin/env bash
# Runs golangci-lint on all source, the end-to-end tests included, and kubeconform on all manifests.
set -euo pipefail
cd "$(dirname "$0")/.."
bin="$(go run ./hack/tools --print-bin-dir lint)"
"$bin/golangci-lint" run --build-tags e2e ./...
(cd test/clients && "$bin/golangci-lint" run ./...)
"$bin/actionlint" -shellcheck= -pyflakes= .github/workflows/*.yaml

hack/check-manifests.sh
