package certificate

import (
	"context"
	"encoding/base64"
	"fmt"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slipway-dev/slipway/internal/certificate"
)

// apiServiceKind is read without its type, which no library that is linked anyway knows.
var apiServiceKind = schema.GroupVersionKind{Group: "apiregistration.k8s.io", Version: "v1", Kind: "APIService"}

// seen is what lies in the cluster. An object without a resource version is not there.
type seen struct {
	authority *corev1.Secret
	bundle    *corev1.ConfigMap
	serving   []*serving
	// trusting are the webhooks and the APIService that are there.
	trusting []trusting
}

// serving is a server's Secret.
type serving struct {
	server string
	names  []string
	secret *corev1.Secret
}

// trusting is an object that says whom the API server trusts.
type trusting interface {
	// id tells it from the others.
	id() string
	// bundles are what it says, once for each time that it does.
	bundles() [][]byte
	// with is the object with another bundle, and the patch that makes it so.
	with(bundle []byte) (client.Object, client.Patch)
}

// gather reads everything, live: what is decided on has to be true.
func (r *Reconciler) gather(ctx context.Context) (*seen, error) {
	s := &seen{authority: &corev1.Secret{}, bundle: &corev1.ConfigMap{}}
	for _, server := range []serving{
		{server: serverWebhook, names: serviceNames(webhookService, r.Namespace), secret: named(r.Namespace, WebhookSecret)},
		{server: serverFacade, names: append(serviceNames(facadeService, r.Namespace), r.FacadeNames...), secret: named(r.Namespace, FacadeSecret)},
	} {
		if err := r.read(ctx, server.secret); err != nil {
			return nil, err
		}
		s.serving = append(s.serving, &server)
	}
	s.authority.Namespace, s.authority.Name = r.Namespace, AuthorityName
	s.bundle.Namespace, s.bundle.Name = r.Namespace, AuthorityName
	for _, object := range []client.Object{s.authority, s.bundle} {
		if err := r.read(ctx, object); err != nil {
			return nil, err
		}
	}
	for _, object := range trustingObjects() {
		if err := r.read(ctx, object); err != nil {
			return nil, err
		}
		if object.GetResourceVersion() != "" {
			s.trusting = append(s.trusting, asTrusting(object))
		}
	}
	return s, nil
}

func named(namespace, name string) *corev1.Secret {
	secret := &corev1.Secret{}
	secret.Namespace, secret.Name = namespace, name
	return secret
}

// read reads an object by the name that it has. What is not there is left as it is.
func (r *Reconciler) read(ctx context.Context, object client.Object) error {
	if err := client.IgnoreNotFound(r.Live.Get(ctx, client.ObjectKeyFromObject(object), object)); err != nil {
		return fmt.Errorf("reading %T %s: %w", object, object.GetName(), err)
	}
	return nil
}

// trustingObjects are the webhooks and the APIService by name.
func trustingObjects() []client.Object {
	var objects []client.Object
	for _, name := range validatingWebhooks {
		object := &admissionv1.ValidatingWebhookConfiguration{}
		object.Name = name
		objects = append(objects, object)
	}
	for _, name := range mutatingWebhooks {
		object := &admissionv1.MutatingWebhookConfiguration{}
		object.Name = name
		objects = append(objects, object)
	}
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(apiServiceKind)
	object.SetName(apiService)
	return append(objects, object)
}

// observed is what there is in the words of internal/certificate.
func (s *seen) observed() certificate.Observed {
	o := certificate.Observed{Stored: s.authority.Data}
	o.Places = append(o.Places, certificate.Place{Object: "ConfigMap", Bundle: []byte(s.bundle.Data[certificate.BundleKey])})
	for _, one := range s.serving {
		o.Servers = append(o.Servers, certificate.Server{Name: one.server, Names: one.names, Pair: certificate.Pair{
			Certificate: one.secret.Data[corev1.TLSCertKey], Key: one.secret.Data[corev1.TLSPrivateKeyKey],
		}})
		if one.secret.ResourceVersion != "" {
			o.Places = append(o.Places, certificate.Place{Object: one.server, Bundle: one.secret.Data[certificate.BundleKey]})
		}
	}
	for _, object := range s.trusting {
		for _, bundle := range object.bundles() {
			o.Places = append(o.Places, certificate.Place{Object: object.id(), Bundle: bundle, Guarded: true})
		}
	}
	return o
}

// decoded reads what an unstructured object holds as base64; nil if that is not to be read.
func decoded(text string) []byte {
	content, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil
	}
	return content
}
