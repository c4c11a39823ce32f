package main

// addons tells how the catalogue's entries fare.
var addons = page{name: "slipway-addons", title: "Slipway / Add-ons", rows: []row{
	{title: "What there is", panels: []panel{
		{title: "Add-ons by state", unit: "short", series: one(`sum by (state) (slipway_addons)`, "{{state}}")},
		{title: "Add-ons by template", unit: "short", series: one(`sum by (template) (slipway_addons)`, "{{template}}")},
		{title: "Usable templates", unit: "short", about: "Alert: SlipwayTemplateUnusable.",
			series: one(`min by (template) (slipway_addontemplate_usable)`, "{{template}}")},
	}},
	{title: "What is not Ready", panels: []panel{
		{title: "Add-ons that are not Ready, by reason", unit: "short", about: "The reasons are explained in docs/troubleshooting.md.",
			series: one(`sum by (template, reason) (slipway_addons{state!="Ready"})`, "{{template}} {{reason}}")},
		{title: "Oldest add-on in its state", unit: "s", about: "Alerts: SlipwayAddonPending, SlipwayDeletionStuck.",
			series: one(`max by (template, state) (slipway_addons_state_age_seconds)`, "{{template}} {{state}}")},
	}},
	{title: "What happens", panels: []panel{
		{title: "Deployments per hour", unit: "short", series: one(`sum by (template) (increase(slipway_addon_deployed_total[1h]))`, "{{template}}")},
		{title: "Further attempts per hour", unit: "short", series: one(`sum by (template) (increase(slipway_addon_retries_total[1h]))`, "{{template}}")},
		{title: "Releases given up per hour", unit: "short", about: "Alert: SlipwayReleasesAbandoned.",
			series: one(`sum(increase(slipway_addon_releases_abandoned_total[1h]))`, "given up")},
	}},
}}
