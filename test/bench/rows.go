package main

import "context"

// minClusters is the smallest fleet that every row can work with.
const minClusters = 200

// row is one line of the table of targets.
type row struct {
	name string
	// needs are the services that must run, and no others: what is not measured must not use the cores.
	needs []string
	run   func(context.Context, *bench) error
}

// rows is the one list of what is measured, in the order in which it happens. The rows that write come last.
var rows = []row{
	{"start", nil, measureStart},
	{"memory", []string{facadeName, managerName}, measureMemory},
	{"steady", []string{facadeName, managerName}, measureSteady},
	{"get", []string{facadeName, bareName}, measureGet},
	{"list", []string{facadeName, bareName}, measureList},
	{"search", []string{facadeName, bareName}, measureSearch},
	{"create", []string{facadeName}, measureCreate},
	{"install", []string{facadeName}, measureInstall},
	{"addons", []string{managerName}, measureAddons},
	// These start the manager when they have measured what they are compared with.
	{"report", []string{facadeName}, measureReport},
	{"storm", []string{facadeName}, measureStorm},
}

func rowNames() []string {
	names := make([]string, 0, len(rows))
	for _, r := range rows {
		names = append(names, r.name)
	}
	return names
}
