package apiserver

import (
	"errors"
	"net/http"

	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/apiserver/pkg/server/healthz"
)

// addProbes makes the server ready once its memory is filled.
func addProbes(server *genericapiserver.GenericAPIServer, b *backend) error {
	return server.AddReadyzChecks(healthz.NamedCheck("index", func(*http.Request) error {
		if !b.synced() {
			return errors.New("the index is not filled yet")
		}
		return nil
	}))
}
