package apiserver

import (
	"net/http"
	"time"

	"k8s.io/utils/clock"
)

// withConnectionDeadline ends the connections of clients that send or take their bytes too slowly: the deadline in a request's
// context ends handlers, but no read or write of a connection.
//
// What is set stays with the connection until its next request, which sets it anew: the server may still be writing the answer
// when the handlers have returned.
func withConnectionDeadline(handler http.Handler, timeout time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// The deadlines of connections are in real time.
		setConnectionDeadline(w, clock.RealClock{}.Now().Add(timeout))
		handler.ServeHTTP(w, r)
	})
}

// setConnectionDeadline sets until when the connection can be read and written; zero is for ever.
func setConnectionDeadline(w http.ResponseWriter, deadline time.Time) {
	connection := http.NewResponseController(w)
	// There is none without a connection, as in tests.
	_ = connection.SetReadDeadline(deadline)
	_ = connection.SetWriteDeadline(deadline)
}
