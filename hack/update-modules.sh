#!/usr/bin/env bash
# Tidies go.mod and go.sum, and those of test/clients, a module of its own. The modules of hack/tools are not touched: tidying them here would mix ours into them.
set -euo pipefail
cd "$(dirname "$0")/.."
go mod tidy
(cd test/clients && go mod tidy)
