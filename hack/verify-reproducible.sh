#!/usr/bin/env bash
# Fails when what is released depends on where it is built: our programs are built in the checkout and in a folder that holds just
# what the Dockerfile copies, and must be the same bytes. With --cold the second build takes nothing from the first one's
# build cache, which takes minutes; the release does that.
set -euo pipefail
cd "$(dirname "$0")/.."
work="$(mktemp -d "${TMPDIR:-/tmp}/slipway-reproducible.XXXXXX")"
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/src" "$work/cache"
sed -n 's/^COPY \([^-].*\) [^ ]*$/\1/p' Dockerfile | tr ' ' '\n' | tar -cf - --exclude '*_test.go' -T - | tar -xf - -C "$work/src"

export SLIPWAY_VERSION="${SLIPWAY_VERSION:-v0.0.0}"
hack/build.sh "$work/first"
[[ ${1:-} != --cold ]] || export GOCACHE="$work/cache"
"$work/src/hack/build.sh" "$work/second"
for program in "$work"/first/*; do
  cmp "$program" "$work/second/$(basename "$program")" ||
    { echo "$(basename "$program") depends on where it is built" >&2; exit 1; }
done
(cd "$work/first" && sha256sum -- *)
