// Package apiserver composes the facade's server: a GenericAPIServer with delegated authentication and authorization, audit,
// priority and fairness, health, metrics and tracing, without etcd and without admission, on whose mux the REST dialects are
// mounted. It also runs the informers that feed the hub's index.
//
// cmd/apiserver runs it: Options → Config → Server. It holds no logic of any dialect, and decides nothing about a caller:
// that is internal/facade's.
package apiserver
