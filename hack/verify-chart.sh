#!/usr/bin/env bash
# Fails when what the chart has in common with config/ is not what hack/update-chart.sh copies.
set -euo pipefail
cd "$(dirname "$0")/.."
present="$(hack/copy-checkout.sh)"
fresh="$(hack/copy-checkout.sh)"
trap 'rm -rf "$present" "$fresh"' EXIT
"$fresh/hack/update-chart.sh"
diff -ru "$present/charts" "$fresh/charts" || { echo "The chart is out of date; run: hack/update-chart.sh" >&2; exit 1; }
