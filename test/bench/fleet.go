package main

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/utils/ptr"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/aggregate"
	"github.com/slipway-dev/slipway/internal/evaluate"
)

const (
	namespace    = "bench"
	platformName = "bench"
	clientName   = "client"
)

// adapters are those that the Platform requires: two, as in the worked example of the contract.
var adapters = []string{"dns", "validation"}

// manifests are the tenant, its Platform and its client. The heartbeat period is longer than a run, so that what the rows
// repeat counts as repeated. The CRDs set the Platform's other fields.
const manifests = `
apiVersion: v1
kind: Namespace
metadata: {name: bench}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: slipway-manager-tenant, namespace: bench}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: slipway-manager-tenant}
subjects: [{kind: ServiceAccount, name: slipway-manager, namespace: slipway-system}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: slipway-apiserver-tenant, namespace: bench}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: slipway-apiserver-tenant}
subjects: [{kind: ServiceAccount, name: slipway-apiserver, namespace: slipway-system}]
---
apiVersion: fleet.slipway.dev/v1alpha1
kind: Platform
metadata:
  name: bench
  annotations: {fleet.slipway.dev/is-default: "true"}
spec:
  requiredAdapters: {cluster: [dns, validation], nodePool: [dns]}
  heartbeatPeriod: 2h
  operationDeadline: 24h
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: client, namespace: bench}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: viewer, namespace: bench}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: slipway-viewer}
subjects: [{kind: Group, name: "system:serviceaccounts:bench"}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: editor, namespace: bench}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: slipway-editor}
subjects: [{kind: Group, name: "system:serviceaccounts:bench"}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reporter, namespace: bench}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: slipway-reporter}
subjects: [{kind: Group, name: "system:serviceaccounts:bench"}]
`

// fleet is what there should be.
type fleet struct {
	members []*member
	// begun is when the reports of the beginning were made.
	begun time.Time
}

// member is one Cluster with its reports, as they should be stored.
type member struct {
	object  *fleetv1.Cluster
	reports map[string]*fleetv1.AdapterStatus
}

func newFleet(clusters int) *fleet {
	f := &fleet{begun: time.Now().UTC().Truncate(time.Second)}
	for i := range clusters {
		f.members = append(f.members, &member{object: newCluster(fmt.Sprintf("cluster-%05d", i), i)})
	}
	return f
}

// member returns a member, each in its turn: numbers that follow each other are far apart in the fleet.
func (f *fleet) member(n int) *member {
	stride := 7919 // a prime, so that every member has its turn; unless it divides their number
	if len(f.members)%stride == 0 {
		stride = 7907
	}
	return f.members[n*stride%len(f.members)]
}

// newCluster returns a Cluster as a user with a middling configuration wishes it. A third of all is in production, a hundredth in
// each shard.
func newCluster(name string, i int) *fleetv1.Cluster {
	return &fleetv1.Cluster{
		TypeMeta: metav1.TypeMeta{APIVersion: fleetv1.SchemeGroupVersion.String(), Kind: fleetv1.KindCluster},
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, Labels: map[string]string{
			"environment": []string{"production", "staging", "dev"}[i%3],
			"region":      fmt.Sprintf("region-%d", i%10),
			"shard":       fmt.Sprint(i % 100),
			"team":        fmt.Sprintf("team-%d", i%250),
		}},
		Spec: fleetv1.ClusterSpec{PlatformName: platformName, Parameters: &runtime.RawExtension{Raw: parameters(i)}},
	}
}

// parameters is a JSON object of some 350 bytes.
func parameters(i int) []byte {
	return fmt.Appendf(nil, `{"platform":{"type":"gcp","gcp":{"projectID":"project-%d","region":"europe-west%d","zone":"europe-west%d-a"}},`+
		`"release":{"version":"4.17.%d","channel":"stable"},"networking":{"clusterNetwork":"10.128.0.0/14","serviceNetwork":"172.30.0.0/16",`+
		`"machineNetwork":"10.%d.0.0/16"},"nodes":%d,"features":["autoscaling","monitoring","backup"]}`, i, i%9, i%9, i%30, i%250, 3+i%20)
}

// newReportOf returns a report of an adapter at a time.
func newReportOf(adapter string, available bool, generation int64, at time.Time) *fleetv1.Report {
	status, reason, message := metav1.ConditionTrue, "Done", "The work of "+adapter+" is done"
	if !available {
		status, reason, message = metav1.ConditionFalse, "Working", "The work of "+adapter+" goes on"
	}
	when := metav1.NewMicroTime(at.UTC().Truncate(time.Microsecond))
	condition := func(name string, status metav1.ConditionStatus, reason, message string) fleetv1.ReportCondition {
		return fleetv1.ReportCondition{Type: name, Status: status, Reason: reason, Message: message, LastTransitionTime: &when}
	}
	return &fleetv1.Report{
		ObservedGeneration: generation, ObservedTime: when, CreatedTime: &when,
		Conditions: []fleetv1.ReportCondition{
			condition(fleetv1.ReportAvailable, status, reason, message),
			condition(fleetv1.ReportApplied, metav1.ConditionTrue, "ManifestsApplied", "All manifests are applied"),
			condition(fleetv1.ReportHealth, metav1.ConditionTrue, "OperationsCompleted", "The adapter works"),
		},
		Data: &runtime.RawExtension{Raw: fmt.Appendf(nil, `{"job":"%s-job","sequence":"%d"}`, adapter, at.UnixMicro())},
	}
}

// wire returns a report as a REST client sends it.
func wire(adapter string, report *fleetv1.Report) []byte {
	type condition struct {
		Type    string                 `json:"type"`
		Status  metav1.ConditionStatus `json:"status"`
		Reason  string                 `json:"reason"`
		Message string                 `json:"message"`
	}
	body := struct {
		Adapter            string          `json:"adapter"`
		ObservedGeneration int64           `json:"observed_generation"`
		ObservedTime       time.Time       `json:"observed_time"`
		Conditions         []condition     `json:"conditions"`
		Data               json.RawMessage `json:"data"`
	}{Adapter: adapter, ObservedGeneration: report.ObservedGeneration, ObservedTime: report.ObservedTime.Time, Data: report.Data.Raw}
	for _, c := range report.Conditions {
		body.Conditions = append(body.Conditions, condition{c.Type, c.Status, c.Reason, c.Message})
	}
	content, err := json.Marshal(body)
	if err != nil {
		panic(fmt.Sprintf("encoding a report: %v", err)) // data is JSON that we made
	}
	return content
}

// status returns the status that follows from the member's reports.
func (m *member) status(now time.Time) fleetv1.ClusterStatus {
	in := evaluate.Cluster{
		Object: m.object,
		Platforms: []fleetv1.Platform{{ObjectMeta: metav1.ObjectMeta{Name: platformName}, Spec: fleetv1.PlatformSpec{
			RequiredAdapters:  fleetv1.RequiredAdapters{Cluster: adapters},
			OperationDeadline: ptr.To(metav1.Duration{Duration: 24 * time.Hour}),
		}}},
	}
	for _, adapter := range adapters {
		if stored := m.reports[adapter]; stored != nil {
			in.Reports = append(in.Reports, aggregate.AdapterReport{Adapter: adapter, Report: stored.Report})
		}
	}
	status, _ := in.Status(metav1.NewTime(now))
	return status
}

// id returns the id by which HyperFleet clients know the member.
func (m *member) id() string {
	number, ok := new(big.Int).SetString(strings.ReplaceAll(m.object.Labels[fleetv1.LabelID], "-", ""), 16)
	if !ok {
		panic(fmt.Sprintf("%s has no id", m.object.Name)) // seed gave it one
	}
	text := number.Text(36)
	return "2" + strings.Repeat("0", 25-len(text)) + text
}

func (m *member) path() string { return base + "/clusters/" + m.id() }

// base is where the dialect is served that the rows use.
const base = "/api/hyperfleet/v1"

// Paths of the kube-apiserver.
const (
	apiPath      = "/apis/fleet.slipway.dev/v1alpha1/namespaces/" + namespace
	clustersPath = apiPath + "/clusters"
	reportsPath  = apiPath + "/adapterstatuses"
)

func accountsOf(namespace string) string {
	return "/api/v1/namespaces/" + namespace + "/serviceaccounts"
}
