// Package tenancy says who asks, in whose name, and in which namespace.
//
// internal/apiserver puts its Authenticator and Authorizer around those of k8s.io/apiserver. They complete the Call and the
// RequestInfo of a request for a dialect, let public routes pass, and leave requests for no dialect alone. What they refuse
// they explain to the facade (Call.Because), since a filter of the server only knows yes and no.
//
// It never decides about rights itself, with one exception: an identity that is bound to adapters may report in its own
// namespace. It never trusts what a token says that was not verified.
package tenancy
