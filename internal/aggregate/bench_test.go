package aggregate

import (
	"fmt"
	"testing"
	"time"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// BenchmarkAggregate evaluates an object that has come to rest, as a controller does it for every event.
func BenchmarkAggregate(b *testing.B) {
	for _, adapters := range []int{1, 4, 16} {
		b.Run(fmt.Sprintf("adapters=%d", adapters), func(b *testing.B) {
			in := with(newborn(), requiring(), deadline(3600))
			for i := range adapters {
				name := fmt.Sprintf("adapter-%02d", adapters-i)
				in.Required = append(in.Required, name)
				in.Reports = append(in.Reports, AdapterReport{
					Adapter: name,
					Report:  Merge(nil, says(1, "Available=True:Provisioned:all is well", "Finalized=False", "Stalled=False")),
				})
			}
			in = then(in, 60)
			b.ReportAllocs()
			for b.Loop() {
				if Aggregate(in).ObservedGeneration != 1 {
					b.Fatal("the object is not handled")
				}
			}
		})
	}
}

// BenchmarkDecide decides on the repetition of a report with the facts of a large node pool.
func BenchmarkDecide(b *testing.B) {
	for _, nodes := range []int{0, 100, 1000} {
		b.Run(fmt.Sprintf("nodes=%d", nodes), func(b *testing.B) {
			incoming := says(1, "Available=True:Provisioned:all is well")
			incoming.NodePool = &fleetv1.NodePoolFacts{}
			for i := range nodes {
				incoming.NodePool.Nodes = append(incoming.NodePool.Nodes, fleetv1.Node{
					Name: fmt.Sprintf("node-%d", i), ID: fmt.Sprintf("id-%d", i), State: fleetv1.NodeReady,
				})
			}
			stored := Merge(nil, incoming)
			b.ReportAllocs()
			for b.Loop() {
				if Decide(stored, incoming, 1, false, time.Minute) != Answer {
					b.Fatal("the report is not a repetition")
				}
			}
		})
	}
}
