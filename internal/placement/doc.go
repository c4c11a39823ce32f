// Package placement decides which Platform governs a Cluster: the one that its spec names, else the one that its
// namespace's label names, else the default. The controller of Clusters and the admission webhooks call it, so that both
// say the same. It is pure: it is given the Platforms and reads nothing.
package placement
