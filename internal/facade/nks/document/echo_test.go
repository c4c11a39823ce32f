package document_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade/member"
	"github.com/slipway-dev/slipway/internal/facade/nks/document"
	"github.com/slipway-dev/slipway/internal/facade/reply"
	"github.com/slipway-dev/slipway/internal/hub"
)

// labelTexts are the labels of an answer, as they stand there.
func labelTexts(answer map[string]any) map[string]string {
	found, _ := member.Find(reply.Encode(answer), []string{"labels"})
	made := map[string]string{}
	member.Each(found, func(name, _, value []byte) bool {
		made[string(name)] = string(value)
		return true
	})
	return made
}

// isArray tells whether a text is that of an array.
func isArray(text string) bool { return strings.HasPrefix(text, "[") }

// isList tells whether a label is a list that may be sent as text.
func isList(name string) bool { return name == "extra_volumes" || name == "extra_security_groups" }

// echoed is what a client reads of a label that it sent, and nobody changed.
func echoed(p pair, forGophercloud bool) string {
	switch {
	case isArray(p.text) && forGophercloud:
		return string(reply.Encode(compact(p.text)))
	case isArray(p.text):
		return compact(p.text)
	case !strings.HasPrefix(p.text, `"`):
		return `"` + p.text + `"`
	}
	text := decoded(p.text)
	if isList(p.name) && text != "" && !forGophercloud {
		return compact(text)
	}
	return string(reply.Encode(text))
}

// expectLabels holds the labels of an answer against those that were sent. exactly tells that there must be no others.
func expectLabels(t *rapid.T, answer map[string]any, sent []pair, viewer document.Viewer, exactly bool) {
	t.Helper()
	got := labelTexts(answer)
	for _, p := range sent {
		if want := echoed(p, viewer.Gophercloud); got[p.name] != want {
			t.Fatalf("label %q was sent as %s\nread as      %s\nshould be    %s", p.name, p.text, got[p.name], want)
		}
		delete(got, p.name)
	}
	if exactly && len(got) > 0 {
		t.Fatalf("labels that nobody sent: %v", got)
	}
}

// made makes the cluster of a drawn body.
func made(t *rapid.T, sent drawn, rules document.Rules) *world {
	t.Helper()
	wish, err := document.NewCluster(body(t, sent.text), rules)
	if err != nil {
		t.Fatalf("refused: %v\n%s", err, sent.text)
	}
	return create(wish)
}

// joined makes the node group of a drawn body.
func joined(t *rapid.T, w *world, sent drawn, rules document.Rules) *hub.Record {
	t.Helper()
	wish, err := document.NewNodeGroup(body(t, sent.text), w.Fleet, rules)
	if err != nil {
		t.Fatalf("refused: %v\n%s", err, sent.text)
	}
	return w.add(wish)
}

// TestWhatIsSentIsRead: a cluster and a node group read back as they were sent, and clients on gophercloud read nothing else.
func TestWhatIsSentIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sent, group := drawCluster(t, false), drawGroup(t, false)
		w := made(t, sent, rules())
		record := joined(t, w, group, rules())
		w.admit(t)
		for _, viewer := range []document.Viewer{plain, gopher} {
			exactly := viewer.Gophercloud
			expectLabels(t, document.ShortCluster(w.Fleet, viewer), sent.labels, viewer, exactly)
			expectLabels(t, document.LongCluster(w.Fleet, viewer), sent.labels, viewer, exactly)
			expectLabels(t, document.LongNodeGroup(w.Fleet, w.Pools[0], viewer), sent.labels, viewer, exactly)
			expectLabels(t, document.LongNodeGroup(w.Fleet, record, viewer), group.labels, viewer, exactly)
			expectMembers(t, document.LongCluster(w.Fleet, viewer), sent.members)
			expectMembers(t, document.LongNodeGroup(w.Fleet, record, viewer), group.members)
		}
	})
}

// expectMembers holds the members of an answer against those that were sent. Numbers of nodes and minutes are integers, however they
// were sent.
func expectMembers(t *rapid.T, answer map[string]any, sent []pair) {
	t.Helper()
	for _, p := range sent {
		encoded := string(reply.Encode(answer[p.name]))
		switch want := compact(p.text); {
		case p.name == "node_count" || p.name == "create_timeout" && want != "null":
			if strings.ContainsAny(encoded, `".eE`) {
				t.Fatalf("%s is %s", p.name, encoded)
			}
		case p.name == "create_timeout":
			if encoded != "60" {
				t.Fatalf("%s is %s", p.name, encoded)
			}
		case strings.HasPrefix(want, `"`):
			if decoded(encoded) != decoded(want) {
				t.Fatalf("%s was sent as %s and read as %s", p.name, want, encoded)
			}
		case encoded != want:
			t.Fatalf("%s was sent as %s and read as %s", p.name, want, encoded)
		}
	}
}

// TestWhatIsReadCanBeSent: labels that are read and sent again are read the same again, by all clients.
func TestWhatIsReadCanBeSent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sent := drawCluster(t, false)
		for _, viewer := range []document.Viewer{plain, gopher} {
			first := labelTexts(document.LongCluster(made(t, sent, rules()).Fleet, viewer))
			var again []pair
			for _, name := range slices.Sorted(maps.Keys(first)) {
				again = append(again, pair{name, first[name]})
			}
			second := labelTexts(document.LongCluster(made(t, compose(t, sent.members, again), rules()).Fleet, viewer))
			if !maps.Equal(first, second) {
				t.Fatalf("first  %v\nsecond %v", first, second)
			}
		}
	})
}

// edit is a change of a typed field by somebody else, and the label that has to show it.
type edit struct {
	label, want string
	change      func(*fleetv1.ClusterSpec, *fleetv1.NodePoolSpec)
}

var edits = []edit{
	{"kube_tag", "v1.30.3", func(c *fleetv1.ClusterSpec, p *fleetv1.NodePoolSpec) {
		c.KubernetesVersion, p.KubernetesVersion = "v1.30.3", "v1.30.3"
	}},
	{"master_lb_floating_ip_enabled", "True", func(c *fleetv1.ClusterSpec, _ *fleetv1.NodePoolSpec) { c.APIEndpoint.Public = true }},
	{"master_lb_floating_ip_enabled", "False", func(c *fleetv1.ClusterSpec, _ *fleetv1.NodePoolSpec) { c.APIEndpoint = nil }},
	{"cni_driver", "flannel", func(c *fleetv1.ClusterSpec, _ *fleetv1.NodePoolSpec) { c.Network.CNI = "flannel" }},
	{"pods_network_cidr", "10.42.0.0/18", func(c *fleetv1.ClusterSpec, _ *fleetv1.NodePoolSpec) { c.Network.PodCIDR = "10.42.0.0/18" }},
	{"pods_network_subnet", "21", func(c *fleetv1.ClusterSpec, _ *fleetv1.NodePoolSpec) {
		c.Network.PodCIDR, c.Network.PodSubnetPrefix = "10.42.0.0/18", ptr(int32(21))
	}},
	{"strict_sg_rules", "True", func(c *fleetv1.ClusterSpec, _ *fleetv1.NodePoolSpec) { c.Network.StrictSecurityRules = true }},
	{"ncr_sgw", "other", func(c *fleetv1.ClusterSpec, _ *fleetv1.NodePoolSpec) {
		c.ServiceGateways = &fleetv1.ServiceGateways{Registry: "other"}
	}},
	{"external_subnet_id_list", "one:two", func(c *fleetv1.ClusterSpec, _ *fleetv1.NodePoolSpec) {
		c.Network.ExternalNetworkID, c.Network.ExternalSubnetIDs = "net", []string{"one", "two"}
	}},
	{"availability_zone", "elsewhere", func(_ *fleetv1.ClusterSpec, p *fleetv1.NodePoolSpec) { p.Machine.Zone = "elsewhere" }},
	{"node_image", "newer", func(_ *fleetv1.ClusterSpec, p *fleetv1.NodePoolSpec) { p.Machine.Image = "newer" }},
	{"boot_volume_type", "fast", func(_ *fleetv1.ClusterSpec, p *fleetv1.NodePoolSpec) { p.Machine.BootVolume.Type = "fast" }},
	{"boot_volume_size", "101", func(_ *fleetv1.ClusterSpec, p *fleetv1.NodePoolSpec) { p.Machine.BootVolume.SizeGiB = ptr(int32(101)) }},
	{"ca_enable", "False", func(_ *fleetv1.ClusterSpec, p *fleetv1.NodePoolSpec) { p.Autoscaling = nil }},
	{"ca_enable", "True", func(_ *fleetv1.ClusterSpec, p *fleetv1.NodePoolSpec) {
		p.Autoscaling = &fleetv1.Autoscaling{Enabled: true, MinReplicas: ptr(int32(1)), MaxReplicas: ptr(int32(9))}
	}},
	{"ca_max_node_count", "9", func(_ *fleetv1.ClusterSpec, p *fleetv1.NodePoolSpec) { p.Autoscaling.MaxReplicas = ptr(int32(9)) }},
	{"ca_scale_down_unneeded_time", "77", func(_ *fleetv1.ClusterSpec, p *fleetv1.NodePoolSpec) {
		p.Autoscaling.ScaleDown = &fleetv1.ScaleDown{UnneededMinutes: ptr(int32(77))}
	}},
	{"ca_scale_down_enable", "False", func(_ *fleetv1.ClusterSpec, p *fleetv1.NodePoolSpec) {
		p.Autoscaling.ScaleDown = &fleetv1.ScaleDown{Enabled: ptr(false)}
	}},
	{"additional_subnet_id_list", "b:d", func(_ *fleetv1.ClusterSpec, p *fleetv1.NodePoolSpec) {
		p.Machine.Networks = []fleetv1.NetworkAttachment{{NetworkID: "a", SubnetID: "b"}, {NetworkID: "c", SubnetID: "d"}}
	}},
	{"extra_security_groups", `[{"target_subnet":"a","security_group_ids":"b,c"}]`, func(_ *fleetv1.ClusterSpec, p *fleetv1.NodePoolSpec) {
		p.Machine.SecurityGroups = []fleetv1.SubnetSecurityGroups{{SubnetID: "a", IDs: []string{"b", "c"}}}
	}},
	{"extra_security_groups", `[]`, func(_ *fleetv1.ClusterSpec, p *fleetv1.NodePoolSpec) { p.Machine.SecurityGroups = nil }},
	{"extra_volumes", `[{"volume_size":4096}]`, func(_ *fleetv1.ClusterSpec, p *fleetv1.NodePoolSpec) {
		p.Machine.ExtraVolumes = []fleetv1.ExtraVolume{{Volume: fleetv1.Volume{SizeGiB: ptr(int32(4096))}}}
	}},
}

// TestEditsShow: what somebody changes with kubectl, or in another dialect, shows in the label that was sent, and in that one only if it
// means something else now.
func TestEditsShow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sent := drawCluster(t, false)
		w := made(t, sent, rules())
		before := labelTexts(document.LongCluster(w.Fleet, gopher))
		e := rapid.SampledFrom(edits).Draw(t, "edit")
		e.change(&w.Cluster.Cluster.Spec, &w.Pools[0].NodePool.Spec)
		w.update()
		after := labelTexts(document.LongCluster(w.Fleet, gopher))
		if old, found := before[e.label]; found && !sameMeaning(decoded(old), e.want) && decoded(after[e.label]) != e.want {
			t.Fatalf("%s was %s and is %s, should be %q", e.label, old, after[e.label], e.want)
		}
		if known, shown := labelTexts(document.LongCluster(w.Fleet, plain))[e.label]; shown && !sameMeaning(textOf(known), e.want) {
			t.Fatalf("%s is %s, should be %q", e.label, known, e.want)
		}
		if len(after) > len(before) {
			t.Fatalf("an edit of %s adds labels: %v, %v", e.label, before, after)
		}
		group := labelTexts(document.LongNodeGroup(w.Fleet, w.Pools[0], gopher))
		if !maps.Equal(after, group) {
			t.Fatalf("the cluster says %v\nand its default-worker %v", after, group)
		}
	})
}

// textOf is the text of a label: what a string stands for, or an array as it stands there.
func textOf(shown string) string {
	if isArray(shown) {
		return shown
	}
	return decoded(shown)
}

// sameMeaning tells whether a text that a client sent means the one that the dialect writes.
func sameMeaning(sent, written string) bool {
	if strings.EqualFold(sent, written) || strings.TrimLeft(sent, "0") == written {
		return true
	}
	if sent == "" {
		return written == "[]" || written == "False"
	}
	var a, b float64
	if json.Unmarshal([]byte(sent), &a) == nil && json.Unmarshal([]byte(written), &b) == nil {
		return a == b
	}
	return isArray(written) && compact(sent) == written
}

// TestEditsOfOneGroupStayThere: what happens to one node group does not show in others.
func TestEditsOfOneGroupStayThere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := made(t, drawCluster(t, false), rules())
		group := drawGroup(t, false)
		record := joined(t, w, group, rules())
		e := rapid.SampledFrom(edits).Draw(t, "edit")
		e.change(&w.Cluster.Cluster.Spec, &w.Pools[0].NodePool.Spec)
		w.update()
		expectLabels(t, document.LongNodeGroup(w.Fleet, record, gopher), group.labels, gopher, true)
	})
}
