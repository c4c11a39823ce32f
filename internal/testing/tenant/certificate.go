package tenant

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"testing"

	certificatesv1 "k8s.io/api/certificates/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Certificate lets the control plane sign a client certificate for a user and its groups.
func Certificate(ctx context.Context, t testing.TB, c client.Client, user string, groups ...string) tls.Certificate {
	t.Helper()
	certificate, err := certificate(ctx, t, c, pkix.Name{CommonName: user, Organization: groups})
	if err != nil {
		t.Fatalf("asking for a certificate of %s: %v", user, err)
	}
	return certificate
}

func certificate(ctx context.Context, t testing.TB, c client.Client, subject pkix.Name) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: subject}, key)
	if err != nil {
		return tls.Certificate{}, err
	}
	request := &certificatesv1.CertificateSigningRequest{
		ObjectMeta: metav1.ObjectMeta{GenerateName: "test-"},
		Spec: certificatesv1.CertificateSigningRequestSpec{
			Request:    pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}),
			SignerName: certificatesv1.KubeAPIServerClientSignerName,
			Usages:     []certificatesv1.KeyUsage{certificatesv1.UsageClientAuth},
		},
	}
	if err := c.Create(ctx, request); err != nil {
		return tls.Certificate{}, err
	}
	t.Cleanup(func() {
		if err := client.IgnoreNotFound(c.Delete(context.WithoutCancel(ctx), request)); err != nil {
			t.Errorf("deleting the request for a certificate: %v", err)
		}
	})
	if err := sign(ctx, c, request); err != nil {
		return tls.Certificate{}, err
	}
	keyDER, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.X509KeyPair(request.Status.Certificate, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: keyDER}))
}

// sign approves the request and waits for the certificate.
func sign(ctx context.Context, c client.Client, request *certificatesv1.CertificateSigningRequest) error {
	request.Status.Conditions = []certificatesv1.CertificateSigningRequestCondition{{
		Type: certificatesv1.CertificateApproved, Status: corev1.ConditionTrue, Reason: "Test", Message: "a test asked for it",
	}}
	if err := c.SubResource("approval").Update(ctx, request); err != nil {
		return err
	}
	err := wait.PollUntilContextTimeout(ctx, glance, Patience, true, func(ctx context.Context) (bool, error) {
		err := c.Get(ctx, client.ObjectKeyFromObject(request), request)
		return len(request.Status.Certificate) > 0, err
	})
	if err != nil {
		return errors.Join(errors.New("nobody signed it"), err)
	}
	return nil
}
