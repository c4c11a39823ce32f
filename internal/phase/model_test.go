package phase_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"pgregory.net/rapid"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/aggregate"
	"github.com/slipway-dev/slipway/internal/evaluate"
	"github.com/slipway-dev/slipway/internal/phase"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

// life plays users, adapters and controllers at random on one Cluster. What it demands of the words:
//
//   - right after a change the word is one of progress, but for what else failed in the creation;
//   - a word of completion stands only where everything is handled;
//   - what was created is never said to be in creation again;
//   - what was updated is never said to be just created.
type life struct {
	cluster  *fleetv1.Cluster
	pools    []*fleetv1.NodePool
	said     map[metav1.Object]*fleetv1.Report
	platform *fleetv1.Platform
	second   int
	born     int
	// created tells that the Cluster was provisioned once, updated that somebody changed something after that.
	created, updated bool
}

func (l *life) now() metav1.Time {
	return metav1.NewTime(fixture.Epoch.Add(time.Duration(l.second) * time.Second))
}

func (l *life) word() phase.Word { return phase.Cluster(l.cluster, l.pools) }

// changes takes a change that somebody made.
func (l *life) changes(t *rapid.T) {
	l.updated = l.updated || l.created
	if word := l.word(); !word.InProgress() && word != phase.WordCreateFailed {
		t.Fatalf("right after a change the word is %s", word)
	}
}

func (l *life) changeCluster(t *rapid.T) {
	l.cluster.Generation++
	l.changes(t)
}

func (l *life) changePool(t *rapid.T) {
	if pool := l.anyPool(t); pool != nil && pool.DeletionTimestamp == nil {
		pool.Generation++
		if l.created && !l.firstReady(pool) {
			return // it still belongs to what the Cluster was created with
		}
		l.changes(t)
	}
}

// firstReady tells whether a pool was ready once, or came when the Cluster was there.
func (l *life) firstReady(pool *fleetv1.NodePool) bool {
	return phase.Updates(l.cluster, pool) || apimeta.IsStatusConditionTrue(pool.Status.Conditions, fleetv1.ConditionProvisioned)
}

func (l *life) addPool(t *rapid.T) {
	name := rapid.SampledFrom([]string{fleetv1.DefaultWorkerPool, "a", "b"}).Draw(t, "name")
	if slices.ContainsFunc(l.pools, func(p *fleetv1.NodePool) bool { return p.Pool() == name }) || l.created && name == fleetv1.DefaultWorkerPool {
		return
	}
	l.born++
	pool := fixture.NodePool("ns", fmt.Sprint("pool-", l.born), l.cluster.Name, fixture.PoolName(name))
	pool.Generation, pool.CreationTimestamp, pool.Status.ObservedGeneration = 1, l.now(), -1
	pool.Spec.Operation = &fleetv1.OperationRequest{Type: fleetv1.OperationPoolCreate, Generation: 1}
	l.pools = append(l.pools, pool)
	l.changes(t)
}

func (l *life) deletePool(t *rapid.T) {
	pool := l.anyPool(t)
	if pool == nil || pool.DeletionTimestamp != nil {
		return
	}
	now := l.now()
	pool.DeletionTimestamp = &now
	pool.Generation++
	l.changes(t)
	l.control() // an adapter takes longer to carry it out than the controller to see it
}

func (l *life) anyPool(t *rapid.T) *fleetv1.NodePool {
	if len(l.pools) == 0 {
		return nil
	}
	return rapid.SampledFrom(l.pools).Draw(t, "pool")
}

// report lets an adapter say something of an object.
func (l *life) report(t *rapid.T) {
	var object metav1.Object = l.cluster
	if pool := l.anyPool(t); pool != nil && rapid.Bool().Draw(t, "of the pool") {
		object = pool
	}
	adapterStatus := fixture.AdapterStatus(object, "infra", fixture.At(object.GetGeneration()))
	switch {
	case rapid.IntRange(0, 4).Draw(t, "fails") == 0:
		fixture.Says(fleetv1.ReportAvailable, no)(adapterStatus)
		fixture.Says(fleetv1.ReportStalled, yes)(adapterStatus)
	case object.GetDeletionTimestamp() != nil:
		fixture.Finalizing()(adapterStatus)
	}
	l.said[object] = adapterStatus.Report
}

func (l *life) heard(object metav1.Object) []aggregate.AdapterReport {
	if report := l.said[object]; report != nil {
		return []aggregate.AdapterReport{{Adapter: "infra", Report: report}}
	}
	return nil
}

// control lets the controllers bring one object after the other up to date.
func (l *life) control() {
	left := l.pools[:0:0]
	for _, pool := range l.pools {
		status, result := evaluate.NodePool{Object: pool, Cluster: l.cluster, Platform: l.platform, Reports: l.heard(pool)}.Status(l.now())
		pool.Status = status
		if !result.Finished {
			left = append(left, pool)
		}
	}
	picture := evaluate.Cluster{Object: l.cluster, Platforms: []fleetv1.Platform{*l.platform}, Reports: l.heard(l.cluster)}
	for _, pool := range l.pools {
		picture.NodePools = append(picture.NodePools, *pool)
	}
	l.cluster.Status, _ = picture.Status(l.now())
	l.pools = left
}

func (l *life) check(t *rapid.T) {
	word := l.word()
	if strings.HasSuffix(string(word), "_COMPLETE") {
		for _, o := range l.objects() {
			if o.GetObservedGeneration() < o.GetGeneration() {
				t.Fatalf("the word is %s while %s waits", word, o.GetName())
			}
		}
	}
	creation := strings.HasPrefix(string(word), "CREATE_")
	switch {
	case l.updated && creation:
		t.Fatalf("the word is %s after an update", word)
	case l.created && creation && word != phase.WordCreateComplete:
		t.Fatalf("the word is %s after the creation", word)
	}
	l.created = l.created || !creation || word == phase.WordCreateComplete
}

type inControl interface {
	metav1.Object
	GetObservedGeneration() int64
}

func (l *life) objects() []inControl {
	all := []inControl{l.cluster}
	for _, pool := range l.pools {
		all = append(all, pool)
	}
	return all
}

func TestWordsOfALife(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := &life{said: map[metav1.Object]*fleetv1.Report{}, platform: fixture.Platform("metal", fixture.Requiring("infra"), fixture.Default())}
		l.cluster = fixture.Cluster("ns", "sample", fixture.OnPlatform("metal"))
		l.cluster.Generation, l.cluster.CreationTimestamp, l.cluster.Status.ObservedGeneration = 1, l.now(), -1
		t.Repeat(map[string]func(*rapid.T){
			"change the cluster": l.changeCluster, "change a pool": l.changePool, "add a pool": l.addPool, "delete a pool": l.deletePool,
			"report": l.report, "report more": l.report, "control": func(*rapid.T) { l.control() }, "control more": func(*rapid.T) { l.control() },
			"pass time": func(*rapid.T) { l.second++ }, "": l.check,
		})
	})
}
