// Package servingcert keeps the certificate that a process serves with the same as a Secret's: a Follower watches one Secret by
// its name and offers what is in it to every TLS handshake, so that a new certificate needs no restart. Connections that are
// open go on under the certificate that they were opened with.
//
// The manager (for its webhooks) and the facade use it. It never writes, never looks at another Secret, and never gives up a
// certificate that works for one that does not, or for none: a Secret that is deleted or broken leaves the process serving with
// what it had, until somebody repairs the Secret.
package servingcert
