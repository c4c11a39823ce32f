package hyperfleet

import (
	"errors"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
)

// found tells whether a search finds a record.
func found(t *testing.T, search string, record *hub.Record) bool {
	t.Helper()
	filter, err := parseSearch(url.Values{"search": {search}})
	if err != nil {
		t.Fatalf("%s: %v", search, err)
	}
	return filter == nil || filter.Match(record)
}

func TestSearches(t *testing.T) {
	labelled := func(key, value string) recordOption {
		return func(r *hub.Record) { r.Object.Labels[key] = value }
	}
	cluster := func(options ...recordOption) *hub.Record { return sampleRecord(fleetv1.KindCluster, options...) }
	pool := sampleRecord(fleetv1.KindNodePool)
	for search, c := range map[string]struct{ yes, no *hub.Record }{
		// The examples of the contract.
		"": {cluster(), nil}, " \t": {cluster(), nil},
		"name='my-cluster'": {cluster(), cluster(withID("1", "other"))},
		"labels.environment='dev' or labels.environment='staging'":                                    {cluster(), cluster(labelled("environment", "production"))},
		"status.conditions.Ready='True' and labels.environment='production'":                          {nil, cluster()},
		"name in ('a1b','my-cluster')":                                                                {cluster(), cluster(withID("1", "a1"))},
		"name in ['a1b','my-cluster']":                                                                {cluster(), cluster(withID("1", "a1"))},
		"not labels.app.example.com/tier = 'web'":                                                     {cluster(), cluster(labelled("app.example.com/tier", "web"))},
		"status.conditions.Reconciled='False' or name like 'tmp-%'":                                   {cluster(), cluster(becoming(fleetv1.ConditionReady, metav1.ConditionTrue))},
		"status.conditions.Ready.last_updated_time < '2026-01-02T00:00:00Z' and deleted_time is null": {cluster(), cluster(deleting)},
		"spec.platform.type='gcp' and spec.nodes between 3 and 10 and generation >= 2":                {cluster(), cluster(withSpec(`{"platform":{"type":"gcp"},"nodes":11}`))},
		"status.conditions.Available='True'":                                                          {cluster(), cluster(becoming(fleetv1.ConditionAvailable, metav1.ConditionFalse))},

		// What Sentinel asks.
		"labels.non_existing_label='value'":                   {nil, cluster()},
		"labels.shard='1' and labels.environment='it''s'":     {cluster(labelled("shard", "1"), labelled("environment", "it's")), cluster(labelled("shard", "1"))},
		"labels.environment='dev' and labels.region='europe'": {cluster(labelled("region", "europe")), cluster()},

		// Plain fields, as shown.
		"id='23qcxt2vtcomxjix6fzx8nsixv'":                                {cluster(), cluster(withID("00000000-0000-0000-0000-000000000001", "x"))},
		"id in ('x','23qcxt2vtcomxjix6fzx8nsixv')":                       {cluster(), cluster(withID("00000000-0000-0000-0000-000000000001", "x"))},
		"id != '23qcxt2vtcomxjix6fzx8nsixv'":                             {cluster(withID("00000000-0000-0000-0000-000000000001", "x")), cluster()},
		"id = '3f0a9c1e-5b7d-4e21-9a64-0c8d2f71b5e3'":                    {nil, cluster()},
		"id like '23qc%'":                                                {cluster(), cluster(withID("00000000-0000-0000-0000-000000000001", "x"))},
		"id > '23qcxt2vtcomxjix6fzx8nsixu'":                              {cluster(), cluster(withID("00000000-0000-0000-0000-000000000001", "x"))},
		"kind='Cluster'":                                                 {cluster(), pool},
		"kind='NodePool'":                                                {pool, cluster()},
		"href='/api/hyperfleet/v1/clusters/23qcxt2vtcomxjix6fzx8nsixv'":  {cluster(), pool},
		"href='/api/hyperfleet/v1/nodepools/23qcxt2vtcomxjix6fzx8nsixv'": {pool, cluster()},
		"created_by='user@example.com'":                                  {cluster(), nil},
		"updated_by='system.serviceaccount.fleet.ci@slipway.local'":      {cluster(), nil},
		"updated_by='system:serviceaccount:fleet:ci'":                    {nil, cluster()},
		"deleted_by='admin@slipway.local'":                               {cluster(deleting), cluster()},
		"deleted_by is null":                                             {cluster(), cluster(deleting)},
		"owner_id='20000000000000000000000007'":                          {pool, cluster()},
		"owner_id is null":                                               {cluster(), pool},
		"generation=2":                                                   {cluster(), cluster(func(r *hub.Record) { r.Object.Generation = 3 })},
		"generation in ('1',2)":                                          {cluster(), cluster(func(r *hub.Record) { r.Object.Generation = 3 })},
		"created_time=2026-01-01T00:00:00Z":                              {cluster(), nil},
		"updated_time='2026-01-02T00:00:00Z'":                            {cluster(), nil},
		"updated_time > '2026-01-02T00:00:00Z'":                          {nil, cluster()},
		"deleted_time='2026-01-04T01:00:00+01:00'":                       {cluster(deleting), cluster()},
		"deleted_time is not null":                                       {cluster(deleting), cluster()},

		// Labels.
		"labels.environment != 'dev'":                                             {cluster(labelled("environment", "x")), cluster()},
		"labels.none != 'dev'":                                                    {cluster(), nil},
		"labels.none is null":                                                     {cluster(), cluster(labelled("none", ""))},
		"labels.none = ''":                                                        {cluster(labelled("none", "")), cluster()},
		"labels.environment > 'dea'":                                              {cluster(), cluster(labelled("environment", "dea"))},
		"labels.environment not in ('dev')":                                       {cluster(labelled("environment", "x")), cluster()},
		"labels.environment ilike 'D_V'":                                          {cluster(), cluster(labelled("environment", "dv"))},
		"labels.fleet.slipway.dev/id is null":                                     {cluster(), nil},
		"labels.fleet.slipway.dev/id like '%'":                                    {nil, cluster()},
		"labels.fleet.slipway.dev/id = '3f0a9c1e-5b7d-4e21-9a64-0c8d2f71b5e3'":    {nil, cluster()},
		"labels.fleet.slipway.dev/id in ('3f0a9c1e-5b7d-4e21-9a64-0c8d2f71b5e3')": {nil, cluster()},

		// Conditions: the newer names find the same, unknown types are null.
		"status.conditions.LastKnownReconciled='True'":                                                        {cluster(), cluster(becoming(fleetv1.ConditionAvailable, metav1.ConditionFalse))},
		"status.conditions.Reconciled in ('False','Unknown')":                                                 {cluster(), cluster(becoming(fleetv1.ConditionReady, metav1.ConditionTrue))},
		"status.conditions.Ready != 'True'":                                                                   {cluster(), cluster(becoming(fleetv1.ConditionReady, metav1.ConditionTrue))},
		"not status.conditions.Ready = 'True'":                                                                {cluster(), cluster(becoming(fleetv1.ConditionReady, metav1.ConditionTrue))},
		"status.conditions.Ready = 'Unknown'":                                                                 {nil, cluster()},
		"status.conditions.DnsSuccessful = 'True'":                                                            {cluster(), cluster(becoming("DnsSuccessful", metav1.ConditionFalse))},
		"status.conditions.Nothing = 'True'":                                                                  {nil, cluster()},
		"status.conditions.Nothing != 'True'":                                                                 {cluster(), nil},
		"status.conditions.Nothing is null":                                                                   {cluster(), nil},
		"status.conditions.Reconciled is null":                                                                {nil, cluster()},
		"status.conditions.Nothing.observed_generation is null":                                               {cluster(), nil},
		"status.conditions.Nothing.last_updated_time is null":                                                 {cluster(), nil},
		"status.conditions.Nothing.last_transition_time > '2000-01-01T00:00:00Z'":                             {nil, cluster()},
		"status.conditions.Reconciled.observed_generation = 2":                                                {cluster(), nil},
		"status.conditions.LastKnownReconciled.observed_generation < '2'":                                     {cluster(), nil},
		"status.conditions.Ready.last_transition_time = 2026-01-01T01:30:00Z":                                 {cluster(), nil},
		"status.conditions.Ready.last_updated_time between '2026-01-01T01:30:01Z' and '2026-01-01T01:30:01Z'": {cluster(), nil},
		"status.conditions.DnsSuccessful.last_transition_time = '2026-01-01T00:00:00.000001Z'":                {cluster(), nil},
		"status.conditions.Ready='False' or status.conditions.Available='False'":                              {cluster(), cluster(becoming(fleetv1.ConditionReady, metav1.ConditionTrue))},

		// The spec.
		"spec.ha = true":               {cluster(), cluster(withSpec(`{"ha":"true"}`))},
		"spec.serial = '10'":           {cluster(), cluster(withSpec(`{"serial":"9"}`))},
		"spec.serial = 10":             {cluster(withSpec(`{"serial":1e1}`)), cluster()},
		"spec.gone is null":            {cluster(), cluster(withSpec(`{"gone":false}`))},
		"spec.nothing.at.all is null":  {cluster(), nil},
		"spec.platform is null":        {cluster(withSpec(`{}`)), cluster()},
		"spec.platform.type.x is null": {cluster(), nil},
		"spec.zones.0 is null":         {cluster(), nil},
		"spec.nodes > 4.5":             {cluster(), cluster(withSpec(`{"nodes":4}`))},
		"spec.and.or-not_in = 'x'":     {cluster(withSpec(`{"and":{"or-not_in":"x"}}`)), cluster()},
	} {
		if c.yes != nil && !found(t, search, c.yes) {
			t.Errorf("%q does not find what it should", search)
		}
		if c.no != nil && found(t, search, c.no) {
			t.Errorf("%q finds what it should not", search)
		}
	}
}

// becoming changes the status of a condition.
func becoming(conditionType string, status metav1.ConditionStatus) recordOption {
	return func(r *hub.Record) { r.Condition(conditionType).Status = status }
}

func TestSearchesOnObjectsWithoutASpec(t *testing.T) {
	record := sampleRecord(fleetv1.KindCluster, func(r *hub.Record) { r.Cluster.Spec.Parameters = nil; r.Conditions = nil })
	for search, want := range map[string]bool{
		"spec.a is null": true, "spec.a = 1": false, "spec.a != 1": true, "status.conditions.Ready is null": true,
		"status.conditions.Ready.last_transition_time is null": true,
	} {
		if got := found(t, search, record); got != want {
			t.Errorf("%s: got %t, want %t", search, got, want)
		}
	}
}

// TestTheIndexAnswersEquality holds that equality, also in lists and below other operators, takes the forms that the index knows.
func TestTheIndexAnswersEquality(t *testing.T) {
	ready := hub.ConditionIs{Type: "Ready", Status: "True"}
	dev := hub.LabelIs{Key: "environment", Value: "dev"}
	for search, want := range map[string]hub.Filter{
		"name = 'x'":                                       hub.NameIs("x"),
		"name in ('x', 'y')":                               hub.Or{hub.NameIs("x"), hub.NameIs("y")},
		"name in ()":                                       hub.Or{},
		"name != 'x'":                                      hub.Not{Filter: hub.NameIs("x")},
		"labels.environment = 'dev'":                       dev,
		"labels.environment in ['dev', 'x']":               hub.Or{dev, hub.LabelIs{Key: "environment", Value: "x"}},
		"labels.environment not in ['dev']":                hub.Not{Filter: hub.Or{dev}},
		"status.conditions.Ready = 'True'":                 ready,
		"status.conditions.Reconciled = 'True'":            ready,
		"status.conditions.LastKnownReconciled <> 'False'": hub.Not{Filter: hub.ConditionIs{Type: "Available", Status: "False"}},
		"status.conditions.Ready in ('True','Unknown')":    hub.Or{ready, hub.ConditionIs{Type: "Ready", Status: "Unknown"}},
		"not (status.conditions.Ready = 'True' and labels.environment = 'dev' or name = 'x')": hub.Not{Filter: hub.Or{hub.And{ready, dev}, hub.NameIs("x")}},
	} {
		filter, err := parseSearch(url.Values{"search": {search}})
		if err != nil {
			t.Errorf("%s: %v", search, err)
			continue
		}
		if diff := cmp.Diff(want, filter); diff != "" {
			t.Errorf("%s (-want +got):\n%s", search, diff)
		}
	}
}

func TestSearchesRefuse(t *testing.T) {
	for search, want := range map[string]string{
		"foo='x'":                            "search: position 1: unknown field foo.",
		"Name='x'":                           "search: position 1: unknown field Name.",
		"status='x'":                         "search: position 1: unknown field status.",
		"spec='x'":                           "search: position 1: unknown field spec.",
		"labels='x'":                         "search: position 1: unknown field labels.",
		"labels.='x'":                        "search: position 1: unknown field labels..",
		"spec.='x'":                          "search: position 1: unknown field spec..",
		"spec.a..b='x'":                      "search: position 1: unknown field spec.a..b.",
		"spec.a/b='x'":                       "search: position 1: unknown field spec.a/b.",
		"name.x='x'":                         "search: position 1: unknown field name.x.",
		"owner_references.id='x'":            "search: position 1: unknown field owner_references.id.",
		"resource_version='x'":               "search: position 1: unknown field resource_version.",
		"status.conditions='x'":              "search: position 1: unknown field status.conditions.",
		"status.conditions.='True'":          "search: position 1: unknown field status.conditions..",
		"status.conditions.ready='True'":     "search: position 1: unknown field status.conditions.ready.",
		"status.conditions.Re_ady='True'":    "search: position 1: unknown field status.conditions.Re_ady.",
		"status.conditions.Ready.reason='x'": "search: position 1: unknown field status.conditions.Ready.reason.",
		"status.conditions.Ready.='x'":       "search: position 1: unknown field status.conditions.Ready..",
		"status.conditions.Ready.last_updated_time.x='x'": "search: position 1: unknown field status.conditions.Ready.last_updated_time.x.",
		"status.conditions.Ready='true'":                  "search: position 25: status.conditions.Ready is one of 'True', 'False', 'Unknown'.",
		"status.conditions.Ready=true":                    "search: position 25: status.conditions.Ready is one of 'True', 'False', 'Unknown'.",
		"status.conditions.Nothing='x'":                   "search: position 27: status.conditions.Nothing is one of 'True', 'False', 'Unknown'.",
		"status.conditions.Ready in ('True','')":          "search: position 36: status.conditions.Ready is one of 'True', 'False', 'Unknown'.",
		"status.conditions.Ready like 'T%'":               "search: position 1: status.conditions.Ready cannot be compared with like.",
		"status.conditions.Ready > 'False'":               "search: position 1: status.conditions.Ready cannot be compared with >.",
		"status.conditions.Ready.observed_generation='x'": "search: position 45: status.conditions.Ready.observed_generation wants an integer.",
		"status.conditions.Ready.last_updated_time=5":     "search: position 43: status.conditions.Ready.last_updated_time wants an RFC 3339 time.",
		"name=5":                    "search: position 6: name wants a string in quotes.",
		"labels.a=5":                "search: position 10: labels.a wants a string in quotes.",
		"generation='many'":         "search: position 12: generation wants an integer.",
		"generation like '2'":       "search: position 1: generation cannot be compared with like.",
		"deleted_time='yesterday'":  "search: position 14: deleted_time wants an RFC 3339 time.",
		"created_time like '2026%'": "search: position 1: created_time cannot be compared with like.",
		"name ~= '^a'":              "search: position 6: regular expressions are not supported.",
		"name='a' and":              "search: position 13: expected a field, found the end.",
		"name='a":                   "search: position 6: this string has no end.",
		"name='a' or foo=1":         "search: position 13: unknown field foo.",
	} {
		filter, err := parseSearch(url.Values{"search": {search}})
		refused, ok := errors.AsType[badRequest](err)
		if !ok {
			t.Errorf("%s: got %v, %v; want a bad request", search, filter, err)
			continue
		}
		if diff := cmp.Diff(want, string(refused)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", search, diff)
		}
	}
}

// BenchmarkSearch evaluates one search on one record.
func BenchmarkSearch(b *testing.B) {
	record := sampleRecord(fleetv1.KindCluster, func(r *hub.Record) { r.Object.CreationTimestamp = metav1.NewTime(time.Unix(0, 0)) })
	for _, search := range []string{
		"labels.environment='prod' and status.conditions.Ready='True'",
		"id='20000000000000000000000000'",
		"id like '%x'",
		"updated_by like 'admin%'",
		"spec.platform.type='aws'",
		"spec.nodes between 30 and 100",
		"updated_time > '2027-01-01T00:00:00Z'",
	} {
		filter, err := parseSearch(url.Values{"search": {search}})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(search, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				filter.Match(record)
			}
		})
	}
}
