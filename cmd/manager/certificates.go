package main

import (
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/slipway-dev/slipway/internal/servingcert"
)

// certificateOptions are what the command line says about certificates.
type certificateOptions struct {
	systemNamespace  string
	webhookSecret    string
	manage           bool
	validity         time.Duration
	renewBefore      time.Duration
	authorityLife    time.Duration
	facadeExtraNames []string
}

func (o *certificateOptions) addFlags(flags *flag.FlagSet) {
	flags.StringVar(&o.systemNamespace, "system-namespace", "slipway-system", "The namespace of Slipway itself, where the Secrets with its certificates lie.")
	flags.StringVar(&o.webhookSecret, "webhook-cert-secret", "",
		"The name of a Secret in --system-namespace whose tls.crt and tls.key the admission webhooks are served with, and followed. Empty takes --webhook-cert-dir.")
	flags.BoolVar(&o.manage, "manage-certificates", false,
		"Make the authority slipway-ca and the certificates of the webhooks and of the facade, renew them, and have them trusted. The leader does.")
	flags.DurationVar(&o.validity, "certificate-validity", 90*24*time.Hour, "How long a certificate is good for that --manage-certificates makes.")
	flags.DurationVar(&o.renewBefore, "certificate-renew-before", 30*24*time.Hour,
		"How long before its end such a certificate is renewed, and how long a new authority is trusted before it signs.")
	flags.DurationVar(&o.authorityLife, "authority-validity", 10*365*24*time.Hour, "How long an authority is good for that --manage-certificates makes.")
	flags.Func("facade-certificate-names",
		"Names and IP addresses of the facade in its certificate beside those of its Service, separated by commas: those by which clients from outside reach it.",
		func(value string) error {
			o.facadeExtraNames = append(o.facadeExtraNames, strings.Split(value, ",")...)
			return nil
		})
}

// check refuses what flag cannot see to be wrong. certDir is the folder of --webhook-cert-dir.
func (o *certificateOptions) check(certDir string) error {
	if problems := validation.IsDNS1123Label(o.systemNamespace); len(problems) > 0 {
		return fmt.Errorf("--system-namespace %q is no name of a namespace: %s", o.systemNamespace, problems[0])
	}
	if o.webhookSecret == "" {
		return nil
	}
	if certDir != "" {
		return errors.New("--webhook-cert-secret and --webhook-cert-dir exclude each other: the webhooks have one certificate")
	}
	if problems := validation.IsDNS1123Subdomain(o.webhookSecret); len(problems) > 0 {
		return fmt.Errorf("--webhook-cert-secret %q is no name of a Secret: %s", o.webhookSecret, problems[0])
	}
	return nil
}

// follower follows the Secret with the webhooks' certificate; nil if there is none to follow.
func (o *certificateOptions) follower(config *rest.Config) (*servingcert.Follower, error) {
	if o.webhookSecret == "" {
		return nil, nil
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("building a client for the webhooks' certificate: %w", err)
	}
	return &servingcert.Follower{
		Secrets: client.CoreV1().RESTClient(),
		Name:    types.NamespacedName{Namespace: o.systemNamespace, Name: o.webhookSecret},
		Logger:  ctrl.Log.WithName("certificates"),
	}, nil
}

// tlsOptions has a server offer what a follower follows, if there is one.
func tlsOptions(follower *servingcert.Follower) []func(*tls.Config) {
	if follower == nil {
		return nil
	}
	return []func(*tls.Config){func(config *tls.Config) { config.GetCertificate = follower.GetCertificate }}
}
