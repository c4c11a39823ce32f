// Command schemas writes a JSON schema per kind and version from CRD manifests, for kubeconform. It is called by
// hack/verify-lint.sh. Unlike the API server, which drops unknown fields, the schemas refuse them: a misspelt field in a
// sample is then an error.
package main
