package apiserver

import (
	"context"
	"sync"
	"sync/atomic"

	"k8s.io/apimachinery/pkg/types"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/apiserver/pkg/server/dynamiccertificates"
	"k8s.io/client-go/kubernetes"
	"k8s.io/component-base/metrics/legacyregistry"
	"k8s.io/klog/v2"

	"github.com/slipway-dev/slipway/internal/servingcert"
)

// servingSecret gives the secure port the certificate of a Secret. The generic server starts it with the port.
type servingSecret struct{ *servingcert.Follower }

var (
	_ dynamiccertificates.CertKeyContentProvider = servingSecret{}
	_ dynamiccertificates.ControllerRunner       = servingSecret{}
)

// followSecret has the secure port serve with the certificate of a Secret, if the options name one.
func (o *Options) followSecret(serving *genericapiserver.SecureServingInfo, client kubernetes.Interface) {
	if o.CertificateSecret == "" {
		return
	}
	serving.Cert = servingSecret{&servingcert.Follower{
		Secrets: client.CoreV1().RESTClient(),
		Name:    types.NamespacedName{Namespace: o.SystemNamespace, Name: o.CertificateSecret},
		Logger:  klog.Background(),
	}}
}

// measured is whose certificate the metric is about: a process has one facade, but tests have many.
var measured atomic.Pointer[dynamiccertificates.CertKeyContentProvider]

var registerCertificate = sync.OnceFunc(func() {
	legacyregistry.RawMustRegister(servingcert.Metric{Server: "apiserver", Certificate: func() []byte {
		certificate, _ := (*measured.Load()).CurrentCertKeyContent()
		return certificate
	}})
})

// measure has the metrics tell when the certificate of the secure port expires.
func measure(serving *genericapiserver.SecureServingInfo) {
	if serving.Cert != nil {
		measured.Store(&serving.Cert)
		registerCertificate()
	}
}

// Name tells logs where the certificate comes from.
func (s servingSecret) Name() string { return "secret " + s.Follower.Name.String() }

// CurrentCertKeyContent is empty while there is no certificate: handshakes fail until then.
func (s servingSecret) CurrentCertKeyContent() (certificate, key []byte) { return s.PEM() }

// AddListener implements dynamiccertificates.Notifier.
func (s servingSecret) AddListener(listener dynamiccertificates.Listener) {
	s.OnChange(listener.Enqueue)
}

// RunOnce leaves the work to Run.
func (servingSecret) RunOnce(context.Context) error { return nil }

// Run follows the Secret until the context ends.
func (s servingSecret) Run(ctx context.Context, _ int) {
	if err := s.Start(ctx); err != nil {
		klog.FromContext(ctx).Error(err, "Following the Secret with the serving certificate")
	}
}
