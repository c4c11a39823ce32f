package document_test

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"sync"

	"github.com/google/uuid"
	apiext "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	kjson "sigs.k8s.io/json"
	"sigs.k8s.io/yaml"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/nks/document"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/params"
)

// reporter is what the tests and property tests have in common.
type reporter interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// admission is what a kube-apiserver does to objects of one kind before it stores them.
type admission struct {
	structural *schema.Structural
	schema     validation.SchemaValidator
	rules      *cel.Validator
}

// admissions are those of the generated schemas.
var admissions = sync.OnceValue(func() map[string]admission {
	made := map[string]admission{}
	for kind, file := range map[string]string{fleetv1.KindCluster: "clusters", fleetv1.KindNodePool: "nodepools"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "config", "crd", "bases", "fleet.slipway.dev_"+file+".yaml"))
		must(err)
		written := &apiextv1.CustomResourceDefinition{}
		must(yaml.Unmarshal(text, written))
		internal := &apiext.JSONSchemaProps{}
		must(apiextv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(written.Spec.Versions[0].Schema.OpenAPIV3Schema, internal, nil))
		structural, err := schema.NewStructural(internal)
		must(err)
		validator, _, err := validation.NewSchemaValidator(internal)
		must(err)
		made[kind] = admission{structural: structural, schema: validator, rules: cel.NewValidator(structural, true, math.MaxInt64)}
	}
	return made
})

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// store changes an object into what the kube-apiserver stores of it: defaults are set, members of objects that have no schema sorted
// and their numbers rewritten.
func store[T any](kind string, object T) T {
	by, stored := admissions()[kind], decodedObject(object)
	pruning.Prune(stored, by.structural, true)
	defaulting.Default(stored, by.structural)
	text, err := json.Marshal(stored)
	must(err)
	var made T
	must(json.Unmarshal(text, &made))
	return made
}

// decodedObject is an object as the kube-apiserver decodes it.
func decodedObject(object any) map[string]any {
	text, err := json.Marshal(object)
	must(err)
	var made map[string]any
	must(kjson.UnmarshalCaseSensitivePreserveInts(text, &made))
	return made
}

// admit holds all objects against their schemas.
func (w *world) admit(t reporter) {
	t.Helper()
	admit(t, fleetv1.KindCluster, w.Cluster.Cluster)
	for _, pool := range w.Pools {
		admit(t, fleetv1.KindNodePool, pool.NodePool)
	}
}

func admit(t reporter, kind string, object any) {
	t.Helper()
	by, stored := admissions()[kind], decodedObject(object)
	faults := validation.ValidateCustomResource(nil, stored, by.schema)
	faults = append(faults, listtype.ValidateListSetsAndMaps(nil, by.structural, stored)...)
	broken, _ := by.rules.Validate(context.Background(), nil, by.structural, stored, nil, math.MaxInt64)
	if faults = append(faults, broken...); len(faults) > 0 {
		t.Fatalf("the kube-apiserver refuses %v\n%v", stored, faults.ToAggregate())
	}
}

const (
	namespace = "project"
	clusterID = "5801ef8a-3760-4858-b467-fc4c1201241d"
	groupID   = "a3366f2f-a1f3-45ef-8390-10536e8060ff"
)

// metadata is that of a stored object.
func metadata(name, id string) metav1.ObjectMeta {
	created := metav1.Unix(1628128119, 0)
	return metav1.ObjectMeta{
		Namespace: namespace, Name: name, UID: types.UID(id), Labels: map[string]string{fleetv1.LabelID: id}, Generation: 1,
		CreationTimestamp: created, Annotations: map[string]string{fleetv1.AnnotationCreatedBy: "me@example.com"},
	}
}

// world is a cluster as it is stored, with the Secrets of its node groups.
type world struct {
	*hub.Fleet
	secrets map[string]map[string][]byte
}

// create stores what is wished for.
func create(wish hub.NewFleet) *world {
	cluster := store(fleetv1.KindCluster, &fleetv1.Cluster{
		TypeMeta:   metav1.TypeMeta{APIVersion: fleetv1.SchemeGroupVersion.String(), Kind: fleetv1.KindCluster},
		ObjectMeta: metadata(wish.Name, clusterID), Spec: wish.Spec,
	})
	w := &world{
		Fleet:   &hub.Fleet{Cluster: &hub.Record{Kind: fleetv1.KindCluster, ID: clusterID, Name: cluster.Name, Object: &cluster.ObjectMeta, Cluster: cluster}},
		secrets: map[string]map[string][]byte{},
	}
	if wish.Pool != nil {
		w.add(*wish.Pool)
	}
	return w
}

// add stores a further node group.
func (w *world) add(wish hub.NewPool) *hub.Record {
	id := groupID
	if wish.Name != "added-nodegroup" {
		id = uuid.NewSHA1(uuid.MustParse(clusterID), []byte(wish.Name)).String()
	}
	pool := &fleetv1.NodePool{
		TypeMeta:   metav1.TypeMeta{APIVersion: fleetv1.SchemeGroupVersion.String(), Kind: fleetv1.KindNodePool},
		ObjectMeta: metadata(w.Cluster.Name+"-"+wish.Name, id), Spec: wish.Spec,
	}
	pool.Spec.ClusterName, pool.Spec.PoolName = w.Cluster.Name, wish.Name
	pool = store(fleetv1.KindNodePool, pool)
	record := &hub.Record{Kind: fleetv1.KindNodePool, ID: types.UID(id), Name: wish.Name, Object: &pool.ObjectMeta, NodePool: pool, Owner: clusterID}
	w.Pools = append(w.Pools, record)
	for _, secret := range wish.Secrets {
		w.secrets[secret.Name] = secret.Data
	}
	return record
}

// update stores a cluster and its node groups again, after somebody changed them.
func (w *world) update() {
	*w.Cluster.Cluster = *store(fleetv1.KindCluster, w.Cluster.Cluster)
	for _, pool := range w.Pools {
		*pool.NodePool = *store(fleetv1.KindNodePool, pool.NodePool)
	}
}

// kept are the Secrets that a node group's labels come from.
func (w *world) kept(pool *hub.Record) map[string]map[string][]byte {
	found := map[string]map[string][]byte{}
	for _, name := range document.SecretsOf(pool) {
		if data, ok := w.secrets[name]; ok {
			found[name] = data
		}
	}
	return found
}

// body is a body as the frame hands it on.
func body(t reporter, text string) facade.Body {
	t.Helper()
	object, faults := params.DecodeObject([]byte(text), "body")
	if len(faults) > 0 {
		t.Fatal(params.Join(faults))
	}
	return facade.Body{Raw: []byte(text), Object: object}
}

// wire is an object as the client reads it.
func wire(object any) map[string]any {
	text, err := json.Marshal(object)
	must(err)
	read, faults := params.DecodeObject(text, "answer")
	if len(faults) > 0 {
		panic(params.Join(faults))
	}
	return read
}
