package main

// fleet tells whether tenants get what they asked for.
var fleet = page{name: "slipway-fleet", title: "Slipway / Fleet", rows: []row{
	{title: "What there is", panels: []panel{
		{title: "Clusters", unit: "short", series: one(`sum by (platform, state) (slipway_clusters)`, "{{platform}} {{state}}")},
		{title: "Node pools", unit: "short", series: one(`sum by (platform, state) (slipway_nodepools)`, "{{platform}} {{state}}")},
		{title: "Nodes", unit: "short", about: "Wished is what the node pools ask for.",
			series: one(`sum by (platform, state) (slipway_nodes)`, "{{platform}} {{state}}")},
	}},
	{title: "What takes long", panels: []panel{
		{title: "Oldest cluster in its state", unit: "s", about: "Alerts: SlipwayResourcePending, SlipwayResourceStalled, SlipwayDeletionStuck.",
			series: []series{
				{expr: `max by (platform, state) (slipway_clusters_state_age_seconds)`, legend: "{{platform}} {{state}}"},
				{expr: `max by (platform) (slipway_platform_operation_deadline_seconds)`, legend: "deadline of {{platform}}"},
			}},
		{title: "Oldest node pool in its state", unit: "s", about: "Alerts: SlipwayResourcePending, SlipwayResourceStalled, SlipwayDeletionStuck.",
			series: one(`max by (platform, state) (slipway_nodepools_state_age_seconds)`, "{{platform}} {{state}}")},
	}},
	{title: "Adapters", panels: []panel{
		{title: "Reports per second", unit: "short", series: one(`sum by (kind) (rate(slipway_reports_total[5m]))`, "{{kind}}")},
		{title: "Missing reports", unit: "short", about: "Alert: SlipwayReportsMissing.",
			series: one(`sum by (platform, kind, adapter) (slipway_reports_missing)`, "{{platform}} {{kind}} {{adapter}}")},
		{title: "Oldest report", unit: "s", about: "Alert: SlipwayAdapterSilent, at five heartbeat periods.", series: []series{
			{expr: `max by (platform, kind, adapter) (slipway_report_age_seconds)`, legend: "{{platform}} {{kind}} {{adapter}}"},
			{expr: `max by (platform) (slipway_platform_heartbeat_seconds)`, legend: "heartbeat of {{platform}}"},
		}},
	}},
	{title: "Tasks", panels: []panel{
		{title: "Tasks in progress", unit: "short", series: one(`sum by (type) (slipway_operations_in_progress)`, "{{type}}")},
		{title: "Oldest task in progress", unit: "s", series: one(`max by (type) (slipway_operations_age_seconds)`, "{{type}}")},
		{title: "Tasks that ended, per hour", unit: "short",
			series: one(`sum by (type, state) (increase(slipway_operation_duration_seconds_count[1h]))`, "{{type}} {{state}}")},
		{title: "How long tasks take (median)", unit: "s",
			series: one(`histogram_quantile(0.5, sum by (type, le) (rate(slipway_operation_duration_seconds_bucket{state="Succeeded"}[1h])))`, "{{type}}")},
	}},
	{title: "Platforms", panels: []panel{
		{title: "Usable Platforms", unit: "short", about: "Alert: SlipwayPlatformUnusable.", series: one(`min by (platform) (slipway_platform_usable)`, "{{platform}}")},
		{title: "Time until tenant certificates expire", unit: "s", about: "Alert: SlipwayTenantCertificateExpiring.",
			series: one(`min by (platform) (slipway_cluster_certificate_expiry_timestamp_seconds) - time()`, "{{platform}}")},
	}},
}}
