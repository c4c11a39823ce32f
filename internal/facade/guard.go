package facade

import (
	"net/http"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
)

// Headers that say who asks, and for whom.
const (
	// HeaderProject names the namespace that a request is about.
	HeaderProject = "X-Project-Id"
	// HeaderToken carries a bearer token, as an alternative to Authorization.
	HeaderToken = "X-Auth-Token"

	authorization = "Authorization"

	// maxToken is how long a token in X-Auth-Token may be.
	maxToken = 16 << 10
)

// guard refuses requests whose headers contradict each other or ask for what nobody may, and puts the token of X-Auth-Token
// where the server's filters look for one. On public routes, where nobody is anybody, it drops the headers instead.
//
// Headers of front proxies are for the authenticator to judge: it knows whether the peer is one.
func guard(call *Call, header http.Header) *Refusal {
	if call.Route != nil && call.Route.Public {
		dropIdentity(header)
		return nil
	}
	if refusal := guardHops(header); refusal != nil {
		return refusal
	}
	for name := range header {
		if hasPrefixFold(name, "Impersonate-") {
			return &Refusal{Status: http.StatusUnauthorized, Cause: ForgedHeaders, Detail: "Impersonation is not possible here."}
		}
	}
	credentials := call.Credentials()
	if refusal := guardToken(credentials, header); refusal != nil {
		return refusal
	}
	refusal := guardProject(header)
	switch {
	case refusal == nil:
		return nil
	case credentials.LenientProject:
		delete(header, HeaderProject)
		return nil
	case credentials.KnownProject && len(header[HeaderProject]) == 1:
		// Nobody has a namespace of that name: the authorizer says so to those who are known.
		return nil
	}
	return refusal
}

// guardHops refuses a header Connection that names other headers: a proxy on the way would drop those, and the request would
// mean something else behind it.
func guardHops(header http.Header) *Refusal {
	for _, value := range header["Connection"] {
		for option := range strings.SplitSeq(value, ",") {
			switch strings.ToLower(strings.TrimSpace(option)) {
			case "", "close", "keep-alive", "upgrade", "te", "http2-settings":
			default:
				return &Refusal{Status: http.StatusBadRequest, Cause: BadHeader, Detail: "The header Connection must not name other headers."}
			}
		}
	}
	return nil
}

// guardToken leaves at most one credential in the headers, in Authorization.
func guardToken(credentials Credentials, header http.Header) *Refusal {
	bad := func(detail string) *Refusal {
		return &Refusal{Status: http.StatusUnauthorized, Cause: BadCredentials, Detail: detail}
	}
	if credentials.TokenFirst {
		if hasToken(header) {
			delete(header, authorization)
		} else {
			delete(header, HeaderToken)
		}
	}
	given, tokens := header[authorization], header[HeaderToken]
	switch {
	case len(given) > 1 || len(tokens) > 1:
		return bad("There is more than one credential in the headers.")
	case len(tokens) == 0:
		return nil
	case !visible(tokens[0]):
		return bad("X-Auth-Token is not a token.")
	case len(tokens[0]) > maxToken:
		return bad("X-Auth-Token is too long.")
	}
	bearer := "Bearer " + tokens[0]
	if len(given) == 1 && given[0] != bearer {
		return bad("Authorization and X-Auth-Token differ.")
	}
	header[authorization] = []string{bearer}
	delete(header, HeaderToken)
	return nil
}

// guardProject refuses a header X-Project-Id that cannot name a namespace.
func guardProject(header http.Header) *Refusal {
	projects, given := header[HeaderProject]
	switch {
	case !given:
		return nil
	case len(projects) > 1:
		return &Refusal{Status: http.StatusBadRequest, Cause: BadHeader, Detail: "X-Project-Id is given more than once."}
	case len(validation.IsDNS1123Label(projects[0])) > 0:
		return &Refusal{Status: http.StatusBadRequest, Cause: BadHeader,
			Detail: "X-Project-Id must consist of at most 63 lower case letters, digits and hyphens, and begin and end with a letter or digit."}
	}
	return nil
}

// dropIdentity removes all that says who asks.
func dropIdentity(header http.Header) {
	for name := range header {
		if Remote(name) || hasPrefixFold(name, "Impersonate-") {
			delete(header, name)
		}
	}
	delete(header, authorization)
	delete(header, HeaderToken)
	delete(header, HeaderProject)
}

// Remote tells whether a header is one by which a front proxy says for whom it asks.
func Remote(name string) bool { return hasPrefixFold(name, "X-Remote-") }

func hasPrefixFold(text, prefix string) bool {
	return len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix)
}

// visible tells whether a text is one or more visible ASCII characters.
func visible(text string) bool {
	for i := range len(text) {
		if text[i] <= ' ' || text[i] > '~' {
			return false
		}
	}
	return text != ""
}
