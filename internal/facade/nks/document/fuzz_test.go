package document_test

import (
	"errors"
	"testing"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/nks/document"
	"github.com/slipway-dev/slipway/internal/facade/nks/fields"
	"github.com/slipway-dev/slipway/internal/facade/reply"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/params"
)

// FuzzBodies holds that any body is either refused with faults, or makes an object that can be shown.
func FuzzBodies(f *testing.F) {
	f.Add(guideCluster)
	f.Add(guideGroup)
	f.Add(`{"name":"a","flavor_id":"f","image_id":"i","labels":{"availability_zone":"","boot_volume_type":"a","boot_volume_size":"020",
		"ca_enable":true,"user_script":"a","boot_volume_appkey":"b","extra_volumes":"[{\"volume_appkey\":\"c\"},{\"volume_appkey\":\"\"}]","x":[1e2]}}`)
	f.Add(`{"name":"a","labels":{"extra_volumes":"[{\"volume_appkey\":{\"a\":\"b\"}}]","extra_security_groups":"[[]]","pods_network_cidr":"::/0"}}`)
	wish, err := document.NewCluster(facade.Body{Raw: []byte(guideCluster), Object: read(f, guideCluster)}, rules())
	must(err)
	model := fleetOf(wish.Spec, *wish.Pool)
	f.Fuzz(func(t *testing.T, text string) {
		decoded, faults := params.DecodeObject([]byte(text), "body")
		if len(faults) > 0 {
			return
		}
		sent := facade.Body{Raw: []byte(text), Object: decoded}
		for _, rules := range []document.Rules{rules(), gophercloud(), strict()} {
			wish, err := document.NewCluster(sent, rules)
			if expectFaults(t, err); err == nil {
				show(fleetOf(wish.Spec, *wish.Pool))
			}
			pool, err := document.NewNodeGroup(sent, model, rules)
			if expectFaults(t, err); err == nil {
				show(fleetOf(model.Cluster.Cluster.Spec, pool))
			}
		}
	})
}

// expectFaults holds that what is refused is refused with faults.
func expectFaults(t *testing.T, err error) {
	t.Helper()
	if _, ok := errors.AsType[*fields.Error](err); err != nil && !ok {
		t.Fatal(err)
	}
}

// fleetOf is what is wished for, as it is.
func fleetOf(cluster fleetv1.ClusterSpec, pool hub.NewPool) *hub.Fleet {
	made := &fleetv1.Cluster{ObjectMeta: metadata("c", clusterID), Spec: cluster}
	group := &fleetv1.NodePool{ObjectMeta: metadata("c-"+pool.Name, groupID), Spec: pool.Spec}
	record := &hub.Record{ID: groupID, Name: pool.Name, Object: &group.ObjectMeta, NodePool: group}
	return &hub.Fleet{Cluster: &hub.Record{ID: clusterID, Object: &made.ObjectMeta, Cluster: made}, Pools: []*hub.Record{record}}
}

// show shows all there is.
func show(fleet *hub.Fleet) {
	for _, viewer := range []document.Viewer{plain, gopher} {
		reply.Encode(document.LongCluster(fleet, viewer))
		reply.Encode(document.LongNodeGroup(fleet, fleet.Pools[0], viewer))
	}
}
