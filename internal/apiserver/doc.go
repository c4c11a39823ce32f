// Package apiserver composes the facade's server: a GenericAPIServer with delegated authentication and authorization, audit,
// priority and fairness, health, metrics and tracing, without etcd and without admission, on whose mux the REST dialects are
// mounted. cmd/apiserver runs it. It holds no logic of any dialect.
package apiserver
