package clients

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/config"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/sdkerr"
	cce "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/cce/v3"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/cce/v3/model"
)

// huawei returns a client of huaweicloud-sdk-go-v3, which signs its requests.
func huawei(t testing.TB, accessKey, secretKey string) *cce.CceClient {
	t.Helper()
	credentials, err := basic.NewCredentialsBuilder().WithAk(accessKey).WithSk(secretKey).WithProjectId(project).SafeBuild()
	if err != nil {
		t.Fatal(err)
	}
	client, err := cce.CceClientBuilder().WithEndpoints([]string{endpoint(t)}).WithCredential(credentials).
		WithHttpConfig(config.DefaultHttpConfig().WithHttpTransport(transport(t))).SafeBuild()
	if err != nil {
		t.Fatal(err)
	}
	return cce.NewCceClient(client)
}

// keyed is a client with the environment's access key.
func keyed(t testing.TB) *cce.CceClient {
	t.Helper()
	return huawei(t, variable(t, "SLIPWAY_ACCESS_KEY"), variable(t, "SLIPWAY_SECRET_KEY"))
}

// wish is the body of an installation or an upgrade.
func wish(cluster, name, version string, annotations map[string]string, values map[string]interface{}) *model.InstanceRequest {
	return &model.InstanceRequest{
		Kind: "Addon", ApiVersion: "v3",
		Metadata: &model.AddonMetadata{Name: &name, Annotations: annotations},
		Spec: &model.InstanceRequestSpec{
			Version: &version, ClusterID: cluster, AddonTemplateName: template, Values: values,
		},
	}
}

func install(cluster, name, version string) *model.CreateAddonInstanceRequest {
	return &model.CreateAddonInstanceRequest{Body: wish(cluster, name, version, map[string]string{"addon.install/type": "install"},
		map[string]interface{}{"basic": map[string]interface{}{"swr_addr": "100.125.6.246:20202", "swr_user": "hwofficial", "rbac_enabled": true}})}
}

func upgrade(cluster, id string) *model.UpdateAddonInstanceRequest {
	return &model.UpdateAddonInstanceRequest{Id: id, Body: wish(cluster, template, newer, map[string]string{"addon.upgrade/type": "upgrade"},
		map[string]interface{}{"basic": map[string]interface{}{}, "custom": map[string]interface{}{"replicas": 3}})}
}

func TestHuawei(t *testing.T) {
	client, cluster := keyed(t), variable(t, "SLIPWAY_CLUSTER_ID")
	checkCatalogue(t, client, cluster)

	made, err := client.CreateAddonInstance(install(cluster, "npd-signed", older))
	if err != nil {
		t.Fatalf("installing: %v", err)
	}
	id := *made.Metadata.Uid
	t.Cleanup(func() { uninstall(t, client, id) })
	check(t, "name", *made.Metadata.Name, "npd-signed")
	check(t, "status after POST", made.Status.Status.Value(), "installing")
	check(t, "rollback before there is anything to go back to", *made.Status.IsRollbackable, false)
	shown := await(t, client, id, "installing")
	check(t, "running version", shown.Status.CurrentVersion.Version, older)
	checkList(t, client, cluster, id)
	checkErrors(t, client, cluster, id)

	changed, err := client.UpdateAddonInstance(upgrade(cluster, id))
	if err != nil {
		t.Fatalf("upgrading: %v", err)
	}
	check(t, "status after PUT", changed.Status.Status.Value(), "upgrading")
	check(t, "previous version after PUT", *changed.Status.PreviousVersion, older)
	shown = await(t, client, id, "upgrading")
	check(t, "running version after the upgrade", shown.Status.CurrentVersion.Version, newer)
	check(t, "rollback after the upgrade", *shown.Status.IsRollbackable, true)
	check(t, "former params are gone", len(shown.Spec.Values["basic"].(map[string]interface{})), 0)

	back, err := client.RollbackAddonInstance(&model.RollbackAddonInstanceRequest{Id: id, Body: &model.AddonInstanceRollbackRequest{ClusterID: cluster}})
	if err != nil {
		t.Fatalf("rolling back: %v", err)
	}
	check(t, "status after the rollback was asked for", back.Status.Status.Value(), "rollbacking")
	shown = await(t, client, id, "rollbacking")
	check(t, "running version after the rollback", shown.Status.CurrentVersion.Version, older)
	user := shown.Spec.Values["basic"].(map[string]interface{})["swr_user"]
	check(t, "params after the rollback", user, interface{}("hwofficial"))

	uninstall(t, client, id)
}

// TestHuaweiDoesNotWait sends what clients send that do not wait for one thing before they ask for the next.
func TestHuaweiDoesNotWait(t *testing.T) {
	client, cluster := keyed(t), variable(t, "SLIPWAY_CLUSTER_ID")
	made, err := client.CreateAddonInstance(install(cluster, "npd-hasty", older))
	if err != nil {
		t.Fatalf("installing: %v", err)
	}
	id := *made.Metadata.Uid
	t.Cleanup(func() { uninstall(t, client, id) })
	await(t, client, id, "installing")
	if _, err := client.UpdateAddonInstance(upgrade(cluster, id)); err != nil {
		t.Fatalf("upgrading: %v", err)
	}
	if _, err := client.RollbackAddonInstance(&model.RollbackAddonInstanceRequest{Id: id, Body: &model.AddonInstanceRollbackRequest{ClusterID: cluster}}); err != nil {
		t.Fatalf("rolling back: %v", err)
	}
	uninstall(t, client, id)
}

func checkCatalogue(t testing.TB, client *cce.CceClient, cluster string) {
	t.Helper()
	name := template
	list, err := client.ListAddonTemplates(&model.ListAddonTemplatesRequest{AddonTemplateName: &name, ClusterId: &cluster})
	if err != nil {
		t.Fatalf("listing templates: %v", err)
	}
	if list.Items == nil || len(*list.Items) != 1 || len((*list.Items)[0].Spec.Versions) < 2 {
		t.Fatalf("the catalogue has %v, want %s with two versions", list, template)
	}
	check(t, "newest version", (*list.Items)[0].Spec.Versions[0].Version, newer)
}

func checkList(t testing.TB, client *cce.CceClient, cluster, id string) {
	t.Helper()
	list, err := client.ListAddonInstances(&model.ListAddonInstancesRequest{ClusterId: cluster})
	if err != nil || list.Items == nil {
		t.Fatalf("listing: %v", err)
	}
	found := false
	for _, item := range *list.Items {
		found = found || *item.Metadata.Uid == id && item.Status.Status.Value() == "running" && item.Spec.ClusterID == cluster
	}
	check(t, "the list has it", found, true)
}

// checkErrors holds what the SDK makes of errors.
func checkErrors(t testing.TB, client *cce.CceClient, cluster, id string) {
	t.Helper()
	nobodys := "00000000-0000-4000-8000-000000000000"
	show := func(client *cce.CceClient, id, cluster string) error {
		_, err := client.ShowAddonInstance(&model.ShowAddonInstanceRequest{Id: id, ClusterId: &cluster})
		return err
	}
	post := func(name, version string) error {
		_, err := client.CreateAddonInstance(install(cluster, name, version))
		return err
	}
	accessKey, secretKey := variable(t, "SLIPWAY_ACCESS_KEY"), variable(t, "SLIPWAY_SECRET_KEY")
	for name, test := range map[string]struct {
		err        error
		status     int
		code, text string
	}{
		"a name that is taken": {post("npd-signed", older), 409, "CCE.03409001", "taken"},
		"an unknown version":   {post("npd-other", "9.9.9"), 400, "CCE.03400001", "has no version 9.9.9"},
		"an unknown add-on":    {show(client, nobodys, cluster), 404, "CCE.03404001", ""},
		"an unknown cluster":   {show(client, id, nobodys), 404, "", ""},
		"a wrong secret key":   {show(huawei(t, accessKey, secretKey+"x"), id, cluster), 401, "CCE.03401001", ""},
		"a wrong access key":   {show(huawei(t, accessKey+"x", secretKey), id, cluster), 401, "CCE.03401001", ""},
	} {
		refused, ok := errors.AsType[*sdkerr.ServiceResponseError](test.err)
		if !ok {
			t.Errorf("%s: got %v, want an error of the service", name, test.err)
			continue
		}
		check(t, name+": status", refused.StatusCode, test.status)
		if test.code != "" {
			check(t, name+": code", refused.ErrorCode, test.code)
		}
		if !strings.Contains(refused.ErrorMessage, test.text) || refused.ErrorMessage == "" || refused.RequestId == "" {
			t.Errorf("%s: got message %q and request id %q, want a message with %q", name, refused.ErrorMessage, refused.RequestId, test.text)
		}
	}
}

// await polls until an add-on runs, and fails if it is ever anything but on its way. The SDK has no function for it.
func await(t testing.TB, client *cce.CceClient, id, onItsWay string) *model.ShowAddonInstanceResponse {
	t.Helper()
	for range patience {
		shown, err := client.ShowAddonInstance(&model.ShowAddonInstanceRequest{Id: id})
		if err != nil {
			t.Fatalf("reading: %v", err)
		}
		switch status := shown.Status.Status.Value(); status {
		case "running":
			return shown
		case onItsWay:
			time.Sleep(time.Second)
		default:
			t.Fatalf("it is %s (%s: %s), want it %s and then running", status, shown.Status.Reason, shown.Status.Message, onItsWay)
		}
	}
	t.Fatalf("it is still %s", onItsWay)
	return nil
}

// uninstall removes an add-on and waits until it is gone.
func uninstall(t testing.TB, client *cce.CceClient, id string) {
	t.Helper()
	gone := func(err error) bool {
		refused, ok := errors.AsType[*sdkerr.ServiceResponseError](err)
		return ok && refused.StatusCode == http.StatusNotFound
	}
	_, err := client.DeleteAddonInstance(&model.DeleteAddonInstanceRequest{Id: id})
	for range patience {
		if gone(err) {
			return
		}
		if err != nil {
			t.Fatalf("uninstalling: %v", err)
		}
		time.Sleep(time.Second)
		_, err = client.ShowAddonInstance(&model.ShowAddonInstanceRequest{Id: id})
	}
	t.Fatal("it is still there")
}
