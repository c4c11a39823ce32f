package main

// manager tells whether the controllers keep up.
var manager = page{name: "slipway-manager", title: "Slipway / Manager", rows: []row{
	{title: "Work", panels: []panel{
		{title: "Reconciliations per second", unit: "short", series: one(`sum by (controller) (rate(controller_runtime_reconcile_total{job="slipway-manager"}[5m]))`, "{{controller}}")},
		{title: "Failures per second", unit: "short", about: "Alert: SlipwayReconcileErrors, at a fifth of all.",
			series: one(`sum by (controller) (rate(controller_runtime_reconcile_errors_total{job="slipway-manager"}[5m]))`, "{{controller}}")},
		{title: "How long one takes (99 %)", unit: "s",
			series: one(`histogram_quantile(0.99, sum by (controller, le) (rate(controller_runtime_reconcile_time_seconds_bucket{job="slipway-manager"}[5m])))`, "{{controller}}")},
	}},
	{title: "Queues", panels: []panel{
		{title: "Waiting objects", unit: "short", series: one(`sum by (name) (workqueue_depth{job="slipway-manager"})`, "{{name}}")},
		{title: "How long one waits (99 %)", unit: "s",
			series: one(`histogram_quantile(0.99, sum by (name, le) (rate(workqueue_queue_duration_seconds_bucket{job="slipway-manager"}[5m])))`, "{{name}}")},
		{title: "Busy workers", unit: "short", series: one(`sum by (controller) (controller_runtime_active_workers{job="slipway-manager"})`, "{{controller}}")},
	}},
	{title: "Reports", panels: []panel{
		{title: "From a report to the status (90 %)", unit: "s", about: "Alert: SlipwayReportsSlow, at 5 s.",
			series: one(`histogram_quantile(0.9, sum by (kind, le) (rate(slipway_report_aggregation_seconds_bucket[5m])))`, "{{kind}}")},
		{title: "The computation alone (99 %)", unit: "s",
			series: one(`histogram_quantile(0.99, sum by (kind, le) (rate(slipway_aggregation_duration_seconds_bucket[5m])))`, "{{kind}}")},
	}},
	{title: "Admission and leading", panels: []panel{
		{title: "Admission requests per second", unit: "reqps", series: one(`sum by (webhook, code) (rate(controller_runtime_webhook_requests_total{job="slipway-manager"}[5m]))`, "{{webhook}} {{code}}")},
		{title: "Leading managers", unit: "short", about: "1, whatever the number of replicas. Alert: SlipwayManagerNotLeading.",
			series: one(`sum(leader_election_master_status{job="slipway-manager",name="slipway-manager"})`, "leading")},
	}},
	{title: "Certificates", panels: []panel{
		{title: "Time until serving certificates expire", unit: "s", about: "Alert: SlipwayCertificateExpiring, at 7 days.",
			series: one(`min by (server) (slipway_serving_certificate_expiry_timestamp_seconds) - time()`, "{{server}}")},
		{title: "Time until kept certificates expire", unit: "s", about: "With --manage-certificates.",
			series: one(`min by (certificate) (slipway_certificate_expiry_timestamp_seconds) - time()`, "{{certificate}}")},
		{title: "Kept certificates per day", unit: "short", about: "Alert: SlipwayCertificateErrors.", series: []series{
			{expr: `sum by (certificate) (increase(slipway_certificate_issued_total[1d]))`, legend: "made: {{certificate}}"},
			{expr: `sum(increase(slipway_certificate_errors_total[1d]))`, legend: "failures"},
		}},
	}},
	{title: "The process", panels: process("slipway-manager")},
}}

// process are the panels that any of our processes has.
func process(job string) []panel {
	of := `{job="` + job + `"}`
	return []panel{
		{title: "Version", unit: "short", series: one(`count by (version) (slipway_build_info`+of+`)`, "{{version}}")},
		{title: "Memory", unit: "bytes", series: one(`process_resident_memory_bytes`+of, "{{instance}}")},
		{title: "Processor", unit: "short", about: "In cores.", series: one(`rate(process_cpu_seconds_total`+of+`[5m])`, "{{instance}}")},
		{title: "Requests to the kube-apiserver per second", unit: "reqps", about: "Alert: SlipwayRequestsForbidden.",
			series: one(`sum by (code, method) (rate(rest_client_requests_total`+of+`[5m]))`, "{{method}} {{code}}")},
		{title: "Goroutines", unit: "short", series: one(`go_goroutines`+of, "{{instance}}")},
	}
}
