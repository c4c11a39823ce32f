// Package controlplane runs a real Kubernetes control plane as processes on 127.0.0.1: etcd and kube-apiserver, and, as
// asked, kube-controller-manager, kube-scheduler, kwok (which simulates nodes and pods) and Flux (which installs charts). hack/local runs the hub with
// it, the kwok-adapter every tenant cluster, and tests whatever second cluster they need.
//
// Everything about one control plane lies in one folder:
//
//	pki -> pki-<n>       certificates and keys; a rotation switches the link, so there is never half a set
//	ports.json           chosen once and kept
//	kubeconfig           for the administrator; <component>.kubeconfig beside it
//	etcd/                data; source-controller/ and tmp/ are Flux's
//	logs/  run/          one log and one process record per component
//	.lock                held while something is being changed
//
// Start is level-based: it compares what runs with what should, starts what is missing, and restarts what was started with
// other flags, ports or certificates. Being killed at any point therefore costs nothing: the next Start goes on from there.
// Processes outlive the program that started them; only Stop and Destroy end them.
//
// It is made for development and tests: etcd listens without TLS and does not sync to disk, and keys lie in files. The
// package never binds an address other than 127.0.0.1 and never touches a process that it did not record.
package controlplane
