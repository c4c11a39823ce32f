package tenancy

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	utilerrors "k8s.io/apimachinery/pkg/util/errors"

	"github.com/slipway-dev/slipway/internal/facade"
)

// why says why a request was not authenticated. err is what the authenticators said.
func (a *Authenticator) why(req *http.Request, token string, err error) *facade.Refusal {
	certificate := peer(req)
	switch {
	case unavailable(err):
		return &facade.Refusal{Status: http.StatusServiceUnavailable}
	case token == "" && certificate == nil && len(req.Header["Authorization"]) == 0:
		return &facade.Refusal{Status: http.StatusUnauthorized, Cause: facade.NoCredentials}
	case token != "" && a.expiredToken(token), token == "" && certificate != nil && certificate.NotAfter.Before(a.Clock.Now()):
		return &facade.Refusal{Status: http.StatusUnauthorized, Cause: facade.ExpiredCredentials}
	default:
		return &facade.Refusal{Status: http.StatusUnauthorized, Cause: facade.BadCredentials}
	}
}

// bearer returns the bearer token of a request, or empty.
func bearer(header http.Header) string {
	scheme, token, _ := strings.Cut(strings.TrimSpace(header.Get("Authorization")), " ")
	if !strings.EqualFold(scheme, "bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

func peer(req *http.Request) *x509.Certificate {
	if req.TLS == nil || len(req.TLS.PeerCertificates) == 0 {
		return nil
	}
	return req.TLS.PeerCertificates[0]
}

// expiredToken tells whether a token that was refused is a JWT that says it has expired. Nobody verified it, so it is good for
// nothing but a better message.
func (a *Authenticator) expiredToken(token string) bool {
	var claims struct {
		Expires float64 `json:"exp"`
	}
	if !readClaims(token, &claims) || claims.Expires <= 0 || claims.Expires > 1e12 {
		return false
	}
	return time.Unix(int64(claims.Expires), 0).Before(a.Clock.Now())
}

// unavailable tells whether one of the errors says that the kube-apiserver, which reviews tokens and rights, could not be asked.
func unavailable(err error) bool {
	if err == nil {
		return false
	}
	if many, ok := errors.AsType[utilerrors.Aggregate](err); ok {
		for _, one := range many.Errors() {
			if unavailable(one) {
				return true
			}
		}
		return false
	}
	var answered apierrors.APIStatus
	if errors.As(err, &answered) {
		return true
	}
	_, network := errors.AsType[net.Error](err)
	return network || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}
