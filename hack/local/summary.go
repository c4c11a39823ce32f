package main

import (
	"context"
	"path/filepath"
	"strings"
)

// summarize shows what is there and what to try next.
func (e *environment) summarize(ctx context.Context) error {
	e.say("everything is ready")
	for _, resource := range []string{"clusters.fleet.slipway.dev", "nodepools.fleet.slipway.dev", "addons.fleet.slipway.dev"} {
		table, err := e.kubectl(ctx, nil, "get", resource, "--all-namespaces")
		if err != nil {
			return err
		}
		e.note("\n%s", strings.TrimRight(table, "\n"))
	}
	e.note(`
Next:
  . %s                                          # KUBECONFIG, SLIPWAY_URL and more; kubectl and helm on the PATH
  kubectl get fleet -A                                  # everything of Slipway's
  curl -s --cacert "$SLIPWAY_CA" -H "Authorization: Bearer $SLIPWAY_TOKEN" "$SLIPWAY_URL/api/hyperfleet/v1/clusters"
  curl -s --cacert "$SLIPWAY_CA" -H "Authorization: Bearer $SLIPWAY_TOKEN" "$SLIPWAY_URL/api/clusters/sample/addons"
  curl -s --cacert "$SLIPWAY_CA" -H "X-Auth-Token: $SLIPWAY_TOKEN" "$SLIPWAY_URL/api/v3/addons?cluster_id=$SLIPWAY_CLUSTER_ID"
  curl -s --cacert "$SLIPWAY_CA" -H "X-Auth-Token: $SLIPWAY_TOKEN" "$SLIPWAY_URL/v1/clusters/sample/events"
  kubectl get --raw /apis/rest.slipway.dev/v1alpha1/hyperfleet/v1/clusters
  kubectl -n team-a patch nodepool sample-default-worker --type merge -p '{"spec":{"replicas":3}}'
  kubectl -n team-a patch addon jupyterhub --type merge -p '{"spec":{"version":"3.3.9"}}'
  kubectl -n team-a get cluster sample -o yaml          # conditions say what is being waited for
  make status                                           # what runs, and where it logs
  make down                                             # end and remove everything`, e.shown(e.env()))
	return nil
}

// shown is a path as a user at the checkout's root would type it.
func (e *environment) shown(path string) string {
	relative, err := filepath.Rel(e.root, path)
	if err != nil || strings.HasPrefix(relative, "..") {
		return path
	}
	return relative
}
