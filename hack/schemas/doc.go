// Command schemas writes a JSON schema per group, kind and version, for kubeconform, from CRD manifests and from the OpenAPI
// documents of Kubernetes. It is called by hack/check-manifests.sh. Unlike the API server, which drops unknown fields, the
// schemas refuse them: a misspelt field in a sample is then an error.
package main
