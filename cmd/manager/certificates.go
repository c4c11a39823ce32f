package main

import (
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/certwatcher"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
	"sigs.k8s.io/controller-runtime/pkg/webhook"

	"github.com/slipway-dev/slipway/controllers/certificate"
	decider "github.com/slipway-dev/slipway/internal/certificate"
	"github.com/slipway-dev/slipway/internal/servingcert"
)

// certificateOptions are what the command line says about certificates.
type certificateOptions struct {
	systemNamespace string
	webhookSecret   string
	manage          bool
	policy          decider.Policy
	facadeNames     []string
}

func (o *certificateOptions) addFlags(flags *flag.FlagSet) {
	flags.StringVar(&o.systemNamespace, "system-namespace", "slipway-system", "The namespace of Slipway itself, where the Secrets with its certificates lie.")
	flags.StringVar(&o.webhookSecret, "webhook-cert-secret", "",
		"The name of a Secret in --system-namespace whose tls.crt and tls.key the admission webhooks are served with, and followed. Empty takes --webhook-cert-dir.")
	flags.BoolVar(&o.manage, "manage-certificates", false,
		"Make the authority slipway-ca and the certificates of the webhooks and of the facade, renew them, and have them trusted. The leader does.")
	flags.DurationVar(&o.policy.Validity, "certificate-validity", 90*24*time.Hour, "How long a certificate is good for that --manage-certificates makes.")
	flags.DurationVar(&o.policy.RenewBefore, "certificate-renew-before", 30*24*time.Hour,
		"How long before its end such a certificate is renewed, and how long a new authority is trusted before it signs.")
	flags.DurationVar(&o.policy.AuthorityValidity, "authority-validity", 10*365*24*time.Hour, "How long an authority is good for that --manage-certificates makes.")
	flags.Func("facade-certificate-names",
		"Names and IP addresses of the facade in its certificate beside those of its Service, separated by commas: those by which clients from outside reach it.",
		func(value string) error {
			o.facadeNames = append(o.facadeNames, strings.Split(value, ",")...)
			return nil
		})
}

// check refuses what flag cannot see to be wrong. certDir is the folder of --webhook-cert-dir.
func (o *certificateOptions) check(certDir string) error {
	if problems := validation.IsDNS1123Label(o.systemNamespace); len(problems) > 0 {
		return fmt.Errorf("--system-namespace %q is no name of a namespace: %s", o.systemNamespace, problems[0])
	}
	if o.webhookSecret != "" && certDir != "" {
		return errors.New("--webhook-cert-secret and --webhook-cert-dir exclude each other: the webhooks have one certificate")
	}
	if o.webhookSecret != "" {
		if problems := validation.IsDNS1123Subdomain(o.webhookSecret); len(problems) > 0 {
			return fmt.Errorf("--webhook-cert-secret %q is no name of a Secret: %s", o.webhookSecret, problems[0])
		}
	}
	if !o.manage {
		return nil
	}
	for _, name := range o.facadeNames {
		if net.ParseIP(name) == nil && len(validation.IsDNS1123Subdomain(strings.TrimPrefix(name, "*."))) > 0 {
			return fmt.Errorf("--facade-certificate-names: %q is neither a DNS name nor an IP address", name)
		}
	}
	return o.policy.Check()
}

// kept are the options of the controller that keeps the certificates; nil if somebody else does.
func (o *certificateOptions) kept() *certificate.Options {
	if !o.manage {
		return nil
	}
	return &certificate.Options{Namespace: o.systemNamespace, Policy: o.policy, FacadeNames: o.facadeNames}
}

// source is where the webhooks' certificate comes from: a Secret or files. Both are followed.
type source interface {
	manager.Runnable
	GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error)
}

// webhookServer returns the server of the webhooks, and where its certificate comes from, which is nil if there are no webhooks.
func (o *options) webhookServer(config *rest.Config) (webhook.Server, source, error) {
	if o.webhookPort < 0 {
		return webhook.NewServer(webhook.Options{Port: o.webhookPort}), nil, nil
	}
	from, err := o.certificateSource(config)
	if err != nil {
		return nil, nil, err
	}
	return webhook.NewServer(webhook.Options{Host: o.webhookHost, Port: o.webhookPort, TLSOpts: []func(*tls.Config){
		func(config *tls.Config) { config.GetCertificate = from.GetCertificate },
	}}), from, nil
}

// certificateSource returns where the webhooks' certificate comes from.
func (o *options) certificateSource(config *rest.Config) (source, error) {
	c := o.certificates
	if c.webhookSecret == "" {
		if o.webhookCertDir == "" {
			return nil, errors.New("the webhooks have no certificate: set --webhook-cert-secret or --webhook-cert-dir, or --webhook-port=-1")
		}
		files, err := certwatcher.New(filepath.Join(o.webhookCertDir, corev1.TLSCertKey), filepath.Join(o.webhookCertDir, corev1.TLSPrivateKeyKey))
		if err != nil {
			return nil, fmt.Errorf("reading the webhooks' certificate from --webhook-cert-dir: %w", err)
		}
		return files, nil
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("building a client for the webhooks' certificate: %w", err)
	}
	return &servingcert.Follower{
		Secrets: client.CoreV1().RESTClient(),
		Name:    types.NamespacedName{Namespace: c.systemNamespace, Name: c.webhookSecret},
		Logger:  ctrl.Log.WithName("certificates"),
	}, nil
}

// serveWith has the manager follow the webhooks' certificate and tell in its metrics when it expires.
func serveWith(mgr ctrl.Manager, from source) error {
	if err := mgr.Add(from); err != nil {
		return fmt.Errorf("following the webhooks' certificate: %w", err)
	}
	err := metrics.Registry.Register(servingcert.Metric{Server: "webhook", Certificate: func() []byte {
		current, err := from.GetCertificate(nil)
		if err != nil || current == nil || len(current.Certificate) == 0 {
			return nil
		}
		return current.Certificate[0]
	}})
	if err != nil {
		return fmt.Errorf("adding the metric of the webhooks' certificate: %w", err)
	}
	return nil
}
