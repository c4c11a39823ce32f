package cel

var platformRows = []row{
	{desc: "the sample"},
	{desc: "nothing but adapters", mutate: []edit{set("spec", fields{"requiredAdapters": fields{"cluster": []any{"a"}, "nodePool": []any{"a"}}})}},

	{desc: "no adapters", mutate: []edit{set("spec.requiredAdapters", fields{"cluster": []any{}, "nodePool": []any{}})}, wantErrors: []string{
		"spec.requiredAdapters.cluster: should have at least 1 items",
		"spec.requiredAdapters.nodePool: should have at least 1 items"}},
	{desc: "adapters not said", mutate: []edit{set("spec.requiredAdapters", fields{})}, wantErrors: []string{
		"spec.requiredAdapters.cluster: Required value", "spec.requiredAdapters.nodePool: Required value"}},
	{desc: "adapters in upper case", mutate: []edit{set("spec.requiredAdapters", fields{"cluster": []any{"DNS"}, "nodePool": []any{"a", "b."}})}, wantErrors: []string{
		"spec.requiredAdapters.cluster: each adapter must be a DNS label: lower-case letters, digits and hyphens",
		"spec.requiredAdapters.nodePool: each adapter must be a DNS label: lower-case letters, digits and hyphens"}},
	{desc: "adapter twice", mutate: []edit{set("spec.requiredAdapters.cluster", []any{"a", "a"})}, wantErrors: []string{
		`spec.requiredAdapters.cluster[1]: Duplicate value: "a"`}},
	{desc: "adapters changed", update: []edit{set("spec.requiredAdapters.cluster", []any{"other"})}},

	{desc: "any version", mutate: []edit{unset("spec.kubernetesVersions")}},
	{desc: "version without v", mutate: []edit{set("spec.kubernetesVersions[0].version", "1.33.1")}, wantErrors: []string{
		"spec.kubernetesVersions[0].version: version must be a full version with a leading v, for example v1.33.1"}},
	{desc: "version twice", mutate: []edit{set("spec.kubernetesVersions", []any{fields{"version": "v1.33.1"}, fields{"version": "v1.33.1"}})}, wantErrors: []string{
		`spec.kubernetesVersions[1]: Duplicate value: {"version":"v1.33.1"}`}},

	{desc: "one node per pool", mutate: []edit{set("spec.maxNodesPerPool", 1)}},
	{desc: "no node per pool", mutate: []edit{set("spec.maxNodesPerPool", 0)}, wantErrors: []string{
		"spec.maxNodesPerPool: should be greater than or equal to 1"}},
	{desc: "too many nodes per pool", mutate: []edit{set("spec.maxNodesPerPool", 5001)}, wantErrors: []string{
		"spec.maxNodesPerPool: should be less than or equal to 5000"}},

	{desc: "nothing reserved", mutate: []edit{set("spec.reservedCIDRs", []any{})}},
	{desc: "reserved in IPv6", mutate: []edit{set("spec.reservedCIDRs", []any{"fd00::/8"})}},
	{desc: "reserved by address", mutate: []edit{set("spec.reservedCIDRs", []any{"169.254.0.0"})}, wantErrors: []string{
		"spec.reservedCIDRs: each of reservedCIDRs must be a CIDR, for example 169.254.0.0/16"}},

	{desc: "the quickest heartbeat", mutate: []edit{set("spec.heartbeatPeriod", "1s")}},
	{desc: "the slowest heartbeat", mutate: []edit{set("spec.heartbeatPeriod", "24h")}},
	{desc: "heartbeat that is too quick", mutate: []edit{set("spec.heartbeatPeriod", "999ms")}, wantErrors: []string{heartbeat}},
	{desc: "heartbeat that is too slow", mutate: []edit{set("spec.heartbeatPeriod", "24h1s")}, wantErrors: []string{heartbeat}},
	{desc: "heartbeat below zero", mutate: []edit{set("spec.heartbeatPeriod", "-30s")}, wantErrors: []string{heartbeat}},
	{desc: "heartbeat in days", mutate: []edit{set("spec.heartbeatPeriod", "1d")}, wantErrors: []string{heartbeat}},
	{desc: "heartbeat that is empty", mutate: []edit{set("spec.heartbeatPeriod", "")}, wantErrors: []string{heartbeat}},

	{desc: "the shortest times", mutate: []edit{set("spec.operationDeadline", "1s"), set("spec.operationTTL", "1m"), set("spec.releaseAbandonTimeout", "1s")}},
	{desc: "times that are too short", mutate: []edit{set("spec.operationDeadline", "0s"), set("spec.operationTTL", "59s"), set("spec.releaseAbandonTimeout", "0s")}, wantErrors: []string{
		"spec.operationDeadline: operationDeadline must be a duration of at least 1s, for example 1h",
		"spec.operationTTL: operationTTL must be a duration of at least 1m, for example 2160h",
		"spec.releaseAbandonTimeout: releaseAbandonTimeout must be a duration of at least 1s, for example 5m"}},
	{desc: "times that are no times", mutate: []edit{set("spec.operationDeadline", "soon"), set("spec.operationTTL", "90d"), set("spec.releaseAbandonTimeout", "")}, wantErrors: []string{
		"spec.operationDeadline: operationDeadline must be a duration of at least 1s, for example 1h",
		"spec.operationTTL: operationTTL must be a duration of at least 1m, for example 2160h",
		"spec.releaseAbandonTimeout: releaseAbandonTimeout must be a duration of at least 1s, for example 5m"}},

	{desc: "delivery by the tenant's own Flux", mutate: []edit{set("spec.addonDelivery", "Tenant")}},
	{desc: "unknown delivery", mutate: []edit{set("spec.addonDelivery", "Mail")}, wantErrors: []string{
		`spec.addonDelivery: supported values: "Hub", "Tenant"`}},
}

const heartbeat = "spec.heartbeatPeriod: heartbeatPeriod must be a duration from 1s to 24h, for example 30s"
