package certificate

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/slipway-dev/slipway/internal/certificate"
)

// labels are those of what is made.
var labels = map[string]string{"app.kubernetes.io/part-of": "slipway"}

// take takes a step.
func (r *Reconciler) take(ctx context.Context, s *seen, step certificate.Step, now time.Time) error {
	switch {
	case step.Make != "":
		made, err := certificate.NewAuthority(r.Policy, now)
		if err != nil {
			return err
		}
		issued.WithLabelValues(authority).Inc()
		return r.store(ctx, s, step.State.With(step.Make, made), step.Reason)
	case step.Store:
		return r.store(ctx, s, step.State, step.Reason)
	}
	// Where one place cannot be written the others still are, and certificates are renewed: see internal/certificate for why that
	// is never too early.
	err := r.publish(ctx, s, step)
	for _, server := range step.Issue {
		err = errors.Join(err, r.issue(ctx, s, server, step.State, now))
	}
	return err
}

// store writes what has become of the authorities.
func (r *Reconciler) store(ctx context.Context, s *seen, state certificate.State, reason string) error {
	data, err := state.Data()
	if err != nil {
		return err
	}
	ctrl.LoggerFrom(ctx).Info("Changing the authorities", "secret", AuthorityName, "reason", reason,
		"signing", state.Signing.String(), "next", state.Next.String(), "trusted", len(state.Old))
	return r.writeSecret(ctx, s.authority, data)
}

// publish writes the bundle where it has to be written.
func (r *Reconciler) publish(ctx context.Context, s *seen, step certificate.Step) error {
	if len(step.Publish) == 0 {
		return nil
	}
	ctrl.LoggerFrom(ctx).Info("Publishing the authorities", "where", step.Publish)
	bundle := step.State.Bundle()
	var errs []error
	for _, one := range s.serving {
		if slices.Contains(step.Publish, one.server) {
			errs = append(errs, r.writeSecret(ctx, one.secret, map[string][]byte{certificate.BundleKey: bundle}))
		}
	}
	for _, object := range s.trusting {
		if !slices.Contains(step.Publish, object.id()) {
			continue
		}
		changed, patch := object.with(bundle)
		if err := r.Client.Patch(ctx, changed, patch); err != nil {
			errs = append(errs, fmt.Errorf("writing the authorities into %s: %w", object.id(), err))
		}
	}
	if slices.Contains(step.Publish, "ConfigMap") {
		errs = append(errs, r.writeConfigMap(ctx, s.bundle, bundle))
	}
	return errors.Join(errs...)
}

// issue gives a server a new certificate.
func (r *Reconciler) issue(ctx context.Context, s *seen, server certificate.Server, state certificate.State, now time.Time) error {
	pair, err := state.Signing.Issue(server.Names, r.Policy, now)
	if err != nil {
		return err
	}
	ctrl.LoggerFrom(ctx).Info("Issuing a certificate", "certificate", server.Name, "names", server.Names, "authority", state.Signing.String())
	for _, one := range s.serving {
		if one.server != server.Name {
			continue
		}
		data := map[string][]byte{
			corev1.TLSCertKey: pair.Certificate, corev1.TLSPrivateKeyKey: pair.Key, certificate.BundleKey: state.Bundle(),
		}
		if err := r.writeSecret(ctx, one.secret, data); err != nil {
			return err
		}
		issued.WithLabelValues(server.Name).Inc()
	}
	return nil
}

// writeSecret makes a Secret, or changes some keys of it. Of the Secret with the authorities those keys go that have no value.
func (r *Reconciler) writeSecret(ctx context.Context, secret *corev1.Secret, data map[string][]byte) error {
	if secret.ResourceVersion == "" {
		return r.apply(ctx, "Secret "+secret.Name, corev1ac.Secret(secret.Name, secret.Namespace).
			WithLabels(labels).WithType(corev1.SecretTypeTLS).WithData(data))
	}
	changed := secret.DeepCopy()
	if changed.Data == nil {
		changed.Data = map[string][]byte{}
	}
	if secret.Name == AuthorityName {
		for _, key := range certificate.Keys {
			delete(changed.Data, key)
		}
	}
	maps.Copy(changed.Data, data)
	// The version that was read has to be the present one still. What changes the object in place keeps the next write of the same
	// step from being refused.
	if err := r.Client.Patch(ctx, changed, client.MergeFromWithOptions(secret, client.MergeFromWithOptimisticLock{})); err != nil {
		return fmt.Errorf("writing Secret %s, which can be deleted if it cannot be changed: it is made again: %w", secret.Name, err)
	}
	changed.DeepCopyInto(secret)
	return nil
}

// apply makes an object that is not there. Unlike a create it needs no right to make others: the name is part of the request.
func (r *Reconciler) apply(ctx context.Context, what string, object runtime.ApplyConfiguration) error {
	if err := r.Client.Apply(ctx, object, client.FieldOwner(fieldOwner)); err != nil {
		return fmt.Errorf("making %s: %w", what, err)
	}
	return nil
}

// writeConfigMap makes the ConfigMap with the authorities, or changes it.
func (r *Reconciler) writeConfigMap(ctx context.Context, object *corev1.ConfigMap, bundle []byte) error {
	data := map[string]string{certificate.BundleKey: string(bundle)}
	if object.ResourceVersion == "" {
		return r.apply(ctx, "ConfigMap "+object.Name, corev1ac.ConfigMap(object.Name, object.Namespace).WithLabels(labels).WithData(data))
	}
	changed := object.DeepCopy()
	if changed.Data == nil {
		changed.Data = map[string]string{}
	}
	maps.Copy(changed.Data, data)
	if err := r.Client.Patch(ctx, changed, client.MergeFromWithOptions(object, client.MergeFromWithOptimisticLock{})); err != nil {
		return fmt.Errorf("writing ConfigMap %s: %w", object.Name, err)
	}
	return nil
}
