// Package catalog decides about catalogue entries: whether an AddonTemplate can be used at all, which of its versions fit a
// cluster, which of those an add-on can be upgraded to, and whether an add-on's dependencies are met.
//
// The add-on and template controllers and the admission webhooks call it. It takes objects as values and never reads a
// cluster.
package catalog
