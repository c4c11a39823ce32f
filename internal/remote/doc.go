// Package remote turns the content of a kubeconfig Secret into something that is safe to use, and talks to the tenant
// cluster it names.
//
// A kubeconfig is a program: it can name commands to run, files to read, proxies to go through and identities to put on.
// Whoever may write a Secret in a tenant's namespace must not get any of that from the process that reads it. So nothing here
// loads a kubeconfig as it is: Parse rebuilds it from an allow-list of fields (server, certificate-authority-data,
// tls-server-name; client-certificate-data, client-key-data, token) of the current context, and refuses the rest with a
// message that names the field and what to do instead. Unknown and harmless fields are dropped.
//
// The import adapter, the add-on controller and the local adapters call it. It never opens a file, runs a command, reads the
// environment, follows a redirect or quotes a secret in an error.
package remote
