package tracing

import (
	"context"
	"fmt"
	"os"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/trace"
	apiserverv1 "k8s.io/apiserver/pkg/apis/apiserver/v1"
	"k8s.io/client-go/rest"
	componenttracing "k8s.io/component-base/tracing"
	tracingapi "k8s.io/component-base/tracing/api/v1"
	"sigs.k8s.io/yaml"
)

// scope is what our spans are known to come from.
const scope = "github.com/slipway-dev/slipway"

// Provider makes spans, and sends what is left of them when it is shut down.
type Provider = componenttracing.TracerProvider

// Open makes the provider that a file configures: a TracingConfiguration of apiserver.config.k8s.io, as kube-apiserver takes it. It
// becomes that of the whole process. Without a file nothing is traced. service is what the spans say that they come from.
func Open(ctx context.Context, file, service string) (Provider, error) {
	if file == "" {
		return componenttracing.NewNoopTracerProvider(), nil
	}
	configuration, err := read(file)
	if err != nil {
		return nil, fmt.Errorf("--tracing-config-file %s: %w", file, err)
	}
	host, err := os.Hostname()
	if err != nil {
		return nil, fmt.Errorf("naming this replica: %w", err)
	}
	provider, err := componenttracing.NewProvider(ctx, configuration, nil, []resource.Option{resource.WithAttributes(
		attribute.String("service.name", service), attribute.String("service.instance.id", host),
	)})
	if err != nil {
		return nil, fmt.Errorf("--tracing-config-file %s: opening the way to the collector: %w", file, err)
	}
	otel.SetTracerProvider(provider)
	return provider, nil
}

// read reads and checks a configuration.
func read(file string) (*tracingapi.TracingConfiguration, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	configuration := &apiserverv1.TracingConfiguration{}
	if err := yaml.UnmarshalStrict(text, configuration); err != nil {
		return nil, err
	}
	wanted := apiserverv1.SchemeGroupVersion.WithKind("TracingConfiguration")
	if configuration.GroupVersionKind() != wanted {
		return nil, fmt.Errorf("it must be a %s of %s", wanted.Kind, wanted.GroupVersion())
	}
	errs := tracingapi.ValidateTracingConfiguration(&configuration.TracingConfiguration, nil, nil)
	return &configuration.TracingConfiguration, errs.ToAggregate()
}

// Outgoing makes a span of each request that goes out by a client of the configuration, and tells its receiver the trace.
func Outgoing(config *rest.Config, provider Provider) {
	config.Wrap(componenttracing.WrapperFor(provider))
}

// About adds attributes to the span of the context, if there is one that is kept. The function is not called otherwise.
func About(ctx context.Context, attributes func() []attribute.KeyValue) {
	if span := trace.SpanFromContext(ctx); span.IsRecording() {
		span.SetAttributes(attributes()...)
	}
}
