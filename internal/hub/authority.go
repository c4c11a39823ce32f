package hub

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	certutil "k8s.io/client-go/util/cert"
	"k8s.io/client-go/util/keyutil"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// Authority implements SecretReader. Where no authority was left beside the Cluster, it is the one that its kubeconfig trusts.
func (s *Store) Authority(ctx context.Context, caller Caller, cluster Ref) ([]byte, error) {
	record, err := s.clusterOfCaller(ctx, caller, cluster)
	if err != nil {
		return nil, err
	}
	certificates, _, err := s.authority(ctx, record.Cluster)
	if err != nil {
		return nil, err
	}
	if len(certificates) == 0 {
		return nil, &Error{Reason: WrongState, Message: "The certificate authority of the cluster is not known yet"}
	}
	return encodeCertificates(certificates), nil
}

// Sign implements SecretReader.
func (s *Store) Sign(ctx context.Context, caller Caller, cluster Ref, request *x509.CertificateRequest) ([]byte, error) {
	record, err := s.clusterOfCaller(ctx, caller, cluster)
	if err != nil {
		return nil, err
	}
	if err := request.CheckSignature(); err != nil {
		return nil, &Error{Reason: Invalid, Message: "The request is not signed with the key that it is about", Err: err}
	}
	certificates, keyPEM, err := s.authority(ctx, record.Cluster)
	if err != nil {
		return nil, err
	}
	now := s.Clock.Now()
	signer := pair(certificates, keyPEM)
	if signer == nil || now.After(signer.certificate.NotAfter) {
		return nil, &Error{Reason: WrongState, Message: "The key of the cluster's certificate authority is not on this management cluster"}
	}
	return signer.sign(request, now, now.AddDate(validity(record.Cluster), 0, 0))
}

// defaultValidity is for how many years certificates are valid where a Cluster does not say it.
const defaultValidity = 5

func validity(cluster *fleetv1.Cluster) int {
	if c := cluster.Spec.Certificates; c != nil && c.ValidityYears > 0 {
		return int(c.ValidityYears)
	}
	return defaultValidity
}

// authority reads a Cluster's certificate authority, and its key, if that is there; no certificates if neither is known.
//
// The Secret is found by its name, and anybody may name a Cluster after a Secret of theirs, or find one that an earlier Cluster of
// the name left behind. So it counts only if the Cluster owns it, or if the Cluster's kubeconfig trusts what it holds.
func (s *Store) authority(ctx context.Context, cluster *fleetv1.Cluster) (certificates []*x509.Certificate, keyPEM []byte, err error) {
	secret, err := s.secret(ctx, cluster.Namespace, fleetv1.CASecretName(cluster.Name))
	if err != nil {
		return nil, nil, err
	}
	var left []*x509.Certificate
	if secret != nil {
		left = decodeCertificates(secret.Data[corev1.TLSCertKey])
		if len(left) > 0 && owns(cluster, secret) {
			return left, secret.Data[corev1.TLSPrivateKeyKey], nil
		}
	}
	_, config, err := s.kubeconfig(ctx, cluster)
	if err != nil {
		return nil, nil, err
	}
	trusted := trustedBy(config)
	if len(left) > 0 && slices.ContainsFunc(trusted, left[0].Equal) {
		return left, secret.Data[corev1.TLSPrivateKeyKey], nil
	}
	return trusted, nil, nil
}

// trustedBy returns the authorities that the current context of a kubeconfig trusts. The kubeconfig may be nil.
func trustedBy(config *clientcmdapi.Config) []*x509.Certificate {
	if config == nil {
		return nil
	}
	current := config.Contexts[config.CurrentContext]
	if current == nil || config.Clusters[current.Cluster] == nil {
		return nil
	}
	return decodeCertificates(config.Clusters[current.Cluster].CertificateAuthorityData)
}

// decodeCertificates returns the certificates in PEM text; nil if it holds none, or something broken.
func decodeCertificates(text []byte) []*x509.Certificate {
	certificates, err := certutil.ParseCertsPEM(text)
	if err != nil {
		return nil
	}
	return certificates
}

// encodeCertificates writes certificates, and nothing else that may have stood beside them.
func encodeCertificates(certificates []*x509.Certificate) []byte {
	var text bytes.Buffer
	for _, certificate := range certificates {
		text.Write(pem.EncodeToMemory(&pem.Block{Type: certutil.CertificateBlockType, Bytes: certificate.Raw}))
	}
	return text.Bytes()
}

// signer is a certificate authority with its key.
type signer struct {
	certificate *x509.Certificate
	key         crypto.Signer
}

// pair finds the certificate that a key belongs to; nil if there is none that may sign others.
func pair(certificates []*x509.Certificate, keyPEM []byte) *signer {
	parsed, err := keyutil.ParsePrivateKeyPEM(keyPEM)
	if err != nil {
		return nil
	}
	key, ok := parsed.(crypto.Signer)
	if !ok {
		return nil
	}
	public, ok := key.Public().(interface {
		Equal(other crypto.PublicKey) bool
	})
	if !ok {
		return nil
	}
	for _, certificate := range certificates {
		if certificate.IsCA && public.Equal(certificate.PublicKey) {
			return &signer{certificate, key}
		}
	}
	return nil
}

// backdate makes certificates valid for servers whose clock is a little behind.
const backdate = 5 * time.Minute

// serialBits is the size of serial numbers: random, so that no two are the same.
const serialBits = 127

// sign issues a client certificate, which never outlives the authority. Of the request only the subject and the key count.
func (s *signer) sign(request *x509.CertificateRequest, now, end time.Time) ([]byte, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), serialBits))
	if err != nil {
		return nil, fmt.Errorf("making a serial number: %w", err)
	}
	if end.After(s.certificate.NotAfter) {
		end = s.certificate.NotAfter
	}
	template := &x509.Certificate{
		SerialNumber: serial.SetBit(serial, serialBits-1, 1), // never zero, always of one length
		RawSubject:   request.RawSubject,
		NotBefore:    now.Add(-backdate), NotAfter: end,
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, s.certificate, request.PublicKey, s.key)
	if err != nil {
		return nil, &Error{Reason: Invalid, Message: "The request cannot be signed", Err: err}
	}
	return pem.EncodeToMemory(&pem.Block{Type: certutil.CertificateBlockType, Bytes: der}), nil
}
