package verb_test

import (
	"testing"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/nks/verb"
	"github.com/slipway-dev/slipway/internal/hub"
	"github.com/slipway-dev/slipway/internal/testing/fixture"
)

// controlPlane is the control plane at a version, with a rollout.
func controlPlane(version string, roll *fleetv1.Rollout) func(*hub.Draft) {
	return func(d *hub.Draft) { d.Cluster.Spec.KubernetesVersion, d.Cluster.Spec.Rollout = version, roll }
}

// running is a group at a version, with a rollout.
func running(version string, roll *fleetv1.Rollout) func(*fleetv1.NodePool) {
	return func(p *fleetv1.NodePool) { p.Spec.KubernetesVersion, p.Spec.Rollout = version, roll }
}

// kept is what is kept of the request that made the cluster, and template that with nothing but the name of a template.
func kept(text string) func(*hub.Draft) {
	return func(d *hub.Draft) { d.Cluster.Spec.Extensions = &fleetv1.Extensions{NKS: fixture.JSON(text)} }
}

func template(name string) func(*hub.Draft) { return kept(`{"cluster_template_id":"` + name + `"}`) }

func TestUpgrade(t *testing.T) {
	const on, master = "default-worker", "default-master"
	onWorkers, onMaster := []string{on}, []string{"test-k8s"}
	known := "Value should be one of: v1.19.13, v1.23.3, v1.24.3, v1.25.4, v1.26.3."
	run(t, verb.Upgrade, "NODEGROUP_UPGRADE", map[string]row{
		"the published example, of a group of a later control plane": {
			group: on, body: `{"version":"v1.19.13"}`, want: workers(running("v1.19.13", rollout(1, 1))), touched: onWorkers,
		},
		"a group to its control plane's version": {
			group: on, body: `{"version":"v1.24.3","num_buffer_nodes":0,"num_max_unavailable_nodes":3}`,
			want: workers(running("v1.24.3", rollout(0, 3))), touched: onWorkers,
		},
		"the most buffer":   {group: on, body: `{"version":"v1.24.3","num_buffer_nodes":7}`, want: workers(running("v1.24.3", rollout(7, 1))), touched: onWorkers},
		"a group by its id": {group: addedID, body: `{"version":"v1.24.3"}`, want: added(running("v1.24.3", rollout(1, 1))), touched: []string{"added"}},
		"the control plane": {group: master, body: `{"version":"v1.26.3"}`, want: controlPlane("v1.26.3", rollout(1, 1)), touched: onMaster},
		"the control plane by its id, with numbers for its nodes": {
			group: masterID, body: `{"version":"v1.25.4","num_buffer_nodes":7,"num_max_unavailable_nodes":4}`, want: controlPlane("v1.25.4", rollout(7, 4)), touched: onMaster,
		},
		"the control plane to the version that it has": {group: master, body: `{"version":"v1.24.3"}`, want: controlPlane("v1.24.3", rollout(1, 1)), touched: onMaster},
		"a control plane of which only the report is known": {
			group: on, body: `{"version":"v1.25.4"}`, touched: onWorkers, want: workers(running("v1.25.4", rollout(1, 1))),
			given: func(d *hub.Draft) {
				d.Cluster.Spec.KubernetesVersion, d.Cluster.Status.KubernetesVersion = "", "v1.25.4"
			},
		},
		"a control plane of which nothing is known": {
			group: on, body: `{"version":"v1.26.3"}`, given: controlPlane("", nil), want: workers(running("v1.26.3", rollout(1, 1))), touched: onWorkers,
		},
		"a version of the platform's": {
			group: master, body: `{"version":"v1.99.0"}`, want: controlPlane("v1.99.0", rollout(1, 1)), touched: onMaster,
			given: platform(func(p *fleetv1.Platform) {
				p.Spec.KubernetesVersions = []fleetv1.KubernetesVersion{{Version: "v1.99.0"}}
			}),
		},
		"strict: the control plane to the next minor version": {strict: true, group: master, body: `{"version":"v1.25.4"}`, want: controlPlane("v1.25.4", rollout(1, 1)), touched: onMaster},
		"strict: a group to the next minor version": {
			strict: true, group: on, body: `{"version":"v1.24.3"}`, given: workers(running("v1.23.3", nil)), want: workers(running("v1.24.3", rollout(1, 1))), touched: onWorkers,
		},
		"with stopped nodes, where nobody is strict": {
			group: on, body: `{"version":"v1.24.3"}`, given: workers(off("a")), want: workers(running("v1.24.3", rollout(1, 1))), touched: onWorkers,
		},

		"nothing":            {group: on, body: `{}`, refused: []string{"400 Invalid input for field/attribute version. Value: 'None'. Value is required."}},
		"an unknown version": {group: on, body: `{"version":"v1.2.3"}`, clashes: []string{"400 Invalid input for field/attribute version. Value: 'v1.2.3'. " + known}},
		"an unknown version, and more than there is room for": {
			group: master, body: `{"version":"v1.2.3","num_buffer_nodes":8}`, clashes: []string{
				"400 Invalid input for field/attribute version. Value: 'v1.2.3'. " + known,
				"400 Invalid input for field/attribute num_buffer_nodes. Value: '8'. Value should be between 0 and 7.",
			},
		},
		"an unknown group": {group: "nothing", body: `{"version":"v1.24.3"}`, clashes: []string{"404 Nodegroup nothing could not be found."}},
		"a version that the platform lacks": {
			group: on, body: `{"version":"v1.24.3"}`,
			given: platform(func(p *fleetv1.Platform) {
				p.Spec.KubernetesVersions = []fleetv1.KubernetesVersion{{Version: "v1.99.0"}}
			}),
			clashes: []string{"400 Invalid input for field/attribute version. Value: 'v1.24.3'. Value should be one of: v1.99.0."},
		},
		"a group beyond its control plane": {
			group: on, body: `{"version":"v1.25.4"}`, clashes: []string{"409 Node group default-worker cannot be newer than the control plane. That runs v1.24.3. Upgrade it to v1.25.4 before."},
		},
		"the control plane back": {group: master, body: `{"version":"v1.23.3"}`, clashes: []string{"409 The control plane of cluster test-k8s cannot go back. It runs v1.24.3, and v1.23.3 is older."}},
		"more than there is room for": {
			group: on, body: `{"version":"v1.24.3","num_buffer_nodes":8,"num_max_unavailable_nodes":4}`, clashes: []string{
				"400 Invalid input for field/attribute num_buffer_nodes. Value: '8'. Value should be between 0 and 7.",
				"400 Invalid input for field/attribute num_max_unavailable_nodes. Value: '4'. Value should be between 1 and 3.",
			},
		},
		"the control plane behind a group that is newer": {
			group: master, body: `{"version":"v1.25.4"}`, given: added(running("v1.26.3", nil)),
			clashes: []string{"409 Node group added cannot be newer than the control plane. It runs v1.26.3, and v1.25.4 is older."},
		},
		"the control plane back to what still runs": {
			group: master, body: `{"version":"v1.23.3"}`, touched: onMaster, want: controlPlane("v1.23.3", rollout(1, 1)),
			given: func(d *hub.Draft) { d.Cluster.Status.KubernetesVersion = "v1.23.3" },
		},
		"strict: the control plane beyond the next minor version": {
			strict: true, group: master, body: `{"version":"v1.26.3"}`,
			clashes: []string{"409 The control plane can go to the next minor version only. It runs v1.24.3, and v1.26.3 is beyond that."},
		},
		"strict: a group beyond the next minor version": {
			strict: true, group: on, body: `{"version":"v1.24.3"}`, given: workers(running("v1.19.13", nil)),
			clashes: []string{"409 Node group default-worker can go to the next minor version only. It runs v1.19.13, and v1.24.3 is beyond that."},
		},
		"strict: a group back": {
			strict: true, group: on, body: `{"version":"v1.23.3"}`, clashes: []string{"409 Node group default-worker cannot go back. It runs v1.24.3, and v1.23.3 is older."},
		},
		"strict: the control plane before a group that is behind": {
			strict: true, group: master, body: `{"version":"v1.25.4"}`, given: added(running("v1.23.3", nil)),
			clashes: []string{"409 Node group added is to be upgraded before the control plane. It runs v1.23.3, and the control plane v1.24.3."},
		},
		"strict: with stopped nodes": {
			strict: true, group: on, body: `{"version":"v1.24.3"}`, given: workers(off("a")),
			clashes: []string{"409 Node group default-worker has stopped nodes. Start them before."},
		},
	})
}

func TestUpgradeAll(t *testing.T) {
	all := []string{"test-k8s", "default-worker", "added"}
	everything := func(version string, whole, first, second *fleetv1.Rollout) func(*hub.Draft) {
		return both(controlPlane(version, whole), template(version), workers(running(version, first)), added(running(version, second)))
	}
	run(t, verb.UpgradeAll, "NODEGROUP_UPGRADE", map[string]row{
		"the control plane first, then every group": {
			body: `{"cluster_template":"v1.26.3"}`, want: everything("v1.26.3", rollout(1, 1), rollout(1, 1), rollout(1, 1)), touched: all,
		},
		"as many at a time as was said, or all": {
			body: `{"cluster_template":"v1.26.3","max_batch_size":3}`, want: everything("v1.26.3", rollout(1, 3), rollout(1, 3), rollout(1, 1)), touched: all,
		},
		"one group, after the control plane": {
			body: `{"cluster_template":"v1.26.3","nodegroup":"added"}`, touched: []string{"test-k8s", "added"},
			want: both(controlPlane("v1.26.3", rollout(1, 1)), template("v1.26.3"), added(running("v1.26.3", rollout(1, 1)))),
		},
		"one group of a control plane that is there": {
			body: `{"cluster_template":"v1.24.3","nodegroup":"` + addedID + `"}`, touched: []string{"test-k8s", "added"},
			want: both(controlPlane("v1.24.3", rollout(1, 1)), template("v1.24.3"), added(running("v1.24.3", rollout(1, 1)))),
		},
		"the control plane alone": {
			body: `{"cluster_template":"v1.25.4","nodegroup":"default-master"}`, touched: all[:1], want: both(controlPlane("v1.25.4", rollout(1, 1)), template("v1.25.4")),
		},
		"a cluster without groups": {body: `{"cluster_template":"v1.24.3"}`, given: func(d *hub.Draft) { d.Pools = nil }, want: both(controlPlane("v1.24.3", rollout(1, 1)), template("v1.24.3")), touched: all[:1]},
		"the template of a cluster that was made with another one": {
			body: `{"cluster_template":"v1.24.3","nodegroup":"default-master"}`, touched: all[:1],
			given: kept(`{"cluster_template_id":"iaas_console","labels":{"a":"1"},"name":"test-k8s"}`),
			want:  both(controlPlane("v1.24.3", rollout(1, 1)), kept(`{"cluster_template_id":"v1.24.3","labels":{"a":"1"},"name":"test-k8s"}`)),
		},
		"strict: all to the next minor version": {
			strict: true, body: `{"cluster_template":"v1.25.4"}`, want: everything("v1.25.4", rollout(1, 1), rollout(1, 1), rollout(1, 1)), touched: all,
		},

		"nothing": {body: `{}`, refused: []string{"400 Invalid input for field/attribute cluster_template. Value: 'None'. Value is required."}},
		"the template that names no version": {
			body: `{"cluster_template":"iaas_console","max_batch_size":0}`,
			refused: []string{
				"400 Invalid input for field/attribute max_batch_size. Value: '0'. Value should be between 1 and 1000.",
				"400 Invalid input for field/attribute cluster_template. Value: 'iaas_console'. Value should be a Kubernetes version.",
			},
		},
		"an unknown version": {
			body: `{"cluster_template":"v1.2.3"}`, clashes: []string{
				"400 Invalid input for field/attribute cluster_template. Value: 'v1.2.3'. Value should be one of: v1.19.13, v1.23.3, v1.24.3, v1.25.4, v1.26.3.",
			},
		},
		"back":             {body: `{"cluster_template":"v1.23.3"}`, clashes: []string{"409 The control plane of cluster test-k8s cannot go back. It runs v1.24.3, and v1.23.3 is older."}},
		"an unknown group": {body: `{"cluster_template":"v1.25.4","nodegroup":"nothing"}`, clashes: []string{"404 Nodegroup nothing could not be found."}},
		"strict: a group that is behind": {
			strict: true, body: `{"cluster_template":"v1.25.4"}`, given: added(running("v1.23.3", nil)), clashes: []string{
				"409 Node group added is to be upgraded before the control plane. It runs v1.23.3, and the control plane v1.24.3.",
				"409 Node group added can go to the next minor version only. It runs v1.23.3, and v1.25.4 is beyond that.",
			},
		},
	})
}
