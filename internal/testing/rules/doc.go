// Package rules reads what config/prometheus holds for Prometheus and Grafana: the alerts of the PrometheusRule and the queries of the
// dashboards. The tests in test/alerts hold them against what there is, and test/e2e/alerts has a Prometheus of its own evaluate them
// in an environment that runs, with time compressed.
//
// It never evaluates a query itself.
package rules
