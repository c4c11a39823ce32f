#!/usr/bin/env bash
# Fails when docs/api/reference.md is not what hack/update-api-reference.sh makes.
set -euo pipefail
cd "$(dirname "$0")/.."
fresh="$(mktemp "${TMPDIR:-/tmp}/slipway-reference.XXXXXX")"
trap 'rm -f "$fresh"' EXIT
hack/update-api-reference.sh "$fresh"
diff -u docs/api/reference.md "$fresh" || { echo "The API reference is out of date; run: hack/update-api-reference.sh" >&2; exit 1; }
