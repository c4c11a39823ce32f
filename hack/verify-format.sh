#!/usr/bin/env bash
# Fails when Go source is not formatted, and shows how it should be.
set -euo pipefail
cd "$(dirname "$0")/.."
"$(go run ./hack/tools --print-bin-dir golangci-lint)/golangci-lint" fmt --diff ./... ||
  { echo "Source is not formatted; run: make fmt" >&2; exit 1; }
