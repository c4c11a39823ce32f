package main

import (
	"context"
	"fmt"
	"net/http"

	"github.com/slipway-dev/slipway/test/bench/load"
)

// The dialects through which add-ons are installed. Each has a catalogue entry of its own name.
const (
	cceTemplate  = "cce"
	iaasTemplate = "iaas"
)

// measureInstall compares installing an add-on through each of the two dialects with creating the very same Addon in the
// kube-apiserver. The add-ons are spread over the fleet, as installations are.
func measureInstall(ctx context.Context, b *bench) error {
	if err := b.applyCatalogue(ctx); err != nil {
		return err
	}
	for _, c := range []*creation{
		{row: "install", what: "CCE", path: addonsPath, prefix: cceTemplate + "-", post: b.postCCE, member: b.installedOn},
		{row: "install", what: "IaaS", path: addonsPath, prefix: iaasTemplate + "-", post: b.postIaaS, member: b.installedOn},
	} {
		if err := c.learn(ctx, b); err != nil {
			return fmt.Errorf("%s: %w", c.what, err)
		}
		if err := b.compareCreation(ctx, c); err != nil {
			return fmt.Errorf("%s: %w", c.what, err)
		}
		if err := c.cleanUp(ctx, b); err != nil {
			return err
		}
	}
	return nil
}

// installedOn is the Cluster of the n-th add-on. One in ten of the fleet was never ready, and takes none through IaaS.
func (b *bench) installedOn(n int) *member {
	for ; ; n++ {
		if m := b.fleet.member(n); readyNow(m.object.Status.Conditions) {
			return m
		}
	}
}

// postCCE is a request to install an add-on as CCE clients send it.
func (b *bench) postCCE(endpoint load.Endpoint, n int, name string) []byte {
	body := fmt.Appendf(nil, `{"kind":"Addon","apiVersion":"v3","metadata":{"name":%q,"annotations":{"addon.install/type":"install"}},`+
		`"spec":{"clusterID":%q,"version":"1.1.0","addonTemplateName":%q,"values":{"basic":{"size":"large","replicas":3}}}}`,
		name, seededUID(b.installedOn(n)), cceTemplate)
	return endpoint.Request(http.MethodPost, "/api/v3/addons", body)
}

// postIaaS is a request to install an add-on as IaaS clients send it. The server chooses the name.
func (b *bench) postIaaS(endpoint load.Endpoint, n int, _ string) []byte {
	body := fmt.Appendf(nil, `{"addon":%q,"params":{"size":"large","replicas":3}}`, iaasTemplate)
	return endpoint.Request(http.MethodPost, "/api/clusters/"+seededUID(b.installedOn(n))+"/addons", body)
}
