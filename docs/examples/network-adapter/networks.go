package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slipway-dev/slipway/internal/adapter"
)

// networks gives every Cluster an address range, recorded in the ConfigMap <cluster>-network.
type networks struct {
	client client.Client
}

const (
	label = "example.slipway.dev/network"
	key   = "cidr"
)

var errNoneLeft = errors.New("every range is given away; delete a cluster that is not needed any more")

// Reconcile implements adapter.Adapter.
func (n *networks) Reconcile(ctx context.Context, target adapter.Target) (adapter.Report, error) {
	record := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{
		Namespace: target.Cluster.Namespace, Name: target.Cluster.Name + "-network", Labels: map[string]string{label: ""},
	}}
	if target.Deleting() {
		if err := client.IgnoreNotFound(n.client.Delete(ctx, record)); err != nil {
			return adapter.Report{}, fmt.Errorf("releasing the range: %w", err)
		}
		return adapter.Report{Finalized: true, Available: adapter.False("Released", "The range is released")}, nil
	}
	cidr, err := n.ensure(ctx, record)
	switch {
	case errors.Is(err, errNoneLeft):
		return adapter.Report{}, adapter.Terminal(err) // the Cluster is Stalled until somebody does something
	case err != nil:
		return adapter.Report{}, err // reported, and tried again with growing pauses
	}
	return adapter.Report{Available: adapter.True("RangeGiven", "The cluster has "+cidr), Data: map[string]string{key: cidr}}, nil
}

// ensure returns the range of a record, and makes the record if there is none: an earlier call may have got so far.
func (n *networks) ensure(ctx context.Context, record *corev1.ConfigMap) (string, error) {
	given := &corev1.ConfigMapList{}
	if err := n.client.List(ctx, given, client.HasLabels{label}); err != nil {
		return "", fmt.Errorf("listing the ranges that are given away: %w", err)
	}
	var taken []string
	for _, other := range given.Items {
		if other.Namespace == record.Namespace && other.Name == record.Name {
			return other.Data[key], nil
		}
		taken = append(taken, other.Data[key])
	}
	cidr, ok := free(taken)
	if !ok {
		return "", errNoneLeft
	}
	record.Data = map[string]string{key: cidr}
	if err := n.client.Create(ctx, record); err != nil {
		return "", fmt.Errorf("recording the range: %w", err)
	}
	return cidr, nil
}

// free is the first of the sixteen ranges below 10.200.0.0/16 that is not taken.
func free(taken []string) (cidr string, ok bool) {
	for third := 0; third < 256; third += 16 {
		cidr = fmt.Sprintf("10.200.%d.0/20", third)
		if !slices.Contains(taken, cidr) {
			return cidr, true
		}
	}
	return "", false
}
