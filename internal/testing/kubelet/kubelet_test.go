package kubelet

import (
	"net/http"
	"os"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"
)

// health is a probe of the server's health.
func health(failures int32) *corev1.Probe {
	return &corev1.Probe{
		ProbeHandler:  corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/health", Port: intstr.FromInt32(8080)}},
		PeriodSeconds: 1, FailureThreshold: failures,
	}
}

// settings mounts a Secret, whose file the container gets as its argument.
func settings(pod *corev1.Pod) {
	pod.Spec.Volumes = append(pod.Spec.Volumes, corev1.Volume{Name: "settings", VolumeSource: corev1.VolumeSource{
		Secret: &corev1.SecretVolumeSource{SecretName: pod.Name},
	}})
	container := &pod.Spec.Containers[0]
	container.Args = []string{"/etc/app/settings.txt", "$(GREETING)", "--address=:8080"}
	container.VolumeMounts = append(container.VolumeMounts, corev1.VolumeMount{Name: "settings", MountPath: "/etc/app"})
	container.ReadinessProbe = health(1)
}

// mountAccount mounts a token as the API server does for every pod.
func mountAccount(pod *corev1.Pod) {
	pod.Spec.Volumes = append(pod.Spec.Volumes, corev1.Volume{Name: "account", VolumeSource: corev1.VolumeSource{
		Projected: &corev1.ProjectedVolumeSource{Sources: []corev1.VolumeProjection{
			{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{Path: "token"}},
			{DownwardAPI: &corev1.DownwardAPIProjection{Items: []corev1.DownwardAPIVolumeFile{
				{Path: "namespace", FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.namespace"}},
			}}},
		}},
	}})
	container := &pod.Spec.Containers[0]
	container.VolumeMounts = append(container.VolumeMounts, corev1.VolumeMount{Name: "account", MountPath: accountPath})
}

func variables(pod *corev1.Pod) {
	container := &pod.Spec.Containers[0]
	container.Env = append(container.Env,
		corev1.EnvVar{Name: "NAME", ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "metadata.name"}}},
		corev1.EnvVar{Name: "GREETING", Value: "hello $(NAME)"},
		corev1.EnvVar{Name: "FROM_SECRET", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{
			LocalObjectReference: corev1.LocalObjectReference{Name: pod.Name}, Key: "settings.txt"}}},
		corev1.EnvVar{Name: "NOT_THERE", ValueFrom: &corev1.EnvVarSource{ConfigMapKeyRef: &corev1.ConfigMapKeySelector{
			LocalObjectReference: corev1.LocalObjectReference{Name: "absent"}, Key: "any", Optional: ptr.To(true)}}},
	)
}

func once(pod *corev1.Pod) { pod.Spec.RestartPolicy = corev1.RestartPolicyNever }

var _ = Describe("A pod", func() {
	It("waits for its volumes, then runs with them, its variables and its account", func(ctx SpecContext) {
		pod := newTestPod("whole", "server", settings, variables, mountAccount)
		run(ctx, pod)
		eventually(ctx, pod, func(g Gomega, pod *corev1.Pod) {
			g.Expect(pod.Status.ContainerStatuses).To(ContainElement(HaveField("State.Waiting.Message", ContainSubstring("Secret whole"))))
			g.Expect(pod.Status.Phase).To(Equal(corev1.PodPending))
		})
		secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: pod.Name, Namespace: pod.Namespace}, Data: map[string][]byte{"settings.txt": []byte("one")}}
		Expect(api.Create(ctx, secret)).To(Succeed())
		DeferCleanup(func(ctx SpecContext) { Expect(api.Delete(ctx, secret)).To(Succeed()) })
		eventually(ctx, pod, ready)

		Expect(pod.Status.PodIP).To(HavePrefix("10.244."))
		Expect(ask(pod, "/file")).To(Equal("one"))
		Expect(ask(pod, "/variable/FROM_SECRET")).To(Equal("one"))
		Expect(ask(pod, "/variable/POD_IP")).To(HavePrefix("127.97."))
		Expect(ask(pod, "/argument")).To(HaveSuffix("hello whole --address=" + ask(pod, "/variable/POD_IP") + ":8080"))
		Expect(ask(pod, "/account")).To(Equal("system:serviceaccount:default:worker"))

		By("following the Secret")
		secret.Data["settings.txt"] = []byte("two")
		Expect(api.Update(ctx, secret)).To(Succeed())
		Eventually(func() string { return ask(pod, "/file") }).Should(Equal("two"))
	})

	It("is not ready while its probe fails, and is started again when its liveness probe gives up", func(ctx SpecContext) {
		pod := newTestPod("sick", "server", func(pod *corev1.Pod) {
			pod.Spec.Containers[0].ReadinessProbe, pod.Spec.Containers[0].LivenessProbe = health(1), health(5)
		})
		run(ctx, pod)
		eventually(ctx, pod, ready)
		local, err := localOf(pod.Status.PodIP + ":8080")
		Expect(err).NotTo(HaveOccurred())
		answer, err := http.Post("http://"+local+"/sick", "", nil)
		Expect(err).NotTo(HaveOccurred())
		answer.Body.Close()
		eventually(ctx, pod, func(g Gomega, pod *corev1.Pod) {
			g.Expect(pod.Status.ContainerStatuses[0].Ready).To(BeFalse())
			g.Expect(pod.Status.ContainerStatuses[0].RestartCount).To(BeZero())
		})
		eventually(ctx, pod, func(g Gomega, pod *corev1.Pod) {
			ready(g, pod)
			g.Expect(pod.Status.ContainerStatuses[0].RestartCount).To(BeEquivalentTo(1))
		})
	})

	It("is told to end before its object is taken away", func(ctx SpecContext) {
		pod := newTestPod("polite", "server", func(pod *corev1.Pod) { pod.Spec.Containers[0].ReadinessProbe = health(1) })
		run(ctx, pod)
		eventually(ctx, pod, ready)
		file, _ := nodeOf(pod).log("main", false)
		remove(ctx, pod)
		Expect(os.ReadFile(file)).To(ContainSubstring("told to end"))
	})

	It("starts again what fails, with a pause", func(ctx SpecContext) {
		pod := newTestPod("failing", "failure")
		run(ctx, pod)
		eventually(ctx, pod, func(g Gomega, pod *corev1.Pod) {
			g.Expect(pod.Status.ContainerStatuses).To(HaveLen(1))
			status := pod.Status.ContainerStatuses[0]
			g.Expect(status.RestartCount).To(BeNumerically(">=", 2))
			g.Expect(status.State.Waiting).To(HaveField("Reason", "CrashLoopBackOff"))
			g.Expect(status.LastTerminationState.Terminated).To(HaveField("ExitCode", BeEquivalentTo(3)))
			g.Expect(pod.Status.Phase).To(Equal(corev1.PodRunning))
		})
	})

	It("succeeds or fails when it runs only once, after its init containers", func(ctx SpecContext) {
		good := newTestPod("good", "greeter", once, func(pod *corev1.Pod) {
			pod.Spec.InitContainers = []corev1.Container{*pod.Spec.Containers[0].DeepCopy()}
			pod.Spec.InitContainers[0].Name = "before"
			pod.Spec.InitContainers[0].Args, pod.Spec.Containers[0].Args = []string{"before"}, []string{"main"}
		})
		bad := newTestPod("bad", "failure", once)
		run(ctx, good)
		run(ctx, bad)
		eventually(ctx, good, func(g Gomega, pod *corev1.Pod) { g.Expect(pod.Status.Phase).To(Equal(corev1.PodSucceeded)) })
		eventually(ctx, bad, func(g Gomega, pod *corev1.Pod) { g.Expect(pod.Status.Phase).To(Equal(corev1.PodFailed)) })
		Expect(bad.Status.ContainerStatuses[0].State.Terminated.ExitCode).To(BeEquivalentTo(3))
		file, _ := nodeOf(good).log("before", false)
		Expect(os.ReadFile(file)).To(BeEquivalentTo("hello from before\n"))
	})

	It("says which image is no program here", func(ctx SpecContext) {
		pod := newTestPod("foreign", "server", func(pod *corev1.Pod) { pod.Spec.Containers[0].Image = "example.org/other:v1" })
		run(ctx, pod)
		eventually(ctx, pod, func(g Gomega, pod *corev1.Pod) {
			g.Expect(pod.Status.ContainerStatuses).To(ContainElement(And(
				HaveField("State.Waiting.Reason", "CreateContainerError"), HaveField("State.Waiting.Message", ContainSubstring("example.org/other:v1")))))
		})
	})
})
