#!/usr/bin/env bash
# Formats the Go source as .golangci.yml says (gofmt, and the order of imports).
set -euo pipefail
cd "$(dirname "$0")/.."
"$(go run ./hack/tools --print-bin-dir golangci-lint)/golangci-lint" fmt ./...
