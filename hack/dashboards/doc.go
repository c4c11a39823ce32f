// Command dashboards writes the dashboards for Grafana, one JSON file for each. hack/update-dashboards.sh calls it with the folder
// config/prometheus/dashboards; hack/verify-dashboards.sh compares what it writes with what lies there.
//
// A dashboard is a list of rows of panels, and a panel is a title, a unit and queries: what they look like is decided in one place,
// build.go. Which metrics there are stands in docs/observability.md, and test/alerts holds the queries against it. The program never talks to a Grafana.
package main
