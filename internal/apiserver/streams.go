package apiserver

import (
	"context"
	"net/http"
	"time"

	"k8s.io/apiserver/pkg/endpoints/request"
)

// withStreamEnd ends the streams when a context does, which is when the server stops taking requests: it would otherwise wait
// for them as long as it waits at all. Their clients go on elsewhere, from where they were. Until then streams may last, so it
// takes away the deadline that withConnectionDeadline has set.
func withStreamEnd(ending context.Context, handler http.Handler, isStream request.LongRunningRequestCheck) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		info, known := request.RequestInfoFrom(r.Context())
		if !known || !isStream(r, info) {
			handler.ServeHTTP(w, r)
			return
		}
		setConnectionDeadline(w, time.Time{})
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		defer context.AfterFunc(ending, cancel)()
		handler.ServeHTTP(w, r.WithContext(ctx))
	})
}
