package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/dynamic"
)

// samplesPatience is how long admission may refuse the samples: a webhook's cache may be a moment behind the catalogue.
const samplesPatience = 20 * time.Second

// applySamples applies a tenant with two clusters, each with a node pool and an add-on. Samples that somebody changed in a way that
// cannot be taken back, such as an upgrade, stay as they are.
func (e *environment) applySamples(ctx context.Context) error {
	if e.backup != "" {
		// The fleet is the one in the archive, which holds no accounts.
		return e.apply(ctx, nil, "-f", e.source("config", "samples", "local", "rest-client.yaml"))
	}
	var last error
	err := wait.PollUntilContextTimeout(ctx, time.Second, samplesPatience, true, func(ctx context.Context) (bool, error) {
		last = e.apply(ctx, nil, "-k", e.source("config", "samples", "local"))
		return last == nil || e.haveSamples(ctx), e.casualty()
	})
	if err != nil {
		return errors.Join(err, last)
	}
	if last != nil {
		e.say("  left as they are: %v", last)
	}
	return nil
}

// haveSamples tells whether every sample is there already.
func (e *environment) haveSamples(ctx context.Context) bool {
	for _, s := range samples {
		if _, err := e.kubectl(ctx, nil, "get", s.resource+".fleet.slipway.dev", s.name, "--namespace="+s.namespace, "--output=name"); err != nil {
			return false
		}
	}
	return true
}

// sample is an object that up waits for.
type sample struct {
	resource  string
	kind      string
	namespace string
	name      string
}

var samples = []sample{
	{resource: "clusters", kind: "Cluster", namespace: sampleNamespace, name: sampleCluster},
	{resource: "nodepools", kind: "NodePool", namespace: "team-a", name: "sample-default-worker"},
	{resource: "addons", kind: "Addon", namespace: "team-a", name: "jupyterhub"},
	{resource: "clusters", kind: "Cluster", namespace: "team-a", name: "edge"},
	{resource: "nodepools", kind: "NodePool", namespace: "team-a", name: "edge-default-worker"},
	{resource: "addons", kind: "Addon", namespace: "team-a", name: "edge-kuberay"},
}

// waitForSamples waits until every sample is Ready, saying why one is not whenever that changes, and learns the id of the
// cluster.
func (e *environment) waitForSamples(ctx context.Context) error {
	config, err := e.hub.RESTConfig()
	if err != nil {
		return err
	}
	config.QPS = -1 // polling takes its time by itself
	client, err := dynamic.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("making a client: %w", err)
	}
	said := map[string]string{}
	err = e.waitFor(ctx, func(ctx context.Context) error {
		var waiting []error
		for _, s := range samples {
			object, err := client.Resource(schema.GroupVersionResource{Group: "fleet.slipway.dev", Version: "v1alpha1", Resource: s.resource}).
				Namespace(s.namespace).Get(ctx, s.name, metav1.GetOptions{})
			if err != nil {
				return fmt.Errorf("reading %s %s/%s: %w", s.kind, s.namespace, s.name, err)
			}
			ready, words := readiness(object)
			name := s.kind + " " + s.namespace + "/" + s.name
			if said[name] != words {
				e.say("  %s: %s", name, words)
				said[name] = words
			}
			if !ready {
				waiting = append(waiting, fmt.Errorf("%s is not ready: %s", name, words))
			}
		}
		return errors.Join(waiting...)
	})
	if err != nil {
		return err
	}
	e.clusterID, err = e.kubectl(ctx, nil, "get", "clusters.fleet.slipway.dev", "--namespace="+sampleNamespace, sampleCluster,
		"--output=jsonpath={.metadata.labels.fleet\\.slipway\\.dev/id}")
	if err != nil {
		return err
	}
	return e.writeEnv()
}

// readiness reads an object's Ready condition: whether it is True for the object's present generation, and in words.
func readiness(object *unstructured.Unstructured) (ready bool, words string) {
	conditions, _, err := unstructured.NestedSlice(object.Object, "status", "conditions")
	if err != nil {
		return false, "its conditions cannot be read"
	}
	for _, item := range conditions {
		condition, ok := item.(map[string]any)
		if !ok || condition["type"] != "Ready" {
			continue
		}
		generation, _, err := unstructured.NestedInt64(condition, "observedGeneration")
		if err != nil || generation != object.GetGeneration() {
			return false, fmt.Sprintf("generation %d is not observed yet", object.GetGeneration())
		}
		if condition["status"] == "True" {
			return true, "ready"
		}
		return false, fmt.Sprintf("%v: %v", condition["reason"], condition["message"])
	}
	return false, "nobody has looked at it yet"
}
