package release

import "strings"

// lost are pieces of what Go and its HTTP client say when a connection fails.
var lost = []string{
	"connection refused", "connection reset", "connection timed out", "i/o timeout", "no such host", "no route to host",
	"network is unreachable", "TLS handshake", "tls: ", "x509: ", "unexpected EOF", ": EOF", "client connection lost",
	"Client.Timeout exceeded", "server is currently unable to handle the request", "Kubernetes cluster unreachable",
}

// others are calls of the cluster itself, whose failure is a failure of the release.
var others = []string{"failed calling webhook", "conversion webhook", "failed to fetch", "failed to pull"}

// ConnectionLost tells whether a message says that the API server could not be reached.
func ConnectionLost(message string) bool {
	for _, other := range others {
		if strings.Contains(message, other) {
			return false
		}
	}
	for _, piece := range lost {
		if strings.Contains(message, piece) {
			return true
		}
	}
	return false
}
