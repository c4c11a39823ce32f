package hub

import (
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

func TestTheIndexTellsWhatItHolds(t *testing.T) {
	e := tenant()
	r := newReplica(t, e)
	const head = `# HELP slipway_facade_index_synced Whether the memory is filled, so that requests are answered: 1 if so, else 0.
# TYPE slipway_facade_index_synced gauge
`
	if err := testutil.CollectAndCompare(r.index.Metrics(), strings.NewReader(head+"slipway_facade_index_synced 0\n"), "slipway_facade_index_synced"); err != nil {
		t.Errorf("before the first list: %v", err)
	}
	r.start()
	e.write(fixture.Cluster("ns", "a"))
	e.write(fixture.Cluster("ns", "b"))
	r.catchUp()
	want := head + `slipway_facade_index_synced 1
# HELP slipway_facade_index_objects How many objects are in memory, by kind.
# TYPE slipway_facade_index_objects gauge
slipway_facade_index_objects{kind="AdapterStatus"} 0
slipway_facade_index_objects{kind="Addon"} 0
slipway_facade_index_objects{kind="AddonTemplate"} 0
slipway_facade_index_objects{kind="Cluster"} 2
slipway_facade_index_objects{kind="NodePool"} 0
slipway_facade_index_objects{kind="Operation"} 0
slipway_facade_index_objects{kind="Platform"} 1
`
	if err := testutil.CollectAndCompare(r.index.Metrics(), strings.NewReader(want)); err != nil {
		t.Error(err)
	}
}
