#!/usr/bin/env bash
# Sees to it that the programs are there that end-to-end tests need beside our own: a Chromium for the interactive page, and what
# the commands in the documentation use. CI runs as root on a bare Debian and gets them from there; everybody else is told.
set -euo pipefail
missing=()
for program in chromium curl jq openssl; do
  command -v "$program" > /dev/null || missing+=("$program")
done
((${#missing[@]})) || exit 0
if [[ $(id -u) != 0 ]] || ! command -v apt-get > /dev/null; then
  echo "The end-to-end tests need ${missing[*]} on the path. On Debian: sudo apt-get install ${missing[*]}" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}"
