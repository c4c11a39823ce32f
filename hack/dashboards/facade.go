package main

// facade tells how REST clients are served.
var facade = page{name: "slipway-facade", title: "Slipway / Facade", rows: []row{
	{title: "Requests", panels: []panel{
		{title: "Requests per second", unit: "reqps", series: one(`sum by (dialect, method) (rate(slipway_facade_requests_total[5m]))`, "{{dialect}} {{method}}")},
		{title: "Share of 5xx", unit: "percentunit", about: "Alert: SlipwayFacadeErrors, at 5 %.",
			series: one(`sum by (dialect) (rate(slipway_facade_requests_total{code=~"5.."}[5m])) / sum by (dialect) (rate(slipway_facade_requests_total[5m]))`, "{{dialect}}")},
		{title: "Refused requests per second", unit: "reqps", about: "4xx, by route.",
			series: one(`sum by (dialect, route, code) (rate(slipway_facade_requests_total{code=~"4.."}[5m]))`, "{{dialect}} {{route}} {{code}}")},
	}},
	{title: "Time", panels: []panel{
		{title: "Median", unit: "s", series: one(`histogram_quantile(0.5, sum by (dialect, method, le) (rate(slipway_facade_request_duration_seconds_bucket[5m])))`, "{{dialect}} {{method}}")},
		{title: "99 %", unit: "s", about: "Alert: SlipwayFacadeSlow, at 1 s.",
			series: one(`histogram_quantile(0.99, sum by (dialect, method, le) (rate(slipway_facade_request_duration_seconds_bucket[5m])))`, "{{dialect}} {{method}}")},
		{title: "99 % by route", unit: "s",
			series: one(`histogram_quantile(0.99, sum by (dialect, method, route, le) (rate(slipway_facade_request_duration_seconds_bucket[5m])))`, "{{dialect}} {{method}} {{route}}")},
	}},
	{title: "Reports of remote adapters", panels: []panel{
		{title: "Reports per second", unit: "reqps", series: one(`sum by (kind, outcome) (rate(slipway_facade_reports_total[5m]))`, "{{kind}} {{outcome}}")},
		{title: "From a report to the status (90 %)", unit: "s",
			series: one(`histogram_quantile(0.9, sum by (kind, le) (rate(slipway_facade_report_aggregation_seconds_bucket[5m])))`, "{{kind}}")},
	}},
	{title: "Memory and reviews", panels: []panel{
		{title: "Objects in memory", unit: "short", series: one(`max by (kind) (slipway_facade_index_objects)`, "{{kind}}")},
		{title: "Memory is filled", unit: "short", about: "Alert: SlipwayFacadeNotSynced.", series: one(`min by (instance) (slipway_facade_index_synced)`, "{{instance}}")},
		{title: "Open streams", unit: "short", series: one(`sum by (dialect) (slipway_facade_streams)`, "{{dialect}}")},
		{title: "Token and access reviews per second", unit: "reqps", series: []series{
			{expr: `sum by (result) (rate(authentication_attempts{job="slipway-apiserver"}[5m]))`, legend: "token {{result}}"},
			{expr: `sum by (result) (rate(authorization_attempts_total{job="slipway-apiserver"}[5m]))`, legend: "access {{result}}"},
		}},
	}},
	{title: "The process", panels: process("slipway-apiserver")},
}}
