package tracing

import (
	"context"
	"fmt"
	"os"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/resource"
	apiserverv1 "k8s.io/apiserver/pkg/apis/apiserver/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/transport"
	componenttracing "k8s.io/component-base/tracing"
	tracingapi "k8s.io/component-base/tracing/api/v1"
	"k8s.io/klog/v2"
	"sigs.k8s.io/yaml"
)

// scope is what our spans are known to come from.
const scope = "github.com/slipway-dev/slipway"

// Provider makes spans. Whoever opens it has to close it.
type Provider struct {
	componenttracing.TracerProvider
	// on tells that spans are made.
	on bool
}

// On tells whether anything is traced.
func (p Provider) On() bool { return p.on }

// Open makes the provider that a file configures: a TracingConfiguration of apiserver.config.k8s.io, as kube-apiserver takes it. It
// becomes that of the whole process. Without a file nothing is traced. service is what the spans say that they come from.
func Open(ctx context.Context, file, service string) (Provider, error) {
	if file == "" {
		return Provider{TracerProvider: componenttracing.NewNoopTracerProvider()}, nil
	}
	configuration, err := read(file)
	if err != nil {
		return Provider{}, fmt.Errorf("--tracing-config-file %s: %w", file, err)
	}
	host, err := os.Hostname()
	if err != nil {
		return Provider{}, fmt.Errorf("naming this replica: %w", err)
	}
	provider, err := componenttracing.NewProvider(ctx, configuration, nil, []resource.Option{resource.WithAttributes(
		attribute.String("service.name", service), attribute.String("service.instance.id", host),
	)})
	if err != nil {
		return Provider{}, fmt.Errorf("--tracing-config-file %s: opening the way to the collector: %w", file, err)
	}
	otel.SetTracerProvider(provider)
	return Provider{TracerProvider: provider, on: true}, nil
}

// closing is how long sending what is left may take.
const closing = 5 * time.Second

// Close sends what is left. That the collector does not take it is logged, and no reason for a process to fail.
func Close(ctx context.Context, provider Provider) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
	defer cancel()
	if err := provider.Shutdown(ctx); err != nil {
		klog.FromContext(ctx).Error(err, "Sending the last spans failed")
	}
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

// Outgoing makes a span of each request that goes out by a client of the configuration, and tells its receiver the trace. Where
// nothing is traced it changes nothing.
func Outgoing(config *rest.Config, provider Provider) { config.Wrap(provider.Transport()) }

// Transport is what Outgoing wraps a transport with; nil where nothing is traced.
func (p Provider) Transport() transport.WrapperFunc {
	if !p.on {
		return nil
	}
	return componenttracing.WrapperFor(p)
}
