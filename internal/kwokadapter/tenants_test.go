package kwokadapter

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/utils/clock"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

func TestATenantIsKnownByTheIDOfItsCluster(t *testing.T) {
	tenants := &tenants{stateDir: t.TempDir(), clock: clock.RealClock{}}
	first := fixture.Cluster("team-a", "sample")
	first.UID = "one"
	labelled := first.DeepCopy()
	labelled.Labels = map[string]string{fleetv1.LabelID: "one"}
	restored := labelled.DeepCopy()
	restored.UID = "two"
	later := fixture.Cluster("team-a", "sample")
	later.UID = "three"

	want := tenants.dir(identityOf(first))
	for name, cluster := range map[string]*fleetv1.Cluster{"with its label": labelled, "restored from a backup": restored} {
		if got := tenants.dir(identityOf(cluster)); got != want {
			t.Errorf("the folder of the Cluster %s is %s, want %s", name, got, want)
		}
	}
	if tenants.dir(identityOf(later)) == want {
		t.Error("a later Cluster of the name has the same folder")
	}
}

func TestTenantsAreFoundByTheirFolders(t *testing.T) {
	tenants := &tenants{stateDir: t.TempDir()}
	cluster := fixture.Cluster("team-a", "sample")
	cluster.Labels = map[string]string{fleetv1.LabelID: "an_id.of-somebody"}
	if err := os.Mkdir(tenants.dir(identityOf(cluster)), 0o700); err != nil {
		t.Fatal(err)
	}
	found, err := tenants.list()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]identity{identityOf(cluster)}, found); diff != "" {
		t.Error(diff)
	}
}
