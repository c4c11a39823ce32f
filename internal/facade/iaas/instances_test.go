package iaas

import (
	"cmp"
	"net/http"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/phase"
)

const (
	deployed = `{"name":"jupyterhub-x7k2","addon_type":"jupyterhub","status":"deployed","version":"3.3.8","cluster_id":"abc-123",` +
		`"info":{"web_ui":"http://10.96.14.5:80"},"message":null,"created_at":"` + stamp + `","updated_at":"2026-02-11T14:32:15Z"}`
	noCluster404 = `{"detail":"Cluster not found"}`
	noAddon404   = `{"detail":"Add-on not found"}`
)

// settled is a hub whose add-on was ready after a while, and tells its address.
func settled() *fakeHub {
	h := newFakeHub()
	h.condition(fleetv1.ConditionReady, "ReleaseReady", "", 2*time.Minute+15*time.Second)
	h.condition(fleetv1.ConditionInstalled, "Installed", "", time.Minute)
	h.addons[0].Object.Status.Outputs = map[string]string{"web_ui": "http://10.96.14.5:80"}
	return h
}

func TestOneAddonAsPublished(t *testing.T) {
	answered(t, ask(t, server(t, settled()), http.MethodGet, addonsOfCluster+"/jupyterhub-x7k2", ""), http.StatusOK, deployed)
}

func TestAddonsAndClustersAreNamedInTwoWays(t *testing.T) {
	for name, path := range map[string]string{
		"add-on by id":     addonsOfCluster + "/" + string(addonID),
		"a trailing slash": addonsOfCluster + "/jupyterhub-x7k2/",
	} {
		t.Run(name, func(t *testing.T) {
			answered(t, ask(t, server(t, settled()), http.MethodGet, path, ""), http.StatusOK, deployed)
		})
	}
	h := newFakeHub()
	w := ask(t, server(t, h), http.MethodGet, "/clusters/"+string(clusterID)+"/addons/jupyterhub-x7k2", "")
	answered(t, w, http.StatusOK, `{"name":"jupyterhub-x7k2","addon_type":"jupyterhub","status":"deployed","version":"3.3.8","cluster_id":"`+
		string(clusterID)+`","info":{},"message":null,"created_at":"`+stamp+`","updated_at":"`+stamp+`"}`)
}

func TestListOfAddons(t *testing.T) {
	answered(t, ask(t, server(t, settled()), http.MethodGet, addonsOfCluster, ""), http.StatusOK, "["+deployed+"]")
	answered(t, ask(t, server(t, settled()), http.MethodGet, addonsOfCluster+"/?page=2&size=1", ""), http.StatusOK, "["+deployed+"]")
	answered(t, ask(t, server(t, &fakeHub{cluster: newFakeHub().cluster}), http.MethodGet, addonsOfCluster, ""), http.StatusOK, "[]")
}

func TestUninstall(t *testing.T) {
	h := newFakeHub()
	handler := server(t, h)
	for range 2 {
		w := ask(t, handler, http.MethodDelete, addonsOfCluster+"/jupyterhub-x7k2", "")
		answered(t, w, http.StatusAccepted, "")
		if w.Header().Get("Content-Length") != "0" {
			t.Errorf("headers %v", w.Header())
		}
	}
	if len(h.deleted) != 2 || h.deleted[0].Name != "jupyterhub-x7k2" || h.deleted[0].Cluster.Name != "abc-123" {
		t.Errorf("deleted %+v", h.deleted)
	}
}

// TestWhatIsNotThere tells an unknown cluster from an unknown add-on; what is foreign is unknown.
func TestWhatIsNotThere(t *testing.T) {
	for name, test := range map[string]struct{ method, path, project, body string }{
		"list of no cluster":         {http.MethodGet, "/clusters/none/addons", "", noCluster404},
		"add-on of no cluster":       {http.MethodGet, "/clusters/none/addons/jupyterhub-x7k2", "", noCluster404},
		"deletion on no cluster":     {http.MethodDelete, "/clusters/none/addons/jupyterhub-x7k2", "", noCluster404},
		"installation on no cluster": {http.MethodPost, "/clusters/none/addons", "", noCluster404},
		"no add-on":                  {http.MethodGet, addonsOfCluster + "/none", "", noAddon404},
		"no add-on of that id":       {http.MethodGet, addonsOfCluster + "/" + string(clusterID), "", noAddon404},
		"deletion of no add-on":      {http.MethodDelete, addonsOfCluster + "/none", "", noAddon404},
		"a foreign cluster":          {http.MethodGet, addonsOfCluster, "other", noCluster404},
		"a foreign add-on":           {http.MethodDelete, addonsOfCluster + "/jupyterhub-x7k2", "other", noCluster404},
		"installation elsewhere":     {http.MethodPost, addonsOfCluster, "other", noCluster404},
	} {
		t.Run(name, func(t *testing.T) {
			w := ask(t, server(t, newFakeHub()), test.method, test.path, `{"addon":"none"}`, "X-Project-Id", cmp.Or(test.project, tenant))
			answered(t, w, http.StatusNotFound, test.body)
		})
	}
}

// TestStatus goes through the table of status words.
func TestStatus(t *testing.T) {
	const stalled, ready = "stalled for a reason", "not ready for a reason"
	uninstalling := messageUninstalling
	text := func(s string) *string { return &s }
	type row struct {
		at, undeleted phase.Phase
		status        string
		message       *string
	}
	tests := map[string]row{
		"uninstalling while pending":  {phase.Deleting, phase.Installing, statusPending, &uninstalling},
		"uninstalling while deployed": {phase.Deleting, phase.Running, statusDeployed, &uninstalling},
		"uninstalling while failed":   {phase.Deleting, phase.InstallFailed, statusFailed, &uninstalling},
		"a deletion that failed":      {phase.DeleteFailed, phase.Running, statusFailed, text(stalled)},
		"a phase that nobody foresaw": {"Odd", "Odd", statusFailed, text(stalled)},
		string(phase.InstallFailed):   {phase.InstallFailed, "", statusFailed, text(stalled)},
		string(phase.UpgradeFailed):   {phase.UpgradeFailed, "", statusFailed, text(stalled)},
		string(phase.RollbackFailed):  {phase.RollbackFailed, "", statusFailed, text(stalled)},
		string(phase.Degraded):        {phase.Degraded, "", statusFailed, text(ready)},
		string(phase.Unknown):         {phase.Unknown, "", statusFailed, text(ready)},
		string(phase.Pending):         {phase.Pending, "", statusPending, nil},
		string(phase.Installing):      {phase.Installing, "", statusPending, nil},
		string(phase.Running):         {phase.Running, "", statusDeployed, nil},
		string(phase.Partial):         {phase.Partial, "", statusDeployed, nil},
		string(phase.Upgrading):       {phase.Upgrading, "", statusDeployed, nil},
		string(phase.RollingBack):     {phase.RollingBack, "", statusDeployed, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := newFakeHub()
			h.condition(fleetv1.ConditionStalled, "SomeReason", stalled, 0)
			h.condition(fleetv1.ConditionReady, "OtherReason", ready, 0)
			h.addons[0].Phase, h.addons[0].Undeleted = test.at, test.undeleted
			shown := shownInstance(h.addons[0], "abc-123")
			if shown.Status != test.status || (shown.Message == nil) != (test.message == nil) ||
				shown.Message != nil && *shown.Message != *test.message {
				t.Errorf("shown %+v", shown)
			}
			if (shown.Info != nil) != (test.status == statusDeployed) {
				t.Errorf("info is %v while the status is %s", shown.Info, shown.Status)
			}
		})
	}
}

func TestAFailureAlwaysSaysSomething(t *testing.T) {
	h := newFakeHub()
	h.addons[0].Phase = phase.InstallFailed
	if got := shownInstance(h.addons[0], ""); got.Message == nil || *got.Message != "InstallFailed" {
		t.Errorf("without conditions: %v", got.Message)
	}
	h.condition(fleetv1.ConditionStalled, "SomeReason", "", 0)
	if got := shownInstance(h.addons[0], ""); got.Message == nil || *got.Message != "SomeReason" {
		t.Errorf("with a reason only: %v", got.Message)
	}
}

func TestInfoHoldsNoSecrets(t *testing.T) {
	h := newFakeHub()
	template := jupyterhub()
	template.Spec.Versions[1].Outputs = []fleetv1.AddonOutput{
		{Name: "web_ui", Service: &fleetv1.ServiceOutput{}}, {Name: "password", SecretKey: &fleetv1.SecretKeyOutput{}},
	}
	h.addons[0].Template = template
	h.addons[0].Object.Status.Outputs = map[string]string{"web_ui": "http://10.96.14.5:80", "password": "jupyterhub/admin/password"}
	info := *shownInstance(h.addons[0], "").Info
	if len(info) != 1 || info["web_ui"] == "" {
		t.Errorf("info is %v", info)
	}
	h.addons[0].Object.Spec.Version, h.addons[0].Object.Status.CurrentVersion = "3.3.9", "3.3.8"
	if info := *shownInstance(h.addons[0], "").Info; len(info) != 1 {
		t.Errorf("info of the version before is %v", info)
	}
	if len(h.addons[0].Object.Status.Outputs) != 2 {
		t.Error("the hub's own object was changed")
	}
}

func TestTimesAreInUTCAndWholeSeconds(t *testing.T) {
	h := newFakeHub()
	zone := time.FixedZone("", 3600)
	h.addons[0].Object.CreationTimestamp = metav1.NewTime(time.Date(2026, 2, 11, 15, 30, 0, 999, zone))
	h.condition(fleetv1.ConditionReady, "Reason", "", -time.Hour)
	shown := shownInstance(h.addons[0], "")
	if !shown.CreatedAt.Equal(born.Time) || !shown.UpdatedAt.Equal(born.Time) || shown.CreatedAt.Location() != time.UTC {
		t.Errorf("shown %v and %v", shown.CreatedAt, shown.UpdatedAt)
	}
}

// TestErrorsOfTheHub shows no internals.
func TestErrorsOfTheHub(t *testing.T) {
	for reason, want := range map[hub.Reason]struct {
		status int
		body   string
	}{
		hub.Forbidden:       {http.StatusForbidden, `{"detail":"Not permitted"}`},
		hub.WrongState:      {http.StatusBadRequest, `{"detail":"cluster is not ready"}`},
		hub.TooManyRequests: {http.StatusTooManyRequests, `{"detail":"Too many requests"}`},
		hub.TooLarge:        {http.StatusRequestEntityTooLarge, `{"detail":"The body may have 1 MiB at most"}`},
		hub.Unavailable:     {http.StatusInternalServerError, `{"detail":"Internal Server Error"}`},
		hub.Timeout:         {http.StatusInternalServerError, `{"detail":"Internal Server Error"}`},
		hub.Internal:        {http.StatusInternalServerError, `{"detail":"Internal Server Error"}`},
	} {
		t.Run(string(reason), func(t *testing.T) {
			h := newFakeHub()
			h.fail = &hub.Error{Reason: reason, Message: "etcd-7 is on fire", RetryAfter: 1500 * time.Millisecond}
			w := ask(t, server(t, h), http.MethodPost, addonsOfCluster, `{"addon":"kuberay"}`)
			answered(t, w, want.status, want.body)
			if got := w.Header().Get("Retry-After"); reason == hub.TooManyRequests && got != "2" {
				t.Errorf("Retry-After is %q", got)
			}
			for _, route := range []string{http.MethodGet, http.MethodDelete} {
				answered(t, ask(t, server(t, h), route, addonsOfCluster+"/jupyterhub-x7k2", ""), want.status, want.body)
			}
		})
	}
}

func TestTheClusterCannotBeRead(t *testing.T) {
	h := newFakeHub()
	h.fail, h.failGet = notFound, &hub.Error{Reason: hub.Unavailable, Message: "etcd-7 is on fire"}
	answered(t, ask(t, server(t, h), http.MethodGet, addonsOfCluster+"/x", ""), http.StatusInternalServerError, `{"detail":"Internal Server Error"}`)
}
