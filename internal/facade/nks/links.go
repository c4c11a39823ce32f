package nks

import "net/http"

// base is what links begin with.
func (d *Dialect) base(r *http.Request) string {
	switch {
	case d.options.PublicURL != "":
		return d.options.PublicURL
	case r.TLS != nil:
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
