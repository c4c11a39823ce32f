package nks

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/slipway-dev/slipway/internal/facade"
)

// Headers of the answers. Go writes them in its own case; names of headers have none.
const (
	headerVersion   = "OpenStack-API-Version"
	headerMinimum   = "OpenStack-API-Minimum-Version"
	headerMaximum   = "OpenStack-API-Maximum-Version"
	headerRequestID = "X-Openstack-Request-Id"

	// serviceType is what the service is called before a version.
	serviceType = "container-infrastructure-management"
)

// version is a microversion.
type version struct{ major, minor int }

func (v version) String() string { return fmt.Sprintf("%d.%d", v.major, v.minor) }

// The versions that are offered. All of them mean the same; 1.13 is none of them, because it takes stack_id away.
var (
	oldest = version{1, 1}
	newest = version{1, 12}
)

// offered tells whether a version is served.
func (v version) offered() bool {
	return v.major == oldest.major && v.minor >= oldest.minor && v.minor <= newest.minor
}

var versionForm = regexp.MustCompile(`^([1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})$`)

// microversion reads which version a client asks for, and whether it is offered. Who asks for none, for the latest, or for what cannot
// be read gets the newest.
func microversion(header http.Header) (version, bool) {
	asked := ""
	for entry := range strings.SplitSeq(strings.Join(header.Values(headerVersion), ","), ",") {
		words := strings.Fields(entry)
		if len(words) != 2 {
			continue
		}
		// Clients of several services name them all; then ours is the one that counts.
		if asked == "" || ours(words[0]) {
			asked = words[1]
		}
	}
	parts := versionForm.FindStringSubmatch(asked)
	if parts == nil {
		return newest, true
	}
	var v version
	v.major, _ = strconv.Atoi(parts[1])
	v.minor, _ = strconv.Atoi(parts[2])
	return v, v.offered()
}

// ours tells whether a service type is one of this service's.
func ours(service string) bool {
	return strings.HasPrefix(service, "container-infra") || service == "magnum"
}

// setHeaders sets what every answer carries.
func setHeaders(header http.Header, call *facade.Call, served version) {
	header.Set(headerVersion, serviceType+" "+served.String())
	header.Set(headerMinimum, serviceType+" "+oldest.String())
	header.Set(headerMaximum, serviceType+" "+newest.String())
	header.Set("Vary", headerVersion)
	header.Set(headerRequestID, requestID(call))
}

// requestID is the id of a request as OpenStack writes it: the facade's own where that is a UUID, else one that follows from it.
func requestID(call *facade.Call) string {
	text := strings.TrimPrefix(call.RequestID, "req-")
	id, err := uuid.Parse(text)
	if err != nil {
		id = uuid.NewSHA1(uuid.Nil, []byte(text))
	}
	return "req-" + id.String()
}

// gophercloud tells whether a request comes from a program built on gophercloud, whose decoder wants labels to be strings, and whose
// users plan by what reads back.
func gophercloud(r *http.Request) bool {
	return strings.Contains(r.UserAgent(), "gophercloud/")
}
