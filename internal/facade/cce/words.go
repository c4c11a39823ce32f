package cce

import (
	"net/http"
	"strings"

	"github.com/slipway-dev/slipway/internal/phase"
)

// client is what kind of client asks, as far as its User-Agent tells.
type client struct {
	// sdk tells that it is built on one of the SDKs, which know more status words.
	sdk bool
	// created tells that it wants 201 where something was created.
	created bool
}

// Marks in User-Agents.
const (
	markGolangSDK = "golangsdk/"
	markUSDK      = "huaweicloud-usdk-go/"
)

// clientOf reads the User-Agent of a request.
func clientOf(r *http.Request) client {
	agent := r.UserAgent()
	golang := strings.Contains(agent, markGolangSDK)
	return client{sdk: golang || strings.Contains(agent, markUSDK), created: golang}
}

// words are the status words of a phase, for other clients and for those of the SDKs.
var words = map[phase.Phase]struct{ plain, sdk string }{
	phase.DeleteFailed:   {"failed", "deleteFailed"},
	phase.Pending:        {"installing", "installing"},
	phase.InstallFailed:  {"failed", "installFailed"},
	phase.Installing:     {"installing", "installing"},
	phase.RollingBack:    {"upgrading", "rollbacking"},
	phase.Upgrading:      {"upgrading", "upgrading"},
	phase.RollbackFailed: {"failed", "rollbackFailed"},
	phase.UpgradeFailed:  {"failed", "upgradeFailed"},
	phase.Running:        {"running", "running"},
	phase.Partial:        {"running", "available"},
	phase.Degraded:       {"failed", "abnormal"},
	phase.Unknown:        {"failed", "unknown"},
}

// word is the status word of a phase. Of an add-on that is being deleted, undeleted is the phase that it would have without that.
func (c client) word(p, undeleted phase.Phase) string {
	switch {
	case p == phase.Deleting && c.sdk:
		return "deleting"
	case p == phase.Deleting:
		return words[undeleted].plain
	case c.sdk:
		return words[p].sdk
	default:
		return words[p].plain
	}
}
