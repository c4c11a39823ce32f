package verb

import (
	"strings"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/fields"
	"github.com/slipway-dev/slipway/internal/facade/nks/kept"
	"github.com/slipway-dev/slipway/internal/hub"
)

const (
	fieldScript = "contents"
	// maxScript is how many bytes a script may have.
	maxScript = 65536
	// interpreter is how a script begins, under the strict rules.
	interpreter = "#!"
)

// SetScript changes the script that new nodes of a node group run. A script of the older form stays beside it.
func SetScript(r Request) (hub.Task, error) {
	body := fields.Read(r.Body)
	script := body.Text(fieldScript, fields.Text{Required: true, Max: maxScript})
	if r.Strict && script != "" && !strings.HasPrefix(script, interpreter) {
		body.Refuse(fieldScript, "The first line should begin with %s.", interpreter)
	}
	return r.groupTask(fleetv1.OperationPoolScript, body, func(s *scene, pool *fleetv1.NodePool) error {
		data := map[string][]byte{fleetv1.UserScriptV2Key: []byte(script)}
		if present := pool.Spec.UserScriptSecretName; present != "" {
			scripts, err := s.Kept(s.ctx, present)
			if err != nil {
				return err
			}
			if old, found := scripts[fleetv1.UserScriptKey]; found {
				data[fleetv1.UserScriptKey] = old
			}
		}
		secret := kept.Secret(pool.Name, kept.ForScripts, data)
		pool.Spec.UserScriptSecretName = secret.Name
		s.TouchPool(pool, secret)
		return nil
	})
}
