// Package alerts holds what config/prometheus has for Prometheus and Grafana against what there is: promtool checks the alerts and
// makes each of them fire, and every query asks for metrics that docs/observability.md knows. Nothing else calls it; that the
// alerts fire when something breaks is shown by test/e2e/alerts.
package alerts
