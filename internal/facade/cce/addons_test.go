package cce

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/member"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/phase"
)

// guide is the body of the published example of an installation.
const guide = `{
  "kind" : "Addon",
  "apiVersion" : "v3",
  "metadata" : {
    "annotations" : {
      "addon.install/type" : "install"
    }
  },
  "spec" : {
    "addonTemplateName" : "npd",
    "clusterID" : "7fd16832-e9c1-11ea-a67b-0255ac10043d",
    "values" : {
      "basic" : {
        "rbac_enabled" : true,
        "swr_addr" : "100.125.6.246:20202",
        "swr_user" : "hwofficial"
      }
    },
    "version" : "1.13.5"
  }
}`

// TestGuide is the published example, with the whole answer.
func TestGuide(t *testing.T) {
	h := newFakeHub()
	got := ask{method: "POST", path: "/addons", body: guide, agent: agentCurl, host: string(clusterID) + ".cce.example"}.do(t, h)
	want := `{"kind":"Addon","apiVersion":"v3",` +
		`"metadata":{"uid":"24b23108-55c0-11e9-926f-0255ac101a31","name":"npd","alias":"Node Problem Detector","annotations":{"addon.install/type":"install"},` +
		`"creationTimestamp":"2026-03-01T12:00:00Z","updateTimestamp":"2026-03-01T12:00:00Z"},` +
		`"spec":{"clusterID":"7fd16832-e9c1-11ea-a67b-0255ac10043d","version":"1.13.5","addonTemplateName":"npd","addonTemplateType":"helm",` +
		`"addonTemplateLogo":"https://logo.example/npd.png","addonTemplateLabels":["Monitoring"],"description":"Finds ill nodes.",` +
		`"values":{"basic":{"rbac_enabled":true,"swr_addr":"100.125.6.246:20202","swr_user":"hwofficial"}}},` +
		`"status":{"status":"installing","Reason":"","message":"","targetVersions":["1.14.0"],"isRollbackable":false,` +
		`"currentVersion":{"version":"1.13.5","input":{"basic":{},"parameters":{}},"stable":true,"translate":{},` +
		`"creationTimestamp":"2018-10-23T13:14:55Z","updateTimestamp":"2018-10-23T13:14:55Z"}}}`
	if diff := cmp.Diff(want, got.text); diff != "" || got.status != http.StatusOK {
		t.Errorf("%d %s", got.status, diff)
	}
	wish := hub.NewAddon{
		Cluster: hub.Ref{Kind: fleetv1.KindCluster, ID: clusterID}, Template: "npd", Version: "1.13.5", Instance: "npd",
		Params:     []byte(`{"rbac_enabled":true,"swr_addr":"100.125.6.246:20202","swr_user":"hwofficial"}`),
		Extensions: &fleetv1.Extensions{CCE: raw(string(member.Compact([]byte(guide))))},
	}
	if diff := cmp.Diff(wish, h.made); diff != "" {
		t.Error(diff)
	}
}

// body is a request with a metadata object and the members of a spec.
func body(metadata, spec string) string {
	return `{"kind":"Addon","apiVersion":"v3","metadata":` + metadata + `,"spec":{"clusterID":"prod","addonTemplateName":"npd",` + spec + `}}`
}

// TestInstall is what a wish for an add-on becomes.
func TestInstall(t *testing.T) {
	for name, row := range map[string]struct {
		body, agent               string
		status                    int
		instance, version, params string
	}{
		"201 for the Go SDK":      {body(`{}`, `"version":"1.14.0","values":{}`), agentGolang, 201, "npd", "1.14.0", `{}`},
		"200 for the other SDK":   {body(`{}`, `"version":"1.14.0","values":{}`), agentUSDK, 200, "npd", "1.14.0", `{}`},
		"a name":                  {body(`{"name":"my-npd"}`, `"version":"1.14.0","values":{}`), "", 200, "my-npd", "1.14.0", `{}`},
		"an empty name":           {body(`{"name":""}`, `"version":"1.14.0","values":{}`), "", 200, "npd", "1.14.0", `{}`},
		"no version":              {body(`{}`, `"values":{}`), "", 200, "npd", "1.14.0", `{}`},
		"an empty version":        {body(`{}`, `"version":"","values":{}`), "", 200, "npd", "1.14.0", `{}`},
		"what is ignored":         {body(`{"uid":7,"labels":[],"updateTimestamp":{},"creationTimestamp":true}`, `"version":"1.14.0","values":{},"more":1`), "", 200, "npd", "1.14.0", `{}`},
		"texts as the schema":     {body(`{}`, `"version":"1.14.0","values":{"basic":{"rbac_enabled":"true","swr_addr":"1"},"custom":{"replicas":"2"}}`), "", 200, "npd", "1.14.0", `{"rbac_enabled":true,"replicas":2,"swr_addr":"1"}`},
		"nulls":                   {body(`{"name":null,"annotations":null}`, `"version":null,"values":{"basic":null,"custom":{"replicas":null,"auth":{"user":null}},"flavor":null}`), "", 200, "npd", "1.14.0", `{"auth":{}}`},
		"secrets go to the hub":   {body(`{}`, `"version":"1.14.0","values":{"basic":{"token":"s3cret","auth":{"password":"s3cret","user":"u"}}}`), "", 200, "npd", "1.14.0", `{"auth":{"password":"s3cret","user":"u"},"token":"s3cret"}`},
		"an annotation of others": {body(`{"annotations":{"addon.install/type":"install","x":"y"}}`, `"version":"1.14.0","values":{}`), "", 200, "npd", "1.14.0", `{}`},
	} {
		t.Run(name, func(t *testing.T) {
			h := newFakeHub()
			got := ask{method: "POST", path: "/addons", body: row.body, agent: row.agent}.do(t, h)
			if got.status != row.status {
				t.Fatalf("%d %s", got.status, got.text)
			}
			if h.made.Instance != row.instance || h.made.Version != row.version || string(h.made.Params) != row.params {
				t.Errorf("got %s, %s, %s", h.made.Instance, h.made.Version, h.made.Params)
			}
			if kept := string(h.made.Extensions.CCE.Raw); strings.Contains(kept, "s3cret") || strings.Contains(got.text, "s3cret") || strings.Contains(kept, "null") {
				t.Errorf("kept %s\nanswered %s", kept, got.text)
			}
		})
	}
}

// A cluster decides which version is the newest.
func TestNewestForTheCluster(t *testing.T) {
	h := newFakeHub()
	h.clusters[0].Cluster.Status.KubernetesVersion = "v1.29.4"
	if got := (ask{method: "POST", path: "/addons", body: body(`{}`, `"values":{}`)}).do(t, h); got.status != 200 || h.made.Version != "1.13.5" {
		t.Errorf("got %s: %s", h.made.Version, got.text)
	}
}

// TestSecretsStandAnywhere holds that no place of a secret is kept or answered.
func TestSecretsStandAnywhere(t *testing.T) {
	for _, values := range []string{
		`{"basic":{"token":"s3cret","auth":{"password":"s3cret"}},"custom":{"auth":{"user":"u"}}}`,
		`{"custom":{"token":"s3cret"}}`, `{"token":"s3cret"}`, `{"auth":{"password":"s3cret","user":"u"}}`,
		`{"basic":{"auth":{"password":{"deep":"s3cret"}}}}`, `{"basic":{"to\u006ben":"s3cret"}}`,
	} {
		h := newFakeHub()
		got := ask{method: "POST", path: "/addons", body: body(`{}`, `"version":"1.14.0","values":`+values)}.do(t, h)
		read := ask{method: "GET", path: "/addons/" + string(addonID)}.do(t, h)
		if got.status != 200 || strings.Contains(got.text+read.text+string(h.made.Extensions.CCE.Raw), "s3cret") || !strings.Contains(string(h.made.Params), "s3cret") {
			t.Errorf("%s: answered %s\nkept %s", values, got.text, h.made.Extensions.CCE.Raw)
		}
	}
}

// A secret that somebody put into spec.params, or among the defaults, is not answered either.
func TestSecretsOfOthers(t *testing.T) {
	h := newFakeHub()
	h.addons[0].Object.Spec.Params = raw(`{"swr_user":"u","token":"s3cret"}`)
	h.addons[0].Object.Spec.Version, h.addons[0].Object.Status.CurrentVersion = "1.14.0", "1.14.0"
	got := ask{method: "GET", path: "/addons/" + string(addonID)}.do(t, h)
	if diff := cmp.Diff(map[string]any{"basic": map[string]any{"swr_user": "u"}}, got.at("spec/values")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]any{"replicas": 1.0}, got.at("status/currentVersion/input/basic")); diff != "" {
		t.Error(diff)
	}
	// Where the version is gone nobody can tell what is a secret: only what was sent as values is shown.
	h.addons[0].Object.Spec.Version = "0.9.0"
	got = ask{method: "GET", path: "/addons/" + string(addonID)}.do(t, h)
	if diff := cmp.Diff(map[string]any{"basic": map[string]any{}}, got.at("spec/values")); diff != "" {
		t.Error(diff)
	}
	h.addons[0].Object.Spec.Extensions = &fleetv1.Extensions{CCE: raw(`{"spec":{"values":{"custom":{"swr_user":"old"}}}}`)}
	got = ask{method: "GET", path: "/addons/" + string(addonID)}.do(t, h)
	if diff := cmp.Diff(map[string]any{"custom": map[string]any{"swr_user": "u"}}, got.at("spec/values")); diff != "" {
		t.Error(diff)
	}
}

// TestEditOfParams holds that a change by kubectl shows, where it stands.
func TestEditOfParams(t *testing.T) {
	h := newFakeHub()
	ask{method: "POST", path: "/addons", body: body(`{}`, `"version":"1.14.0","values":{"custom":{"replicas":"2"},"basic":{"swr_user":"u"}}`)}.do(t, h)
	h.addons[0].Object.Spec.Params = raw(`{"replicas":3,"swr_user":"u","rbac_enabled":true}`)
	got := ask{method: "GET", path: "/addons/" + string(addonID)}.do(t, h)
	if want := `"values":{"custom":{"replicas":3},"basic":{"swr_user":"u","rbac_enabled":true}}`; !strings.Contains(got.text, want) {
		t.Errorf("got %s", got.text)
	}
}

// TestUpgrade is what a PUT becomes.
func TestUpgrade(t *testing.T) {
	upgrade := func(metadata, version, values string) string {
		return body(metadata, `"version":"`+version+`","values":`+values)
	}
	for name, row := range map[string]struct {
		body   string
		status int
		params string
	}{
		"all values are replaced":       {upgrade(`{"annotations":{"addon.upgrade/type":"upgrade"}}`, "1.14.0", `{"basic":{},"custom":{"replicas":3}}`), 200, `{"replicas":3}`},
		"values only":                   {upgrade(`{"annotations":{"addon.upgrade/type":"patch"}}`, "1.13.5", `{"basic":{"swr_user":"u"}}`), 200, `{"swr_user":"u"}`},
		"without an annotation":         {upgrade(`{}`, "1.14.0", `{}`), 200, `{}`},
		"the name is ignored":           {upgrade(`{"name":"Not A Name"}`, "1.14.0", `{}`), 200, `{}`},
		"patch with a version":          {upgrade(`{"annotations":{"addon.upgrade/type":"patch"}}`, "1.14.0", `{}`), 400, ""},
		"another annotation value":      {upgrade(`{"annotations":{"addon.upgrade/type":"install"}}`, "1.14.0", `{}`), 400, ""},
		"another template":              {strings.Replace(upgrade(`{}`, "1.14.0", `{}`), `"npd"`, `"other"`, 1), 400, ""},
		"without a version":             {body(`{}`, `"values":{}`), 400, ""},
		"with an empty version":         {upgrade(`{}`, "", `{}`), 400, ""},
		"an annotation that is no text": {upgrade(`{"annotations":{"x":1}}`, "1.14.0", `{}`), 400, ""},
	} {
		t.Run(name, func(t *testing.T) {
			h := newFakeHub()
			got := ask{method: "PUT", path: "/addons/" + string(addonID), body: row.body, agent: agentGolang}.do(t, h)
			if got.status != row.status {
				t.Fatalf("%d %s", got.status, got.text)
			}
			if row.status != 200 {
				if h.writes > 0 {
					t.Error("it was written all the same")
				}
				return
			}
			if string(h.changed.Params) != row.params || got.at("status/status") != "upgrading" {
				t.Errorf("got %s, %s", h.changed.Params, got.text)
			}
			// The hub leaves alone what it is not given.
			if diff := cmp.Diff(&fleetv1.Extensions{CCE: h.changed.Extensions.CCE}, h.changed.Extensions); diff != "" || h.changed.Extensions.CCE == nil {
				t.Error("other dialects would lose what they keep:", diff)
			}
		})
	}
}

// TestRollback is how a rollback may be asked for.
func TestRollback(t *testing.T) {
	for text, want := range map[string]int{
		"": 200, `{}`: 200, `{"clusterID":"prod"}`: 200, `{"clusterID":""}`: 200, `{"clusterID":null,"x":1}`: 200,
		`{"clusterID":7}`: 400, `[]`: 400, `{`: 400, `{"clusterID":"nothing"}`: 404,
	} {
		h := newFakeHub()
		h.addons[0].Previous, h.addons[0].Rollbackable = "1.0.0", true
		got := ask{method: "POST", path: "/addons/" + string(addonID) + "/operation/rollback", body: text}.do(t, h)
		if got.status != want || (h.writes > 0) != (want == 200) {
			t.Errorf("%q: got %d after %d writes; want %d: %s", text, got.status, h.writes, want, got.text)
		}
		if want == 200 && (got.at("status/previousVersion") != "1.0.0" || got.at("status/isRollbackable") != true) {
			t.Errorf("got %s", got.text)
		}
	}
}

// TestDelete holds that a deletion answers with the add-on.
func TestDelete(t *testing.T) {
	for agent, want := range map[string]string{agentCurl: "running", agentUSDK: "deleting"} {
		got := ask{method: "DELETE", path: "/addons/" + string(addonID), agent: agent}.do(t, newFakeHub())
		if got.status != 200 || got.at("kind") != "Addon" || got.at("status/message") != "uninstalling" || got.at("status/status") != want {
			t.Errorf("%s: %d %s", agent, got.status, got.text)
		}
	}
}

// TestList is which add-ons are listed.
func TestList(t *testing.T) {
	h := newFakeHub()
	second := newAddon()
	second.Name, second.UID, second.Spec.TemplateName = "dns", otherID, "coredns"
	h.addons = append(h.addons, h.addonOf(second))
	for query, want := range map[string][]any{
		"?cluster_id=prod": {"npd", "dns"}, "?cluster_id=prod&addon_template_name=npd": {"npd"},
		"?cluster_id=prod&addon_template_name=Node%20Problem%20Detector": {"npd"},
		"?cluster_id=prod&addon_template_name=coredns":                   {"dns"},
		"?cluster_id=prod&addon_template_name=nothing":                   {}, "?cluster_id=edge": {},
	} {
		got := ask{method: "GET", path: "/addons" + query}.do(t, h)
		names := []any{}
		for _, item := range got.body["items"].([]any) {
			names = append(names, answer{body: item.(map[string]any)}.at("metadata/name"))
		}
		if diff := cmp.Diff(want, names); diff != "" {
			t.Error(query, diff)
		}
		if _, found := got.body["metadata"]; found || got.body["kind"] != "Addon" || got.body["apiVersion"] != "v3" {
			t.Errorf("%s: %s", query, got.text)
		}
	}
}

// TestShown is what an add-on shows where its objects say more, or less.
func TestShown(t *testing.T) {
	after := func(minutes time.Duration) metav1.Time { return metav1.NewTime(born.Add(minutes * time.Minute)) }
	for name, row := range map[string]struct {
		change func(a *hub.Addon)
		path   string
		want   any
	}{
		"an instance name":             {func(a *hub.Addon) { a.Instance = "mine" }, "metadata/name", "mine"},
		"no display name":              {func(a *hub.Addon) { a.Template.Spec.DisplayName = "" }, "metadata/alias", nil},
		"no annotations":               {func(*hub.Addon) {}, "metadata/annotations", nil},
		"never labels":                 {func(a *hub.Addon) { a.Object.Labels = map[string]string{"a": "b"} }, "metadata/labels", nil},
		"the newest transition":        {func(*hub.Addon) {}, "metadata/updateTimestamp", "2026-03-01T12:01:00Z"},
		"the newest entry":             {func(a *hub.Addon) { a.Object.Status.History = []fleetv1.AddonHistoryEntry{{DeployedTime: after(5)}} }, "metadata/updateTimestamp", "2026-03-01T12:05:00Z"},
		"nothing before the creation":  {func(a *hub.Addon) { a.Object.Status.Conditions[0].LastTransitionTime = after(-5) }, "metadata/updateTimestamp", "2026-03-01T12:00:00Z"},
		"no type":                      {func(a *hub.Addon) { a.Template.Spec.Type = "" }, "spec/addonTemplateType", "helm"},
		"static":                       {func(a *hub.Addon) { a.Template.Spec.Type = "static" }, "spec/addonTemplateType", "static"},
		"a logo that is too long":      {func(a *hub.Addon) { a.Template.Spec.LogoURL = "https://" + strings.Repeat("x", 200) }, "spec/addonTemplateLogo", ""},
		"no labels":                    {func(a *hub.Addon) { a.Template.Spec.Labels = nil }, "spec/addonTemplateLabels", []any{}},
		"no params":                    {func(a *hub.Addon) { a.Object.Spec.Params = nil }, "spec/values", map[string]any{"basic": map[string]any{}}},
		"no targets":                   {func(a *hub.Addon) { a.Targets = nil }, "status/targetVersions", nil},
		"no previous version":          {func(*hub.Addon) {}, "status/previousVersion", nil},
		"not installed yet":            {func(a *hub.Addon) { a.Object.Status.CurrentVersion = "" }, "status/currentVersion/version", "1.13.5"},
		"on the way to a version":      {func(a *hub.Addon) { a.Object.Spec.Version = "1.14.0" }, "status/currentVersion/version", "1.13.5"},
		"a version that is gone":       {func(a *hub.Addon) { a.Object.Status.CurrentVersion = "1.0.0" }, "status/currentVersion/version", "1.0.0"},
		"a gone version is not stable": {func(a *hub.Addon) { a.Object.Status.CurrentVersion = "1.0.0" }, "status/currentVersion/stable", false},
		"a translation":                {func(a *hub.Addon) { a.Object.Status.CurrentVersion = "1.14.0" }, "status/currentVersion/translate/en_US/addon/description", "d"},
		"defaults":                     {func(a *hub.Addon) { a.Object.Status.CurrentVersion = "1.14.0" }, "status/currentVersion/input", map[string]any{"basic": map[string]any{"replicas": 1.0}, "parameters": map[string]any{}}},
		"never supportVersions":        {func(*hub.Addon) {}, "status/currentVersion/supportVersions", nil},
		"a template that is gone":      {func(a *hub.Addon) { a.Template = nil }, "status/currentVersion/version", "1.13.5"},
		"its description":              {func(a *hub.Addon) { a.Template = nil }, "spec/description", ""},
		"its time":                     {func(a *hub.Addon) { a.Template = nil }, "status/currentVersion/creationTimestamp", "2026-03-01T12:00:00Z"},
		"the cluster's id":             {func(*hub.Addon) {}, "spec/clusterID", string(clusterID)},
		"what runs is told by phase":   {func(a *hub.Addon) { a.Phase = phase.Unknown }, "status/status", "failed"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newFakeHub()
			row.change(h.addons[0])
			got := ask{method: "GET", path: "/addons/" + string(addonID)}.do(t, h)
			if diff := cmp.Diff(row.want, got.at(row.path)); diff != "" || got.status != 200 {
				t.Error(got.status, diff)
			}
		})
	}
}
