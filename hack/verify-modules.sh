#!/usr/bin/env bash
# Fails when go.mod or go.sum are not tidy. It works on a copy and changes nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
copy="$(hack/copy-checkout.sh)"
trap 'rm -rf "$copy"' EXIT
"$copy/hack/update-modules.sh"
for file in go.mod go.sum test/clients/go.mod test/clients/go.sum; do
  diff -u "$file" "$copy/$file" || { echo "The module files are not tidy; run: hack/update-modules.sh" >&2; exit 1; }
done
# What only the tests of clients need must stay out of the module that ships.
if grep -nE 'gophercloud|gophertelekomcloud|huaweicloud-sdk' go.mod; then
  echo "The SDKs belong to test/clients only" >&2
  exit 1
fi
