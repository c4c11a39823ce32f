#!/usr/bin/env bash
# Copies the checkout, with what is not committed and without what git ignores, into a new temporary folder and prints its
# name. verify-* scripts run update-* scripts there.
set -euo pipefail
cd "$(dirname "$0")/.."
copy="$(mktemp -d "${TMPDIR:-/tmp}/slipway-verify.XXXXXX")"
git ls-files --cached --others --exclude-standard -z | while IFS= read -r -d '' file; do
  # A file may be deleted and not committed yet.
  [[ -e $file ]] && printf '%s\0' "$file"
done | tar --null -T - -cf - | tar -xf - -C "$copy"
echo "$copy"
