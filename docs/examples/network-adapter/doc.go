// Command network-adapter is the example of docs/adapters.md: an adapter that gives every Cluster an address range of its own and
// writes it into a ConfigMap beside the Cluster. It is run by who reads that page, and by the test of it. It is part of no
// installation, and makes no network.
package main
