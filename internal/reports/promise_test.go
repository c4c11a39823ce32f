package reports_test

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/slipway-dev/slipway/internal/reports"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

func TestPromise(t *testing.T) {
	status := fixture.AdapterStatus(fixture.Cluster("ns", "sample"), "infra")
	if reports.Promised(status) {
		t.Error("nobody has promised anything")
	}
	reports.Promise(status)
	if !reports.Promised(status) {
		t.Error("a promise is not seen")
	}
	status.Report.ObservedTime = metav1.NewMicroTime(fixture.Epoch.In(time.FixedZone("", 3600)))
	if !reports.Promised(status) {
		t.Error("the same time elsewhere is the same time")
	}
	status.Report.ObservedTime = metav1.NewMicroTime(fixture.Epoch.Add(time.Microsecond))
	if reports.Promised(status) {
		t.Error("a promise for an earlier report is none for a later one, which somebody else may have written")
	}
	status.Report = nil
	reports.Promise(status)
	if reports.Promised(status) {
		t.Error("without a report there is nothing to promise")
	}
}
