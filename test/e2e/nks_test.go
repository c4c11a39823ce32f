//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/testing/testenv"
)

var _ = Describe("A cluster behind the NKS door", Ordered, func() {
	const (
		name    = "test-k8s"
		path    = "clusters/" + name
		workers = path + "/nodegroups/default-worker"
	)
	var (
		rest    *restClient
		id      string
		cluster *fleetv1.Cluster
		pool    *fleetv1.NodePool
	)

	// done waits until the last task of the cluster is that one, is over, and the cluster's word says so.
	done := func(ctx context.Context, kind, resource, on string) {
		GinkgoHelper()
		Eventually(func(g Gomega) {
			history := rest.tasks(ctx, g, id)
			g.Expect(history).NotTo(BeEmpty())
			g.Expect(history[len(history)-1]).To(Equal(task{kind, resource, on, "SUCCESS", ""}))
			g.Expect(rest.word(ctx, g, name)).To(Equal("UPDATE_COMPLETE"))
		}).WithContext(ctx).Should(Succeed())
	}
	// patched changes an object as a user of kubectl does.
	patched := func(ctx context.Context, obj client.Object, patch string) {
		GinkgoHelper()
		kind := map[bool]string{true: "cluster", false: "nodepool"}[obj == client.Object(cluster)]
		kubectl(ctx, "patch", kind, obj.GetName(), "--namespace="+obj.GetNamespace(), "--type=merge", "--patch="+patch)
	}

	BeforeAll(func(ctx SpecContext) {
		rest = newRESTClient("SLIPWAY_URL", environment()["SLIPWAY_TOKEN"])
		answer := rest.accepted(ctx, http.MethodPost, "clusters", nksCluster(name, "v1.36.2"))
		id = answer.text("uuid")
		cluster, pool = newCluster("team-a", name, "kwok"), newPool(newCluster("team-a", name, ""), "default-worker", 1)
		DeferCleanup(func(ctx SpecContext) {
			Expect(client.IgnoreNotFound(hub.client.Delete(ctx, cluster))).To(Succeed())
			eventuallyGone(ctx, cluster)
		}, NodeTimeout(patience))
		Expect(rest.word(ctx, Default, name)).To(Equal("CREATE_IN_PROGRESS"), "the first GET shows what was written")
	}, NodeTimeout(patience))

	It("is the same cluster to kubectl and HyperFleet, once it is made", func(ctx SpecContext) {
		eventuallyReady(ctx, cluster)
		eventuallyReady(ctx, pool)
		Eventually(func(g Gomega) {
			g.Expect(rest.word(ctx, g, name)).To(Equal("CREATE_COMPLETE"))
			g.Expect(rest.word(ctx, g, name+"/nodegroups/default-worker")).To(Equal("CREATE_COMPLETE"))
			g.Expect(rest.tasks(ctx, g, id)).To(Equal([]task{{"CLUSTER_CREATE", "cluster", name, "SUCCESS", ""}}))
		}).WithContext(ctx).Should(Succeed())
		Expect(cluster.Labels).To(HaveKeyWithValue(fleetv1.LabelID, id))
		Expect(pool.Spec.Machine.KeyName).To(Equal("test-keypair"))

		answer := rest.must(ctx, http.MethodGet, hyperfleet+"/clusters?search="+"name%3D%27"+name+"%27", nil)
		Expect(answer.status).To(Equal(http.StatusOK), answer.String())
		Expect(answer.body).To(HaveKeyWithValue("total", BeEquivalentTo(1)))
		answer = rest.must(ctx, http.MethodGet, "/v1/clusters/"+id, nil)
		Expect(answer.text("labels", "ncr_sgw")).To(Equal("registry-a"))
		Expect(answer.text("cluster_template_id")).To(Equal("iaas_console"))
	}, NodeTimeout(patience))

	It("shows what HyperFleet changes", func(ctx SpecContext) {
		answer := rest.must(ctx, http.MethodPatch, hyperfleet+"/clusters/"+id, map[string]any{"spec": map[string]any{"tier": "gold"}})
		Expect(answer.status).To(BeElementOf(http.StatusOK, http.StatusAccepted), answer.String())
		done(ctx, "CLUSTER_UPDATE", "cluster", name)
		answer = rest.must(ctx, http.MethodGet, "/v1/"+path, nil)
		Expect(answer.text("labels", "ncr_sgw")).To(Equal("registry-a"), "what one dialect keeps another does not lose")
	}, NodeTimeout(patience))

	It("has the node group that HyperFleet adds, and takes it away", func(ctx SpecContext) {
		answer := rest.must(ctx, http.MethodPost, hyperfleet+"/clusters/"+id+"/nodepools", map[string]any{
			"kind": "NodePool", "name": "extra", "spec": map[string]any{"tier": "silver"},
		})
		Expect(answer.status).To(Equal(http.StatusCreated), answer.String())
		theirs := hyperfleet + "/clusters/" + id + "/nodepools/" + answer.text("id")
		done(ctx, "NODEGROUP_CREATE", "nodegroup", "extra")
		answer = rest.must(ctx, http.MethodGet, "/v1/"+path+"/nodegroups/extra", nil)
		Expect(answer.text("status")).To(Equal("CREATE_COMPLETE"), answer.String())
		group := answer.text("uuid")

		answer = rest.must(ctx, http.MethodDelete, "/v1/"+path+"/nodegroups/"+group, nil)
		Expect(answer.status).To(Equal(http.StatusNoContent), answer.String())
		done(ctx, "NODEGROUP_DELETE", "nodegroup", "extra")
		answer = rest.must(ctx, http.MethodGet, theirs, nil)
		Expect(answer.status).To(Equal(http.StatusNotFound), answer.String())
	}, NodeTimeout(patience))

	It("has a history of what kubectl changes, by what was changed", func(ctx SpecContext) {
		Expect(hub.client.Get(ctx, client.ObjectKeyFromObject(pool), pool)).To(Succeed())
		node := pool.Status.Nodes[0].ID
		for _, change := range []struct {
			obj         client.Object
			patch, kind string
		}{
			{pool, `{"spec":{"replicas":3}}`, "CLUSTER_RESIZE"},
			{pool, fmt.Sprintf(`{"spec":{"stoppedNodes":[%q]}}`, node), "NODEGROUP_NODE_ACTION_NODE_STOP"},
			{pool, `{"spec":{"stoppedNodes":null}}`, "NODEGROUP_NODE_ACTION_NODE_START"},
			{pool, `{"spec":{"autoscaling":{"enabled":true,"maxReplicas":5}}}`, "NODEGROUP_SET_CLUSTER_AUTOSCALER"},
			{pool, `{"spec":{"machine":{"flavor":"m2"}}}`, "NODEGROUP_UPDATE_FLAVOR"},
			{cluster, `{"spec":{"apiEndpoint":{"accessControl":{"policy":"Allow","targets":[{"cidr":"127.0.0.0/8"}]}}}}`, "CLUSTER_API_EP_IPACL_UPDATE"},
			{cluster, `{"spec":{"apiEndpoint":{"accessControl":null}}}`, "CLUSTER_API_EP_IPACL_UPDATE"},
			{cluster, `{"spec":{"serviceGateways":{"objectStorage":"storage-a"}}}`, "CLUSTER_UPDATE_SGW"},
			{cluster, `{"spec":{"network":{"podCIDR":"10.200.0.0/16"}}}`, "CLUSTER_CNI_UPDATE"},
			{cluster, `{"spec":{"kubernetesVersion":"v1.37.1"}}`, "NODEGROUP_UPGRADE"},
			{pool, `{"spec":{"kubernetesVersion":"v1.37.1"}}`, "NODEGROUP_UPGRADE"},
		} {
			By(change.kind + " by " + change.patch)
			patched(ctx, change.obj, change.patch)
			resource, on := "nodegroup", "default-worker"
			switch {
			case change.obj == client.Object(pool):
			case change.kind == "NODEGROUP_UPGRADE":
				on = "default-master"
			default:
				resource, on = "cluster", name
			}
			done(ctx, change.kind, resource, on)
		}
		answer := rest.must(ctx, http.MethodGet, "/v1/"+workers, nil)
		Expect(answer.body).To(HaveKeyWithValue("node_count", BeEquivalentTo(3)))
		Expect(answer.text("flavor_id")).To(Equal("m2"))
		Expect(answer.text("version")).To(Equal("v1.37.1"))
		Expect(answer.text("labels", "ca_enable")).To(Equal("True"), "an edit by kubectl takes the place of what was sent")
	}, NodeTimeout(2*patience))

	It("tells the adapter's words about what failed, and recovers", func(ctx SpecContext) {
		const cause = "no machine of that flavor is left"
		patched(ctx, pool, `{"metadata":{"annotations":{"kwok.slipway.dev/fail":"`+cause+`"}},"spec":{"replicas":4}}`)
		Eventually(func(g Gomega) {
			history := rest.tasks(ctx, g, id)
			g.Expect(history[len(history)-1]).To(Equal(task{"CLUSTER_RESIZE", "nodegroup", "default-worker", "FAIL", "kwok: " + cause}))
			answer := rest.must(ctx, http.MethodGet, "/v1/"+path, nil)
			g.Expect(answer.text("status")).To(Equal("UPDATE_FAILED"), answer.String())
			g.Expect(answer.text("status_reason")).To(ContainSubstring(cause))
		}).WithContext(ctx).Should(Succeed())

		patched(ctx, pool, `{"metadata":{"annotations":{"kwok.slipway.dev/fail":null}}}`)
		Eventually(func(g Gomega) {
			g.Expect(rest.word(ctx, g, name)).To(Equal("UPDATE_COMPLETE"))
		}).WithContext(ctx).Should(Succeed())
		history := rest.tasks(ctx, Default, id)
		Expect(history[len(history)-1].state).To(Equal("FAIL"), "history does not change")
	}, NodeTimeout(patience))

	It("is changed by NKS as kubectl shows it, one task at a time", func(ctx SpecContext) {
		Expect(hub.client.Get(ctx, client.ObjectKeyFromObject(pool), pool)).To(Succeed())
		gone := pool.Status.Nodes[1].ID
		rest.accepted(ctx, http.MethodPost, workers+"/autoscale", map[string]any{"ca_enable": "False"})
		answer := rest.accepted(ctx, http.MethodPost, path+"/actions/resize", map[string]any{"node_count": 3, "nodes_to_remove": []any{gone}})
		Expect(answer.text("uuid")).To(Equal(id))
		Expect(rest.word(ctx, Default, name)).To(Equal("UPDATE_IN_PROGRESS"), "the first GET shows what was written")
		done(ctx, "CLUSTER_RESIZE", "nodegroup", "default-worker")
		Eventually(func(g Gomega) {
			g.Expect(hub.client.Get(ctx, client.ObjectKeyFromObject(pool), pool)).To(Succeed())
			g.Expect(pool.Status.Nodes).To(HaveLen(3))
			g.Expect(pool.Status.Nodes).NotTo(ContainElement(HaveField("ID", gone)))
		}).WithContext(ctx).Should(Succeed())

		rest.accepted(ctx, http.MethodPost, workers+"/userscript", map[string]any{"contents": "#!/bin/sh\necho hello\n"})
		done(ctx, "NODEGROUP_USERSCRIPT_UPDATE", "nodegroup", "default-worker")
		answer = rest.must(ctx, http.MethodGet, "/v1/"+workers, nil)
		Expect(answer.text("labels", "user_script_v2")).To(Equal("#!/bin/sh\necho hello\n"))
		Expect(kubectl(ctx, "get", "nodepool,cluster,operation,event", "--namespace=team-a", "--output=yaml")).NotTo(ContainSubstring("echo hello"))
	}, NodeTimeout(2*patience))

	It("gives a kubeconfig that works until the certificates are renewed", func(ctx SpecContext) {
		// fetched is the kubeconfig and a client that uses it.
		fetched := func() (text string, tenant client.Client) {
			GinkgoHelper()
			answer := rest.must(ctx, http.MethodGet, "/v1/"+path+"/config", nil)
			Expect(answer.status).To(Equal(http.StatusOK))
			config, err := clientcmd.RESTConfigFromKubeConfig([]byte(answer.text("config")))
			Expect(err).NotTo(HaveOccurred())
			tenant, err = client.New(config, client.Options{Scheme: testenv.Scheme()})
			Expect(err).NotTo(HaveOccurred())
			return answer.text("config"), tenant
		}
		before, old := fetched()
		ready, _ := readyNodes(ctx, Default, old)
		Expect(ready).To(HaveLen(3))

		rest.accepted(ctx, http.MethodPatch, "certificates/"+name, map[string]any{"term_of_validity": 1})
		done(ctx, "CLUSTER_ROTATE_CERTIFICATE", "cluster", name)
		after, tenant := fetched()
		Expect(after).NotTo(Equal(before))
		ready, _ = readyNodes(ctx, Default, tenant)
		Expect(ready).To(HaveLen(3))
		Expect(old.List(ctx, &corev1.NodeList{})).NotTo(Succeed(), "the old kubeconfig still works")
	}, NodeTimeout(patience))

	It("leaves a history behind that can be read", func(ctx SpecContext) {
		answer := rest.must(ctx, http.MethodDelete, "/v1/"+path, nil)
		Expect(answer.status).To(Equal(http.StatusNoContent), answer.String())
		eventuallyGone(ctx, cluster)
		Eventually(func(g Gomega) {
			history := rest.tasks(ctx, g, id)
			g.Expect(history[0]).To(Equal(task{"CLUSTER_CREATE", "cluster", name, "SUCCESS", ""}))
			g.Expect(history[len(history)-1]).To(Equal(task{"CLUSTER_DELETE", "cluster", name, "SUCCESS", ""}))
			answer := rest.must(ctx, http.MethodGet, "/v1/clusters/"+id, nil)
			g.Expect(answer.status).To(Equal(http.StatusNotFound), answer.String())
		}).WithContext(ctx).Should(Succeed())
		Expect(kubectl(ctx, "get", "operations", "--namespace=team-a")).To(ContainSubstring("CLUSTER_DELETE"))
		answer = rest.must(ctx, http.MethodGet, "/v1/clusters/"+strings.ToUpper(strings.ReplaceAll(id, "-", ""))+"/events", nil)
		Expect(answer.status).To(Equal(http.StatusOK), answer.String())
	}, NodeTimeout(patience))
})

var _ = Describe("The NKS door", func() {
	It("shows the clusters that kubectl made, and changes them", func(ctx SpecContext) {
		rest := newRESTClient("SLIPWAY_URL", environment()["SLIPWAY_TOKEN"])
		answer := rest.must(ctx, http.MethodGet, "/v1/clusters", nil)
		Expect(answer.status).To(Equal(http.StatusOK), answer.String())
		Expect(answer.body["clusters"]).To(ContainElements(HaveKeyWithValue("name", "sample"), HaveKeyWithValue("name", "edge")))

		pool := newPool(newCluster("team-a", "edge", ""), "default-worker", 0)
		Expect(hub.client.Get(ctx, client.ObjectKeyFromObject(pool), pool)).To(Succeed())
		nodes := pool.WishedReplicas()
		for _, count := range []int32{nodes + 1, nodes} {
			rest.accepted(ctx, http.MethodPost, "clusters/edge/actions/resize", map[string]any{"node_count": count})
			Eventually(func(g Gomega) { g.Expect(rest.word(ctx, g, "edge")).To(Equal("UPDATE_COMPLETE")) }).WithContext(ctx).Should(Succeed())
			eventuallyReady(ctx, pool)
			Expect(pool.Status.Replicas).To(Equal(count))
		}
	}, NodeTimeout(patience))

	It("is closed to projects of others", func(ctx SpecContext) {
		rest := newRESTClient("SLIPWAY_URL", environment()["SLIPWAY_TOKEN"])
		other := tenantNamespace(ctx, "others")
		for _, project := range []string{other, "no-such-project"} {
			answer, err := rest.send(ctx, http.MethodGet, "/v1/clusters", nil, http.Header{"X-Project-Id": {project}})
			Expect(err).NotTo(HaveOccurred())
			Expect(answer.status).To(Equal(http.StatusForbidden), answer.String())
		}
		cluster := newCluster(other, "theirs", "kwok")
		cluster.Spec.Suspend = true
		Expect(hub.client.Create(ctx, cluster)).To(Succeed())
		answer := rest.must(ctx, http.MethodGet, "/v1/clusters/"+string(cluster.UID), nil)
		Expect(answer.status).To(Equal(http.StatusNotFound), answer.String())
	}, NodeTimeout(patience))
})
