module example.invalid/tools/definitions

go 1.26.0

// For their CustomResourceDefinitions only: nothing of them is built.
require (
	github.com/cert-manager/cert-manager v1.21.2
	github.com/prometheus-operator/prometheus-operator v0.89.0
	sigs.k8s.io/gateway-api v1.6.3
)
