// Package alerts runs a real Prometheus over the local environment, with the alerts of config/prometheus and with time that runs 60
// times faster, breaks one thing after the other, and sees that the alert about it fires, that the commands of its runbook show the
// cause, and that it is resolved when the fault is taken away. Run it with `make e2e`.
package alerts
