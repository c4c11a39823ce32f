package apiserver

import (
	"errors"
	"net/http"

	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/apiserver/pkg/server/healthz"
)

// addProbes makes the server ready once its index is filled.
func addProbes(server *genericapiserver.GenericAPIServer, b *backend) error {
	return server.AddReadyzChecks(healthz.NamedCheck("index", func(r *http.Request) error {
		if !b.cache.WaitForCacheSync(r.Context()) {
			return errors.New("the index is not filled yet")
		}
		return nil
	}))
}
