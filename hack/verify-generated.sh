#!/usr/bin/env bash
# Fails when generated files are not what hack/update-generated.sh makes. It works on a copy and changes nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
copy="$(hack/copy-checkout.sh)"
trap 'rm -rf "$copy"' EXIT
"$copy/hack/update-generated.sh"
for dir in api config internal; do
  diff -ru "$dir" "$copy/$dir" || { echo "Generated files are out of date; run: make generate" >&2; exit 1; }
done
