#!/usr/bin/env bash
# Fails when the files of the interactive page are not those of the npm package that hack/update-openapi-page.sh names. Where there
# is no npm it compares with the hashes that were committed with them.
set -euo pipefail
cd "$(dirname "$0")/.."
assets=internal/facade/hyperfleet/page/assets
(cd "$assets" && sha256sum --quiet --check SHA256SUMS) ||
  { echo "$assets was edited; run: hack/update-openapi-page.sh" >&2; exit 1; }
command -v npm > /dev/null || { echo "no npm here: compared with the committed hashes only"; exit 0; }

fresh="$(mktemp -d "${TMPDIR:-/tmp}/slipway-page.XXXXXX")"
trap 'rm -rf "$fresh"' EXIT
hack/update-openapi-page.sh --to "$fresh"
diff -r "$assets" "$fresh" || { echo "$assets is out of date; run: hack/update-openapi-page.sh" >&2; exit 1; }
