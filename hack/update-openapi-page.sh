#!/usr/bin/env bash
# Fetches the npm package that the interactive page of the HyperFleet API is made of, checks its hash, and keeps the few files that
# the page needs. They are committed, so that a build needs no npm. With --to FOLDER it writes them there instead.
set -euo pipefail
cd "$(dirname "$0")/.."
package=swagger-ui-dist
version=5.35.0
# The hash of the package as the registry publishes it: npm view swagger-ui-dist@5.35.0 dist.integrity
integrity=sha512-U06rpMtW9V3XPGOBeamTUSr0Z09jMX4IJuANpE/EZbAhw0G8CgwrzU4YmXkn/h0wCDNsXdGarTNNHC3sU8yVUQ==

command -v npm > /dev/null || { echo "This needs npm. The files are committed: only a new version of the page does." >&2; exit 1; }
to=internal/facade/hyperfleet/page/assets
[[ ${1:-} == --to ]] && to=$2

work="$(mktemp -d "${TMPDIR:-/tmp}/slipway-page.XXXXXX")"
trap 'rm -rf "$work"' EXIT
# npm pack fetches this one package: no dependencies, no install scripts.
npm pack "$package@$version" --prefer-offline --silent --pack-destination "$work" > /dev/null
got="sha512-$(openssl dgst -sha512 -binary "$work"/*.tgz | base64 -w 0)"
[[ $got == "$integrity" ]] ||
  { echo "$package@$version has the hash $got, not $integrity" >&2; exit 1; }
tar -xzf "$work"/*.tgz -C "$work"

mkdir -p "$to"
rm -f "$to"/*
for file in LICENSE NOTICE swagger-ui-bundle.js swagger-ui.css; do
  # Without the references to source maps, which are not kept: a browser with its tools open would ask for them.
  sed -e 's|^//# sourceMappingURL=.*||' -e 's|/\*# sourceMappingURL=.*\*/||' "$work/package/$file" > "$to/$file"
done
(cd "$to" && sha256sum LICENSE NOTICE swagger-ui-bundle.js swagger-ui.css > SHA256SUMS)
