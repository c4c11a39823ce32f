package cel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// table is the rows of one kind.
type table struct {
	// sample is the name of the file in config/samples from which every row starts.
	sample string
	rows   []row
}

// row is one case: the sample with some edits, and what the API server has to say about it.
type row struct {
	desc string
	// mutate is done before the object is created.
	mutate []edit
	// update is done to the stored object; wantErrors is then about the update.
	update []edit
	// status is done to the stored object's status; wantErrors is then about that update.
	status []edit
	// wantErrors are all errors, as "<field>: <message>"; none means that the API server accepts.
	wantErrors []string
}

// tables are all rows, by kind.
var tables = map[string]table{
	"AdapterStatus": {sample: "adapterstatus", rows: adapterStatusRows},
	"Addon":         {sample: "addon", rows: addonRows},
	"AddonTemplate": {sample: "addontemplate", rows: addonTemplateRows},
	"Cluster":       {sample: "cluster", rows: slices.Concat(clusterRows, clusterNetworkRows)},
	"NodePool":      {sample: "nodepool", rows: nodePoolRows},
	"Operation":     {sample: "operation", rows: operationRows},
	"Platform":      {sample: "platform", rows: platformRows},
}

func TestRules(t *testing.T) {
	for kind, table := range tables {
		for _, row := range table.rows {
			t.Run(kind+"/"+row.desc, func(t *testing.T) {
				object := sample(t, table.sample)
				err := row.submit(t, object)
				if diff := cmp.Diff(row.wantErrors, said(t, err, row.wantErrors), cmpopts.SortSlices(strings.Compare)); diff != "" {
					t.Errorf("the API server's answer differs (-want +got):\n%s\nin full: %v", diff, err)
				}
				if err == nil {
					expectReadable(t, object)
				}
			})
		}
	}
}

// submit sends what the row describes and returns the API server's answer. Nothing is stored but what an update starts from.
func (r row) submit(t *testing.T, object *unstructured.Unstructured) error {
	t.Helper()
	ctx := context.Background()
	apply(object, r.mutate)
	if r.update == nil && r.status == nil {
		return api.Create(ctx, object, client.DryRunAll)
	}
	if err := api.Create(ctx, object); err != nil {
		t.Fatalf("creating the object to update: %v", err)
	}
	stored := object.DeepCopy()
	t.Cleanup(func() {
		if err := api.Delete(ctx, stored); err != nil {
			t.Errorf("deleting the object: %v", err)
		}
	})
	apply(object, r.update)
	apply(object, r.status)
	if r.status != nil {
		return api.Status().Update(ctx, object, client.DryRunAll)
	}
	return api.Update(ctx, object, client.DryRunAll)
}

// expectReadable fails unless the Go type of the kind can hold the object. One stored object that it cannot hold would keep
// every controller that lists the kind from starting.
func expectReadable(t *testing.T, object *unstructured.Unstructured) {
	t.Helper()
	typed, err := api.Scheme().New(object.GroupVersionKind())
	if err != nil {
		t.Fatalf("no Go type: %v", err)
	}
	raw, err := object.MarshalJSON()
	if err != nil {
		t.Fatalf("encoding what the API server accepted: %v", err)
	}
	if err := json.Unmarshal(raw, typed); err != nil {
		t.Errorf("the API server accepted what %T cannot hold: %v", typed, err)
	}
}

// said returns the causes of a refusal as "<field>: <message>". What the API server quotes between the two is left out where
// the end of the message is one that is wanted.
func said(t *testing.T, err error, want []string) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	var status apierrors.APIStatus
	if !errors.As(err, &status) || status.Status().Reason != metav1.StatusReasonInvalid {
		return []string{err.Error()}
	}
	var got []string
	for _, cause := range status.Status().Details.Causes {
		if strings.Contains(cause.Message, "some validation rules were not checked") {
			continue
		}
		full := fmt.Sprintf("%s: %s", cause.Field, cause.Message)
		if i := slices.IndexFunc(want, func(w string) bool {
			field, message, _ := strings.Cut(w, ": ")
			return field == cause.Field && strings.HasSuffix(cause.Message, message)
		}); i >= 0 {
			full = want[i]
		}
		got = append(got, full)
	}
	return got
}
