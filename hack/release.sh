#!/usr/bin/env bash
# Makes what a release consists of beside its images: hack/release.sh <version> <folder>. The chart, the manifests of config/default
# as one file, the CLI for people's machines, a bill of materials for every program and architecture, and checksums of all.
set -euo pipefail
version="$1"
out="$(mkdir -p "$2" && cd "$2" && pwd)"
cd "$(dirname "$0")/.."
[[ $version =~ ^v[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$ ]] || { echo "$version is no version like v1.2.3" >&2; exit 1; }
chart_version="$(awk '$1 == "version:" {print $2}' charts/slipway/Chart.yaml)"
[[ v$chart_version == "$version" ]] || { echo "charts/slipway has version $chart_version, not ${version#v}" >&2; exit 1; }
bin="$(go run ./hack/tools --print-bin-dir helm kubectl)"
work="$(mktemp -d "${TMPDIR:-/tmp}/slipway-release.XXXXXX")"
trap 'rm -rf "$work"' EXIT
export SLIPWAY_VERSION="$version"

for platform in linux/amd64 linux/arm64 darwin/amd64 darwin/arm64; do
  name="${platform/\//-}"
  programs=(cmd/slipway)
  [[ $platform != linux/* ]] || programs=(cmd/*)
  GOOS="${platform%/*}" GOARCH="${platform#*/}" hack/build.sh "$work/$name" "${programs[@]}"
  hack/sbom.sh "$work/$name"
  for bill in "$work/$name"/*.cdx.json; do
    cp "$bill" "$out/$(basename "$bill" .cdx.json)-$version-$name.cdx.json"
  done
  # The same bytes from the same program: no times, no owners, and the order of names.
  tar -C "$work/$name" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf - slipway |
    gzip -n > "$out/slipway-$version-$name.tar.gz"
done
"$bin/helm" package charts/slipway --destination "$out"
"$bin/kubectl" kustomize config/default > "$out/slipway-$version.yaml"
(cd "$out" && sha256sum -- * > "$work/checksums.txt")
mv "$work/checksums.txt" "$out/checksums.txt"
