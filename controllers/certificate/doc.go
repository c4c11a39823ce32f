// Package certificate keeps Slipway's own serving certificates: the authority in Secret slipway-ca, the certificates of the
// webhooks and of the facade in Secrets of their own, and, wherever somebody learns whom to trust, the authorities: ConfigMap
// slipway-ca, the caBundle of the webhooks and of the APIService, and the Secrets themselves. What is to be done is decided by
// internal/certificate; here it is read and written, one step at a time, and after each step everything is read anew.
//
// cmd/manager starts it with --manage-certificates; of several managers the leader does the work. Every write names the version
// that it was decided on, so that of two who believe to lead one is refused. Nothing is deleted, and no key is logged or put
// into an event.
package certificate
