module example.invalid/tools/k8s-1.35

go 1.26.0

// For its OpenAPI documents only: nothing of it is built.
require k8s.io/kubernetes v1.35.4
