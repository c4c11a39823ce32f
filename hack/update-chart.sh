#!/usr/bin/env bash
# Copies into charts/slipway/files what the chart has in common with config/, which is where it is written, and makes the chart's
# README from its values.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$(go run ./hack/tools --print-bin-dir kubectl helm-docs):$PATH"
files=charts/slipway/files
rm -rf "$files"
mkdir -p "$files/crds"

cp config/crd/bases/*.yaml "$files/crds/"
kubectl kustomize hack/chart/rbac >"$files/rbac.yaml"
kubectl kustomize config/policy >"$files/policies.yaml"
cat config/webhook/manifests.yaml <(echo ---) config/webhook/access_key.yaml >"$files/webhooks.yaml"
kubectl kustomize config/certificates >"$files/certificates.yaml"
cat config/certificates/self-managed/role.yaml <(echo ---) config/certificates/self-managed/role_binding.yaml >"$files/self-managed.yaml"
kubectl kustomize config/tenant >"$files/tenant.yaml"
kubectl kustomize config/tenant/access-keys >"$files/access-keys.yaml"
cp config/prometheus/rules.yaml "$files/rules.yaml"
mkdir "$files/dashboards"
cp config/prometheus/dashboards/*.json "$files/dashboards/"
cp config/apiserver/apiservice.yaml "$files/apiservice.yaml"

# The table of values.
helm-docs --log-level warning --chart-search-root charts --sort-values-order file
