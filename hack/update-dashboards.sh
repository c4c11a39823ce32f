#!/usr/bin/env bash
# Writes the dashboards for Grafana from hack/dashboards.
set -euo pipefail
cd "$(dirname "$0")/.."
go run -trimpath ./hack/dashboards config/prometheus/dashboards
