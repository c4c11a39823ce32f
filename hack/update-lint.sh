#!/usr/bin/env bash
# Repairs what golangci-lint can repair by itself.
set -euo pipefail
cd "$(dirname "$0")/.."
linter="$(go run ./hack/tools --print-bin-dir golangci-lint)/golangci-lint"
"$linter" run --build-tags e2e --fix ./...
(cd test/clients && "$linter" run --fix ./...)
