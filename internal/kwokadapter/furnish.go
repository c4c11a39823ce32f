package kwokadapter

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/adapter"
)

// Names of the ConfigMaps in the namespace kube-system of a tenant that hold what is simulated of its surroundings.
const (
	platformConfigMap   = "kwok-platform"
	autoscalerConfigMap = "kwok-autoscaler"
)

// furnish tells a tenant what the platform around it does, and its nodes which gateways to use. It returns how many nodes there
// are and how many of them do not run the Cluster's network yet: the pools see to that.
func (a *Adapter) furnish(ctx context.Context, tenant client.Client, target adapter.Target) (all, late int, err error) {
	data, err := surroundings(target.Cluster)
	if err != nil {
		return 0, 0, err
	}
	if err := applyConfig(ctx, tenant, platformConfigMap, func(map[string]string) map[string]string { return data }); err != nil {
		return 0, 0, err
	}
	nodes, err := listNodes(ctx, tenant)
	if err != nil {
		return 0, 0, err
	}
	for i := range nodes {
		if err := useGateways(ctx, tenant, &nodes[i], target.Cluster.Spec.ServiceGateways); err != nil {
			return 0, 0, err
		}
	}
	for i := range target.NodePools {
		if pool := &target.NodePools[i]; pool.DeletionTimestamp.IsZero() {
			own := nodesOf(nodes, pool)
			all += len(own)
			late += behind(own, networkOf(target.Cluster))
		}
	}
	return all, late, nil
}

// surroundings are the settings of a Cluster that a platform would put in force around it.
func surroundings(cluster *fleetv1.Cluster) (map[string]string, error) {
	data := map[string]string{}
	if network := networkOf(cluster); network != "" {
		data["network"] = network
		data["strictSecurityRules"] = strconv.FormatBool(cluster.Spec.Network.StrictSecurityRules)
	}
	if endpoint := cluster.Spec.APIEndpoint; endpoint != nil {
		data["apiEndpoint.public"] = strconv.FormatBool(endpoint.Public)
		if endpoint.AccessControl != nil {
			filter, err := json.Marshal(endpoint.AccessControl)
			if err != nil {
				return nil, fmt.Errorf("encoding the access control of the API endpoint: %w", err)
			}
			data["apiEndpoint.accessControl"] = string(filter)
		}
	}
	for name, gateway := range gateways(cluster.Spec.ServiceGateways) {
		if gateway != "" {
			data["serviceGateways."+name] = gateway
		}
	}
	return data, nil
}

// gateways returns the gateways by their names.
func gateways(g *fleetv1.ServiceGateways) map[string]string {
	if g == nil {
		g = &fleetv1.ServiceGateways{}
	}
	return map[string]string{"registry": g.Registry, "objectStorage": g.ObjectStorage}
}

// useGateways makes a node use gateways, which takes no new machine.
func useGateways(ctx context.Context, tenant client.Client, n *corev1.Node, g *fleetv1.ServiceGateways) error {
	changed := n.DeepCopy()
	annotateGateways(changed, g)
	if equality.Semantic.DeepEqual(n.Annotations, changed.Annotations) {
		return nil
	}
	if err := tenant.Patch(ctx, changed, client.MergeFrom(n)); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("giving node %s its gateways: %w", n.Name, err)
	}
	return nil
}

func annotateGateways(n *corev1.Node, g *fleetv1.ServiceGateways) {
	for name, gateway := range gateways(g) {
		if gateway == "" {
			delete(n.Annotations, annotationGateway+name)
		} else {
			metav1.SetMetaDataAnnotation(&n.ObjectMeta, annotationGateway+name, gateway)
		}
	}
}

// scaleAutomatically hands the settings of a pool to the tenant's autoscaler, or takes them from it.
func scaleAutomatically(ctx context.Context, tenant client.Client, pool *fleetv1.NodePool) error {
	settings := ""
	if s := pool.Spec.Autoscaling; s != nil && s.Enabled && pool.DeletionTimestamp.IsZero() {
		encoded, err := json.Marshal(s)
		if err != nil {
			return fmt.Errorf("encoding the settings of the autoscaler: %w", err)
		}
		settings = string(encoded)
	}
	return applyConfig(ctx, tenant, autoscalerConfigMap, func(data map[string]string) map[string]string {
		if settings == "" {
			delete(data, pool.Pool())
			return data
		}
		if data == nil {
			data = map[string]string{}
		}
		data[pool.Pool()] = settings
		return data
	})
}

// applyConfig brings a ConfigMap of the tenant up to date. One that would be empty is not made.
func applyConfig(ctx context.Context, tenant client.Client, name string, change func(map[string]string) map[string]string) error {
	config := &corev1.ConfigMap{}
	err := tenant.Get(ctx, client.ObjectKey{Namespace: metav1.NamespaceSystem, Name: name}, config)
	if client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("reading ConfigMap %s of the tenant: %w", name, err)
	}
	missing := apierrors.IsNotFound(err)
	changed := config.DeepCopy()
	changed.Namespace, changed.Name = metav1.NamespaceSystem, name
	changed.Data = change(changed.Data)
	switch {
	case equality.Semantic.DeepEqual(config.Data, changed.Data):
		return nil
	case missing:
		err = tenant.Create(ctx, changed)
	default:
		err = tenant.Patch(ctx, changed, client.MergeFrom(config))
	}
	if err != nil {
		return fmt.Errorf("writing ConfigMap %s of the tenant: %w", name, err)
	}
	return nil
}
