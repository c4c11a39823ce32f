#!/usr/bin/env bash
# Fails when generated files are not what hack/update-generated.sh makes. It compares two copies, so that it changes nothing and
# does not stumble over files that git ignores.
set -euo pipefail
cd "$(dirname "$0")/.."
present="$(hack/copy-checkout.sh)"
fresh="$(hack/copy-checkout.sh)"
trap 'rm -rf "$present" "$fresh"' EXIT
"$fresh/hack/update-generated.sh"
for dir in api config internal; do
  diff -ru "$present/$dir" "$fresh/$dir" || { echo "Generated files are out of date; run: make generate" >&2; exit 1; }
done
