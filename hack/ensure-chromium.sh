#!/usr/bin/env bash
# Sees to it that there is a Chromium for the end-to-end tests of the interactive page. CI runs as root on a bare Debian and gets it
# from there; everybody else is told.
set -euo pipefail
command -v chromium > /dev/null && exit 0
if [[ $(id -u) != 0 ]] || ! command -v apt-get > /dev/null; then
  echo "The end-to-end tests need chromium on the path. On Debian: sudo apt-get install chromium" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends chromium
