package cce

import (
	"net"
	"strings"
)

// hostPrefix returns the first label of a Host, {clusterid}.example: it may name a cluster. It is empty for addresses and for names
// of one label, which have no such prefix.
func hostPrefix(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	label, rest, found := strings.Cut(host, ".")
	if !found || rest == "" || net.ParseIP(host) != nil {
		return ""
	}
	return strings.ToLower(label)
}
