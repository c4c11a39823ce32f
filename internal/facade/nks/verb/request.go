package verb

import (
	"context"
	"fmt"
	"net/http"
	"time"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/fields"
	"github.com/slipway-dev/slipway/internal/hub"
)

// Settings are what the server was started with.
type Settings struct {
	// Strict switches the rules on that the provider's user guide has beside those of its API.
	Strict bool
	// Wait is how long a request waits for a task that runs.
	Wait time.Duration
	// Versions are the Kubernetes versions that may be asked for where the Platform lists none. Empty for any.
	Versions []fleetv1.KubernetesVersion
}

// Request is a request for a task on a Cluster.
type Request struct {
	Settings
	// Now is when the request came.
	Now time.Time
	// Group is the node group that the path names, as it stands there: an id or a name. Empty where the path names none.
	Group string
	// Body is the JSON object that was sent, with numbers as json.Number. Nil for an empty body.
	Body map[string]any
	// Patch is the JSON array that was sent, for the verbs that take a JSON-Patch.
	Patch []any
}

// Verb makes a task of a request. Errors: *fields.Error.
type Verb func(Request) (hub.Task, error)

// The verbs about a Cluster; clients are answered with its id.
var (
	_ Verb = Resize
	_ Verb = PatchCluster
	_ Verb = UpdateCNI
	_ Verb = ControlAccess
	_ Verb = RenewCertificates
	_ Verb = UpdateGateways
	_ Verb = UpgradeAll
)

// The verbs about the node group of the path; clients are answered with its id, or, by PatchGroup, with the whole group.
var (
	_ Verb = Stop
	_ Verb = Start
	_ Verb = SetAutoscaling
	_ Verb = Upgrade
	_ Verb = SetScript
	_ Verb = ChangeFlavor
	_ Verb = PatchGroup
)

// task makes the task of a request whose body was read.
func (r Request) task(kind string, body *fields.Object, plan func(*scene) error) (hub.Task, error) {
	if err := body.Err(); err != nil {
		return hub.Task{}, err
	}
	return hub.Task{Type: kind, Wait: r.Wait, Plan: func(ctx context.Context, draft *hub.Draft) error {
		s := &scene{Draft: draft, ctx: ctx, settings: r.Settings, body: body.Fresh()}
		if err := plan(s); err != nil {
			return err
		}
		return s.body.Err()
	}}, nil
}

// groupTask makes the task of a request about the node group that the path names.
func (r Request) groupTask(kind string, body *fields.Object, plan func(*scene, *fleetv1.NodePool) error) (hub.Task, error) {
	return r.task(kind, body, func(s *scene) error {
		pool, err := s.group(r.Group)
		if err != nil {
			return err
		}
		return plan(s, pool)
	})
}

// scene is a draft and what a wish about it is judged by.
type scene struct {
	*hub.Draft
	ctx      context.Context
	settings Settings
	// body is what was sent. It collects the faults.
	body *fields.Object
}

// refuse adds a fault (400) of a field, with its value if it is in the body.
func (s *scene) refuse(field, format string, args ...any) {
	if s.body.Has(field) {
		s.body.Refuse(field, format, args...)
		return
	}
	s.body.Add(fields.Fault{Status: http.StatusBadRequest, Field: field, Message: fmt.Sprintf(format, args...)})
}

// clash adds a fault (409) of the request as a whole.
func (s *scene) clash(format string, args ...any) { s.body.Add(fields.Clash(format, args...)) }
