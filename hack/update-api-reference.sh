#!/usr/bin/env bash
# Regenerates docs/api/reference.md from the types in api/v1alpha1. It is committed, never edited.
set -euo pipefail
cd "$(dirname "$0")/.."
bin="$(go run ./hack/tools --print-bin-dir crd-ref-docs)"
log="$("$bin/crd-ref-docs" --source-path=./api/v1alpha1 --config=hack/api-reference/config.yaml --renderer=markdown \
  --templates-dir=hack/api-reference/templates --output-path="${1:-docs/api/reference.md}" 2>&1)" || { echo "$log" >&2; exit 1; }
