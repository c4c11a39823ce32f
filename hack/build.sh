#!/usr/bin/env bash
# Compiles our programs into a folder, the way that is released: hack/build.sh <folder> [program...], all of cmd by default. GOOS and
# GOARCH say for what, SLIPWAY_VERSION what the programs say of themselves. The same source, Go and settings make the same
# bytes, whatever the folder, the machine and the state of git: hack/verify-reproducible.sh checks it.
set -euo pipefail
out="$(mkdir -p "$1" && cd "$1" && pwd)"
shift
cd "$(dirname "$0")/.."
(($#)) || set -- cmd/*
export CGO_ENABLED=0 GOFLAGS=-mod=readonly GOAMD64=v1 GOARM64=v8.0
go build -trimpath -buildvcs=false -ldflags "-s -w -buildid= -X main.version=${SLIPWAY_VERSION:-unknown}" -o "$out/" "${@/#/./}"
