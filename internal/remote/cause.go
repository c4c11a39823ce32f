package remote

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"syscall"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// cause says in a few stable words why a request failed: no local ports, times or addresses, so that a condition that
// carries it does not change while the cause is the same.
func cause(err error) string {
	if text := causeOfTLS(err); text != "" {
		return text
	}
	var (
		status  apierrors.APIStatus
		dns     *net.DNSError
		number  syscall.Errno
		timeout net.Error
		address *url.Error
	)
	switch {
	case errors.Is(err, ErrRedirect):
		return ErrRedirect.Error() + ", which is not followed"
	case errors.As(err, &status):
		return fmt.Sprintf("it answers with status %d", status.Status().Code)
	case errors.As(err, &dns):
		return "its host name cannot be resolved"
	case errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout():
		return "no answer in time"
	case errors.As(err, &number):
		return number.Error()
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was closed"
	case errors.As(err, &address):
		return cause(address.Err)
	}
	var operation *net.OpError
	if errors.As(err, &operation) {
		return operation.Err.Error()
	}
	return err.Error()
}

func causeOfTLS(err error) string {
	var (
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
		invalid   x509.CertificateInvalidError
	)
	switch {
	case errors.As(err, &authority):
		return "its certificate is not signed by the authority in certificate-authority-data"
	case errors.As(err, &host):
		return "its certificate is for another name or address than the one in server or tls-server-name"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "its certificate has expired or is not valid yet"
	case errors.As(err, &invalid):
		return "its certificate is not valid"
	}
	return ""
}
