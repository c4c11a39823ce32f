#!/usr/bin/env bash
# Fails when what is released depends on where it is built: our programs are built in the checkout and in a folder that holds just
# what the Dockerfile copies, and must be the same bytes, as must their bills of materials, which must name every module. With
# --cold the second build takes nothing from the first one's build cache, which takes minutes; the release does that. There is
# nothing to update: mend the Dockerfile, hack/build.sh or the program.
set -euo pipefail
cd "$(dirname "$0")/.."
work="$(mktemp -d "${TMPDIR:-/tmp}/slipway-reproducible.XXXXXX")"
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/src" "$work/cache"
sed -n 's/^COPY \([^-].*\) [^ ]*$/\1/p' Dockerfile | tr ' ' '\n' | tar -cf - --exclude '*_test.go' -T - | tar -xf - -C "$work/src"

export SLIPWAY_VERSION="${SLIPWAY_VERSION:-v0.0.0}"
hack/build.sh "$work/first"
(
  [[ ${1:-} != --cold ]] || export GOCACHE="$work/cache"
  "$work/src/hack/build.sh" "$work/second"
)
for folder in first second; do
  for program in "$work/$folder"/*; do
    go version -m "$program" | awk '$1 == "dep" {print $2}' | sort > "$work/$folder.$(basename "$program").modules"
  done
  hack/sbom.sh "$work/$folder"
done
diff -r "$work/first" "$work/second" || { echo "What is built depends on where it is built" >&2; exit 1; }
for program in cmd/*; do
  name="$(basename "$program")"
  while read -r module; do
    grep -qF "\"name\": \"$module\"" "$work/first/$name.cdx.json" ||
      { echo "The bill of materials of $name does not name $module" >&2; exit 1; }
  done < "$work/first.$name.modules"
done
(cd "$work/first" && sha256sum -- *)
