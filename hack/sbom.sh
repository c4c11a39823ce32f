#!/usr/bin/env bash
# Writes a bill of materials in CycloneDX's JSON for each program of a folder, beside it: hack/sbom.sh <folder>. It is read from
# the program itself: what it lists is what was linked. The same program gives the same bytes.
set -euo pipefail
folder="$(cd "$1" && pwd)"
cd "$(dirname "$0")/.."
bin="$(go run ./hack/tools --print-bin-dir cyclonedx-gomod)"
for program in "$folder"/*; do
  [[ -x $program && $program != *.json ]] || continue
  "$bin/cyclonedx-gomod" bin -json -std -noserial -notimestamp -version "${SLIPWAY_VERSION:-unknown}" \
    -output "$program.cdx.json" "$program" 2> /dev/null ||
    { echo "cyclonedx-gomod cannot read $program" >&2; exit 1; }
done
