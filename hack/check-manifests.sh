#!/usr/bin/env bash
# Holds what each kustomization renders, what the chart renders with each file of values in its ci folder, and the local
# environment's catalogue against the schemas of every supported version of Kubernetes, and of the kinds of others that they use.
# Unknown fields and unknown kinds are errors. hack/verify-lint.sh calls it.
set -euo pipefail
cd "$(dirname "$0")/.."
bin="$(go run ./hack/tools --print-bin-dir lint helm flux-crds.yaml)"
work="$(mktemp -d "${TMPDIR:-/tmp}/slipway-manifests.XXXXXX")"
trap 'rm -rf "$work"' EXIT

mkdir "$work/rendered"
for dir in $(git ls-files 'config/**/kustomization.yaml' | xargs -n 1 dirname); do
  # A component is no more than its part in an overlay.
  grep -q '^kind: Component' "$dir/kustomization.yaml" ||
    "$bin/kubectl" kustomize "$dir" >"$work/rendered/${dir//\//-}.yaml"
done
for values in charts/slipway/ci/*-values.yaml; do
  "$bin/helm" lint --quiet --strict charts/slipway --values "$values"
  "$bin/helm" template slipway charts/slipway --namespace slipway-system --values "$values" >"$work/rendered/chart-$(basename "$values")"
done
cp hack/local/catalog/*.yaml "$work/rendered/"

for version in 1.37 1.36 1.35; do
  go run -trimpath ./hack/schemas --out "$work/$version" "$bin/kubernetes-$version.openapi" "$bin/definitions.yaml" \
    "$bin/flux-crds.yaml" config/crd/bases/*.yaml
  "$bin/kubeconform" -strict -schema-location "$work/$version/{{.Group}}_{{.ResourceKind}}_{{.ResourceAPIVersion}}.json" "$work/rendered"
done
