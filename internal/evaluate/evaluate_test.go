package evaluate_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/aggregate"
	"github.com/slipway-dev/slipway/internal/evaluate"
	"github.com/slipway-dev/slipway/internal/tasks"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

var (
	born = metav1.NewTime(fixture.Epoch)
	now  = metav1.NewTime(fixture.Epoch.Add(time.Hour))
)

func heard(target metav1.Object, adapters ...string) []aggregate.AdapterReport {
	var list []aggregate.AdapterReport
	for _, adapter := range adapters {
		list = append(list, aggregate.AdapterReport{Adapter: adapter, Report: fixture.AdapterStatus(target, adapter).Report})
	}
	return list
}

// ready returns Ready and Stalled in short.
func ready(list []metav1.Condition) string {
	found, stalled := apimeta.FindStatusCondition(list, fleetv1.ConditionReady), apimeta.FindStatusCondition(list, fleetv1.ConditionStalled)
	return string(found.Status) + " " + found.Reason + ", " + stalled.Reason
}

func TestCluster(t *testing.T) {
	metal := fixture.Platform("metal", fixture.Requiring("dns", "infra"), func(p *fleetv1.Platform) {
		p.Spec.ClusterParametersSchema = fixture.JSON(`{"properties": {"size": {"type": "integer"}}}`)
	})
	for name, test := range map[string]struct {
		change   func(*evaluate.Cluster)
		want     string
		finished bool
	}{
		"no reports yet":               {want: "False AwaitingAdapters, NotStalled"},
		"all report":                   {change: func(c *evaluate.Cluster) { c.Reports = heard(c.Object, "infra", "dns") }, want: "True ResourceReady, NotStalled"},
		"no Platform":                  {change: func(c *evaluate.Cluster) { c.Platforms = nil }, want: "False AwaitingAdapters, PlatformNotFound"},
		"the namespace names no other": {change: func(c *evaluate.Cluster) { c.Namespace.Platform = "" }, want: "False AwaitingAdapters, PlatformNotFound"},
		"the spec names a Platform":    {change: func(c *evaluate.Cluster) { c.Namespace.Platform, c.Object.Spec.PlatformName = "", "metal" }, want: "False AwaitingAdapters, NotStalled"},
		"what the Platform forbids":    {change: func(c *evaluate.Cluster) { c.Object.Spec.Parameters = fixture.JSON(`{"size": "s"}`) }, want: "False AwaitingAdapters, InvalidSpec"},
		"a deletion waits for adapters": {
			change: func(c *evaluate.Cluster) { c.Object.DeletionTimestamp, c.Object.Spec.PlatformName = &now, "metal" },
			want:   "False AwaitingFinalization, NotStalled",
		},
		"a deletion before there was a Platform waits for nobody": {
			change: func(c *evaluate.Cluster) { c.Object.DeletionTimestamp = &now },
			want:   "True ResourceFinalized, NotStalled", finished: true,
		},
		"a deletion in a namespace that ends waits for nobody who never reported": {
			change: func(c *evaluate.Cluster) {
				c.Object.DeletionTimestamp, c.Namespace.Terminating, c.Object.Spec.PlatformName = &now, true, "metal"
			},
			want:     "True ResourceFinalized, NotStalled",
			finished: true,
		},
		"a deletion waits for add-ons": {
			change: func(c *evaluate.Cluster) {
				c.Object.DeletionTimestamp, c.Namespace.Terminating, c.Addons = &now, true, []string{"web"}
			},
			want: "False AwaitingChildren, NotStalled",
		},
		"the default worker belongs to the first provisioning, not to Ready": {
			change: func(c *evaluate.Cluster) {
				c.Reports = heard(c.Object, "infra", "dns")
				c.NodePools = []fleetv1.NodePool{*fixture.NodePool("ns", "default-worker", "sample")}
			},
			want: "True ResourceReady, NotStalled",
		},
	} {
		t.Run(name, func(t *testing.T) {
			object := fixture.Cluster("ns", "sample")
			object.Generation, object.CreationTimestamp = 2, born
			c := evaluate.Cluster{Object: object, Platforms: []fleetv1.Platform{*metal}, Namespace: evaluate.Namespace{Platform: "metal"}}
			if test.change != nil {
				test.change(&c)
			}
			before := object.DeepCopy()
			status, result := c.Status(now)
			if got := ready(status.Conditions); got != test.want || result.Finished != test.finished {
				t.Errorf("got %q, finished %t; want %q", got, result.Finished, test.want)
			}
			if diff := cmp.Diff(before, object); diff != "" {
				t.Errorf("the Cluster was changed (-want +got):\n%s", diff)
			}
			slices.Reverse(c.Reports)
			slices.Reverse(c.NodePools)
			if again, _ := c.Status(now); !cmp.Equal(status, again) {
				t.Errorf("the order of lists matters:\n%s", cmp.Diff(status, again))
			}
			c.Object = object.DeepCopy()
			c.Object.Status = status
			if again, _ := c.Status(metav1.NewTime(now.Add(time.Minute))); !cmp.Equal(status, again) {
				t.Errorf("evaluated again it is another status:\n%s", cmp.Diff(status, again))
			}
		})
	}
}

func TestNodePool(t *testing.T) {
	for name, test := range map[string]struct {
		change   func(*evaluate.NodePool)
		want     string
		finished bool
	}{
		"no reports yet":       {want: "False AwaitingAdapters, NotStalled"},
		"all report":           {change: func(p *evaluate.NodePool) { p.Reports = heard(p.Object, "nodes") }, want: "True ResourceReady, NotStalled"},
		"no Cluster":           {change: func(p *evaluate.NodePool) { p.Cluster, p.Platform = nil, nil }, want: "False ClusterNotFound, NotStalled"},
		"a Cluster on its way": {change: func(p *evaluate.NodePool) { p.Cluster.DeletionTimestamp = &now }, want: "False AwaitingAdapters, ClusterDeleting"},
		"a Cluster on no Platform": {
			change: func(p *evaluate.NodePool) { p.Cluster.Spec.PlatformName, p.Platform = "", nil },
			want:   "False PlatformNotFound, NotStalled",
		},
		"no such Platform": {change: func(p *evaluate.NodePool) { p.Platform = nil }, want: "False AwaitingAdapters, PlatformNotFound"},
		"an older pool of the name": {
			change: func(p *evaluate.NodePool) {
				elder := fixture.NodePool("ns", "elder", "sample", fixture.PoolName("workers"))
				elder.CreationTimestamp = metav1.NewTime(born.Add(-time.Hour))
				p.Siblings = append(p.Siblings, *elder)
			},
			want: "False AwaitingAdapters, InvalidSpec",
		},
		"a deletion waits for adapters": {change: func(p *evaluate.NodePool) { p.Object.DeletionTimestamp = &now }, want: "False AwaitingFinalization, NotStalled"},
		"a deletion after the Cluster's end waits for nobody": {
			change: func(p *evaluate.NodePool) { p.Object.DeletionTimestamp, p.Cluster, p.Platform = &now, nil, nil },
			want:   "True ResourceFinalized, NotStalled", finished: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			object := fixture.NodePool("ns", "workers", "sample")
			object.Generation, object.CreationTimestamp = 2, born
			p := evaluate.NodePool{
				Object: object, Cluster: fixture.Cluster("ns", "sample", fixture.OnPlatform("metal")),
				Siblings: []fleetv1.NodePool{*object}, Platform: fixture.Platform("metal", fixture.Requiring("nodes")),
			}
			if test.change != nil {
				test.change(&p)
			}
			before := object.DeepCopy()
			status, result := p.Status(now)
			if got := ready(status.Conditions); got != test.want || result.Finished != test.finished {
				t.Errorf("got %q, finished %t; want %q", got, result.Finished, test.want)
			}
			if diff := cmp.Diff(before, object); diff != "" {
				t.Errorf("the NodePool was changed (-want +got):\n%s", diff)
			}
			p.Object = object.DeepCopy()
			p.Object.Status = status
			if again, _ := p.Status(metav1.NewTime(now.Add(time.Minute))); !cmp.Equal(status, again) {
				t.Errorf("evaluated again it is another status:\n%s", cmp.Diff(status, again))
			}
		})
	}
}

// A Cluster is there a moment before its first NodePool. An adapter that is done with it by then must not make it count as
// provisioned, or that NodePool would be its first update.
func TestAClusterWaitsForThePoolThatIsMadeWithIt(t *testing.T) {
	metal := fixture.Platform("metal", fixture.Requiring("dns"))
	begun := now.Add(-time.Second)
	mark := tasks.New(begun, tasks.Object{Kind: fleetv1.KindCluster, Name: "sample", Generation: 1},
		tasks.Object{Kind: fleetv1.KindNodePool, Name: "sample-default-worker", Generation: 1}).String()
	worker := fixture.NodePool("ns", "sample-default-worker", "sample")
	for name, test := range map[string]struct {
		mark        string
		pools       []fleetv1.NodePool
		at          metav1.Time
		provisioned bool
		recheck     time.Time
	}{
		"nobody makes a pool":           {at: now, provisioned: true},
		"what is no mark says nothing":  {mark: "soon", at: now, provisioned: true},
		"the pool is on its way":        {mark: mark, at: now, recheck: begun.Add(tasks.Patience)},
		"the pool is there":             {mark: mark, at: now, pools: []fleetv1.NodePool{*worker}, provisioned: true},
		"whoever made it never came":    {mark: mark, at: metav1.NewTime(begun.Add(tasks.Patience)), provisioned: true},
		"another pool is not that pool": {mark: mark, at: now, pools: []fleetv1.NodePool{*fixture.NodePool("ns", "other", "sample")}, recheck: begun.Add(tasks.Patience)},
	} {
		t.Run(name, func(t *testing.T) {
			object := fixture.Cluster("ns", "sample")
			object.Spec.PlatformName = "metal"
			object.Annotations = map[string]string{fleetv1.AnnotationNKSTask: test.mark}
			c := evaluate.Cluster{Object: object, Platforms: []fleetv1.Platform{*metal}, NodePools: test.pools, Reports: heard(object, "dns")}
			status, result := c.Status(test.at)
			if got := apimeta.IsStatusConditionTrue(status.Conditions, fleetv1.ConditionProvisioned); got != test.provisioned {
				t.Errorf("provisioned: %t, want %t", got, test.provisioned)
			}
			if !result.Recheck.Equal(test.recheck) {
				t.Errorf("looked at again at %s, want %s", result.Recheck, test.recheck)
			}
		})
	}
}
