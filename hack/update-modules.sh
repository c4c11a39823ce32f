#!/usr/bin/env bash
# Tidies go.mod and go.sum. The modules of hack/tools are not touched: tidying them here would mix ours into them.
set -euo pipefail
cd "$(dirname "$0")/.."
go mod tidy
