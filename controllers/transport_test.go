package controllers_test

import (
	"fmt"
	"net/http"
)

// roundTripper is a function that is a http.RoundTripper.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }

// refusalRecorder remembers requests of the manager that RBAC refused.
func refusalRecorder(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(request *http.Request) (*http.Response, error) {
		response, err := next.RoundTrip(request)
		if err == nil && response.StatusCode == http.StatusForbidden {
			refusals.Lock()
			defer refusals.Unlock()
			refusals.list = append(refusals.list, fmt.Sprintf("%s %s", request.Method, request.URL.Path))
		}
		return response, err
	})
}
