#!/usr/bin/env bash
# Fails when the dashboards are not what hack/update-dashboards.sh writes.
set -euo pipefail
cd "$(dirname "$0")/.."
fresh="$(mktemp -d "${TMPDIR:-/tmp}/slipway-dashboards.XXXXXX")"
trap 'rm -rf "$fresh"' EXIT
go run -trimpath ./hack/dashboards "$fresh"
diff -ru config/prometheus/dashboards "$fresh" || { echo "Dashboards are out of date; run: hack/update-dashboards.sh" >&2; exit 1; }
