package clients

import (
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"

	golangsdk "github.com/opentelekomcloud/gophertelekomcloud"
	"github.com/opentelekomcloud/gophertelekomcloud/openstack/cce/v3/addons"
)

// openTelekom returns a client of gophertelekomcloud that says who it is by a token.
func openTelekom(t testing.TB, token string) *golangsdk.ServiceClient {
	t.Helper()
	return &golangsdk.ServiceClient{
		ProviderClient: &golangsdk.ProviderClient{TokenID: token, HTTPClient: http.Client{Transport: transport(t)}},
		Endpoint:       endpoint(t) + "/api/v3/",
	}
}

func create(cluster, version string) addons.CreateOpts {
	return addons.CreateOpts{
		Kind: "Addon", ApiVersion: "v3",
		Metadata: addons.CreateMetadata{Annotations: addons.CreateAnnotations{AddonInstallType: "install"}},
		Spec: addons.RequestSpec{
			Version: version, ClusterID: cluster, AddonTemplateName: template,
			Values: addons.Values{
				Basic:    map[string]interface{}{"swr_addr": "100.125.6.246:20202", "swr_user": "hwofficial"},
				Advanced: map[string]interface{}{"rbac_enabled": true},
			},
		},
	}
}

func update(cluster string) addons.UpdateOpts {
	return addons.UpdateOpts{
		Kind: "Addon", ApiVersion: "v3",
		Metadata: addons.UpdateMetadata{Annotations: addons.UpdateAnnotations{AddonUpdateType: "upgrade"}},
		Spec: addons.RequestSpec{
			Version: newer, ClusterID: cluster, AddonTemplateName: template,
			Values: addons.Values{
				Basic:    map[string]interface{}{"swr_addr": "100.125.6.246:20202", "swr_user": "hwofficial"},
				Advanced: map[string]interface{}{"replicas": 3},
			},
		},
	}
}

func TestOpenTelekom(t *testing.T) {
	client, cluster := openTelekom(t, variable(t, "SLIPWAY_TOKEN")), variable(t, "SLIPWAY_CLUSTER_ID")
	checkTemplates(t, client, cluster)
	checkUnknown(t, client, cluster)

	made, err := addons.Create(client, create(cluster, older), cluster)
	if err != nil {
		t.Fatalf("installing: %v", err)
	}
	id := made.Metadata.Id
	t.Cleanup(func() { remove(t, client, id, cluster) })
	check(t, "name", made.Metadata.Name, template)
	check(t, "cluster", made.Spec.ClusterID, cluster)
	check(t, "status after POST", made.Status.Status, "installing")
	wait(t, client, id, cluster)
	checkInstalled(t, client, id, cluster)
	checkTaken(t, client, cluster)

	changed, err := addons.Update(client, id, cluster, update(cluster))
	if err != nil {
		t.Fatalf("upgrading: %v", err)
	}
	check(t, "status after PUT", changed.Status.Status, "upgrading")
	check(t, "version after PUT", changed.Spec.Version, newer)
	wait(t, client, id, cluster)
	changed = get(t, client, id, cluster)
	check(t, "version after the upgrade", changed.Status.CurrentVersion.Version, newer)
	check(t, "replicas after the upgrade", changed.Spec.Values.Advanced["replicas"], interface{}(float64(3)))

	rollBack(t, client, id, cluster)
	back := get(t, client, id, cluster)
	check(t, "version after the rollback", back.Spec.Version, older)
	check(t, "running version after the rollback", back.Status.CurrentVersion.Version, older)
	values := create(cluster, older).Spec.Values
	check(t, "params after the rollback", reflect.DeepEqual(all(back.Spec.Values), all(values)), true)

	remove(t, client, id, cluster)
	_, err = addons.Get(client, id, cluster)
	if _, gone := errors.AsType[golangsdk.ErrDefault404](err); !gone {
		t.Errorf("after the removal: got %v, want a 404", err)
	}
}

// TestOpenTelekomSigns has the SDK sign its requests. It derives a key, which nobody does any more, and gets to hear so: its
// users have tokens.
func TestOpenTelekomSigns(t *testing.T) {
	client, cluster := openTelekom(t, ""), variable(t, "SLIPWAY_CLUSTER_ID")
	client.AKSKAuthOptions = golangsdk.AKSKAuthOptions{
		AccessKey: variable(t, "SLIPWAY_ACCESS_KEY"), SecretKey: variable(t, "SLIPWAY_SECRET_KEY"), ProjectId: project,
	}
	_, err := addons.ListAddonInstances(client, cluster)
	if refused, ok := errors.AsType[golangsdk.ErrDefault401](err); !ok || !strings.Contains(string(refused.Body), "must be Access") {
		t.Errorf("got %v, want a 401 that tells what is wrong", err)
	}
}

func checkTemplates(t testing.TB, client *golangsdk.ServiceClient, cluster string) {
	t.Helper()
	list, err := addons.ListTemplates(client, cluster, addons.ListOpts{Name: template})
	if err != nil {
		t.Fatalf("listing templates: %v", err)
	}
	if len(list.Items) != 1 || len(list.Items[0].Spec.Versions) < 2 {
		t.Fatalf("the catalogue has %+v, want %s with two versions", list.Items, template)
	}
	one := list.Items[0]
	check(t, "template", one.Metadata.Name, template)
	check(t, "newest version", one.Spec.Versions[0].Version, newer)
	check(t, "stable", one.Spec.Versions[0].Stable, true)
	if versions := one.Spec.Versions[0].SupportVersions; len(versions) != 1 || len(versions[0].ClusterVersion) == 0 {
		t.Errorf("supportVersions: %+v", versions)
	}
}

func checkInstalled(t testing.TB, client *golangsdk.ServiceClient, id, cluster string) {
	t.Helper()
	one := get(t, client, id, cluster)
	check(t, "version", one.Spec.Version, older)
	check(t, "running version", one.Status.CurrentVersion.Version, older)
	check(t, "params", reflect.DeepEqual(one.Spec.Values, create(cluster, older).Spec.Values), true)
	check(t, "target versions", strings.Join(one.Status.TargetVersions, ","), newer)
	list, err := addons.ListAddonInstances(client, cluster)
	if err != nil {
		t.Fatalf("listing: %v", err)
	}
	found := false
	for _, item := range list.Items {
		found = found || item.Metadata.Id == id && item.Status.Status == "running"
	}
	check(t, "the list has it", found, true)
}

// checkTaken holds what the SDK makes of a name that is taken.
func checkTaken(t testing.TB, client *golangsdk.ServiceClient, cluster string) {
	t.Helper()
	_, err := addons.Create(client, create(cluster, older), cluster)
	if taken, ok := errors.AsType[golangsdk.ErrDefault409](err); !ok || !strings.Contains(string(taken.Body), "taken") {
		t.Errorf("a name that is taken: got %v, want a 409 that says so", err)
	}
}

// checkUnknown holds what the SDK makes of what is not there.
func checkUnknown(t testing.TB, client *golangsdk.ServiceClient, cluster string) {
	t.Helper()
	_, err := addons.Create(client, create(cluster, "9.9.9"), cluster)
	if bad, ok := errors.AsType[golangsdk.ErrDefault400](err); !ok || !strings.Contains(string(bad.Body), "has no version 9.9.9") {
		t.Errorf("an unknown version: got %v, want a 400 that says so", err)
	}
	const nobodys = "00000000-0000-4000-8000-000000000000"
	_, err = addons.ListAddonInstances(client, nobodys)
	if _, ok := errors.AsType[golangsdk.ErrDefault404](err); !ok {
		t.Errorf("an unknown cluster: got %v, want a 404", err)
	}
	_, err = addons.Get(client, nobodys, cluster)
	if _, ok := errors.AsType[golangsdk.ErrDefault404](err); !ok {
		t.Errorf("an unknown add-on: got %v, want a 404", err)
	}
	_, err = addons.ListAddonInstances(openTelekom(t, "nobody"), cluster)
	if _, ok := errors.AsType[golangsdk.ErrDefault401](err); !ok {
		t.Errorf("an unknown token: got %v, want a 401", err)
	}
}

func get(t testing.TB, client *golangsdk.ServiceClient, id, cluster string) *addons.Addon {
	t.Helper()
	one, err := addons.Get(client, id, cluster)
	if err != nil {
		t.Fatalf("reading: %v", err)
	}
	return one
}

// wait waits as the SDK does.
func wait(t testing.TB, client *golangsdk.ServiceClient, id, cluster string) {
	t.Helper()
	if err := addons.WaitForAddonRunning(client, id, cluster, patience); err != nil {
		t.Fatalf("waiting until it runs: %v; it is %+v", err, get(t, client, id, cluster).Status)
	}
}

// rollBack rolls an add-on back. The SDK has no function for it, so this is one of the requests that it lets its users make.
func rollBack(t testing.TB, client *golangsdk.ServiceClient, id, cluster string) {
	t.Helper()
	at := addons.CCEServiceURL(client, cluster, "addons", id, "operation", "rollback")
	var answer addons.Addon
	_, err := client.Post(at, map[string]string{"clusterID": cluster}, &answer, &golangsdk.RequestOpts{OkCodes: []int{http.StatusOK}})
	if err != nil {
		t.Fatalf("rolling back: %v", err)
	}
	check(t, "status after the rollback was asked for", answer.Status.Status, "rollbacking")
	check(t, "version after the rollback was asked for", answer.Spec.Version, older)
	wait(t, client, id, cluster)
}

// remove uninstalls an add-on, and waits as the SDK does. One that is gone is fine.
func remove(t testing.TB, client *golangsdk.ServiceClient, id, cluster string) {
	t.Helper()
	err := addons.Delete(client, id, cluster)
	if _, gone := errors.AsType[golangsdk.ErrDefault404](err); gone {
		return
	}
	if err != nil {
		t.Fatalf("uninstalling: %v", err)
	}
	if err := addons.WaitForAddonDeleted(client, id, cluster, patience); err != nil {
		t.Fatalf("waiting until it is gone: %v", err)
	}
}

// all are all params of a document, wherever they stand in it.
func all(values addons.Values) map[string]interface{} {
	merged := map[string]interface{}{}
	for _, part := range []map[string]interface{}{values.Basic, values.Advanced} {
		for name, value := range part {
			merged[name] = value
		}
	}
	return merged
}
