package servingcert_test

import (
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/go-logr/logr"
	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus/testutil"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/util/cert"

	"github.com/slipway-dev/slipway/internal/servingcert"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

const patience = 30 * time.Second

// world is a Secret and a server that follows it.
type world struct {
	*testing.T
	Gomega
	*testenv.Environment
	follower *servingcert.Follower
	address  string
	changes  chan struct{}
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, Gomega: NewWithT(t), Environment: testenv.ForTest(t, testenv.Options{}), changes: make(chan struct{}, 100)}
	client, err := kubernetes.NewForConfig(w.Config)
	w.Expect(err).NotTo(HaveOccurred())
	w.follower = &servingcert.Follower{
		Secrets: client.CoreV1().RESTClient(), Name: types.NamespacedName{Namespace: "default", Name: "certificate"},
		Logger: logr.FromSlogHandler(slog.NewTextHandler(io.Discard, nil)),
	}
	w.follower.OnChange(func() { w.changes <- struct{}{} })
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{GetCertificate: w.follower.GetCertificate, MinVersion: tls.VersionTLS12})
	w.Expect(err).NotTo(HaveOccurred())
	t.Cleanup(func() { _ = listener.Close() })
	w.address = listener.Addr().String()
	go serve(listener)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- w.follower.Start(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return w
}

// serve echoes.
func serve(listener net.Listener) {
	for {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer connection.Close()
			_, _ = io.Copy(connection, connection)
		}()
	}
}

// write writes the Secret with a certificate for a name, and returns what it holds.
func (w *world) write(name string) *corev1.Secret {
	w.Helper()
	certificate, key, err := cert.GenerateSelfSignedCertKey(name, nil, nil)
	w.Expect(err).NotTo(HaveOccurred())
	return w.put(map[string][]byte{corev1.TLSCertKey: certificate, corev1.TLSPrivateKeyKey: key})
}

func (w *world) put(data map[string][]byte) *corev1.Secret {
	w.Helper()
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "certificate"}, Type: corev1.SecretTypeTLS, Data: data}
	if err := w.Client.Create(w.Context(), secret); err != nil {
		w.Expect(w.Client.Update(w.Context(), secret)).To(Succeed())
	}
	return secret
}

// presented is the name in the certificate that the server presents; empty if there is none.
func (w *world) presented() string {
	connection, err := tls.Dial("tcp", w.address, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12})
	if err != nil {
		return ""
	}
	defer connection.Close()
	return connection.ConnectionState().PeerCertificates[0].DNSNames[0]
}

func TestAServerFollowsItsSecret(t *testing.T) {
	w := newWorld(t)
	metric := servingcert.Metric{Server: "webhook", Certificate: func() []byte {
		certificate, _ := w.follower.PEM()
		return certificate
	}}
	w.Expect(w.presented()).To(BeEmpty(), "there is no certificate")
	w.Expect(testutil.CollectAndCount(metric)).To(BeZero())

	first := w.write("first")
	w.Eventually(w.presented, patience).Should(Equal("first"))
	pair, err := tls.X509KeyPair(first.Data[corev1.TLSCertKey], first.Data[corev1.TLSPrivateKeyKey])
	w.Expect(err).NotTo(HaveOccurred())
	w.Expect(testutil.ToFloat64(metric)).To(Equal(float64(pair.Leaf.NotAfter.Unix())))
	lasting, err := tls.Dial("tcp", w.address, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12})
	w.Expect(err).NotTo(HaveOccurred())
	defer lasting.Close()

	second := w.write("second")
	w.Eventually(w.presented, patience).Should(Equal("second"))
	w.Expect(w.changes).To(HaveLen(2))

	// What is none is not served with, and what comes after it is.
	w.put(map[string][]byte{corev1.TLSCertKey: []byte("no"), corev1.TLSPrivateKeyKey: []byte("no")})
	w.put(map[string][]byte{corev1.TLSCertKey: second.Data[corev1.TLSCertKey], corev1.TLSPrivateKeyKey: []byte("no")})
	w.Expect(w.Client.Delete(w.Context(), second)).To(Succeed())
	w.Consistently(w.presented, "1s").Should(Equal("second"))
	w.write("third")
	w.Eventually(w.presented, patience).Should(Equal("third"))
	w.Expect(w.changes).To(HaveLen(3))

	_, err = lasting.Write([]byte("still there"))
	w.Expect(err).NotTo(HaveOccurred())
	answer := make([]byte, len("still there"))
	_, err = io.ReadFull(lasting, answer)
	w.Expect(err).NotTo(HaveOccurred(), "a connection outlives the certificate that it was opened with")
}

// A Secret that changes in other ways, such as by another bundle, changes nothing for the server.
func TestOnlyACertificateIsAChange(t *testing.T) {
	w := newWorld(t)
	secret := w.write("first")
	w.Eventually(w.presented, patience).Should(Equal("first"))
	secret.Data["ca.crt"] = []byte("another bundle")
	w.Expect(w.Client.Update(w.Context(), secret)).To(Succeed())
	w.write("second")
	w.Eventually(w.presented, patience).Should(Equal("second"))
	w.Expect(w.changes).To(HaveLen(2))
}
