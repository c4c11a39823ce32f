package kubelet

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

func TestImageName(t *testing.T) {
	for image, want := range map[string]string{
		"ghcr.io/a/b:v1":            "ghcr.io/a/b",
		"ghcr.io/a/b":               "ghcr.io/a/b",
		"localhost:5000/b":          "localhost:5000/b",
		"localhost:5000/b:v1":       "localhost:5000/b",
		"ghcr.io/a/b:v1@sha256:abc": "ghcr.io/a/b",
	} {
		if got := imageName(image); got != want {
			t.Errorf("imageName(%q) = %q, want %q", image, got, want)
		}
	}
}

func TestExpand(t *testing.T) {
	known := environment{"A": "1", "B_C": "2"}
	for text, want := range map[string]string{
		"plain":        "plain",
		"--x=$(A)":     "--x=1",
		"$(A)$(B_C)":   "12",
		"$(UNKNOWN)":   "$(UNKNOWN)",
		"$$(A)":        "$(A)",
		"cost: $5, $(": "cost: $5, $(",
	} {
		if got := known.expand(text); got != want {
			t.Errorf("expand(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestOnOwnInterface(t *testing.T) {
	for argument, want := range map[string]string{
		"--metrics-bind-address=:8080":         "--metrics-bind-address=127.97.0.1:8080",
		"--metrics-bind-address=10.0.0.1:8080": "--metrics-bind-address=10.0.0.1:8080",
		"--labels=a:80":                        "--labels=a:80",
		"--v=0":                                "--v=0",
	} {
		if got := onOwnInterface(argument, "127.97.0.1"); got != want {
			t.Errorf("onOwnInterface(%q) = %q, want %q", argument, got, want)
		}
	}
}

func TestLocalOf(t *testing.T) {
	for name, tc := range map[string]struct {
		hostport, want string
		wantError      bool
	}{
		"a pod is found on loopback":             {hostport: "10.244.0.7:9443", want: "127.97.0.7:9443"},
		"the node too":                           {hostport: "10.244.3.251:10250", want: "127.97.3.251:10250"},
		"what is no pod is refused":              {hostport: "10.96.0.1:443", wantError: true},
		"loopback itself is refused":             {hostport: "127.0.0.1:443", wantError: true},
		"a name is refused, for nobody knows it": {hostport: "node-1:10250", wantError: true},
		"an address of another kind is refused":  {hostport: "[::1]:443", wantError: true},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := localOf(tc.hostport)
			if got != tc.want || (err != nil) != tc.wantError {
				t.Errorf("localOf(%q) = %q, %v", tc.hostport, got, err)
			}
		})
	}
}

func TestAddressesAreUsedAgainAsLateAsPossible(t *testing.T) {
	var all addresses
	first, err := all.take()
	if err != nil {
		t.Fatal(err)
	}
	all.giveBack(first)
	for range lastPod {
		next, err := all.take()
		if err != nil {
			t.Fatal(err)
		}
		first = next
	}
	if first.index != 1 {
		t.Errorf("the last of all addresses is %d; want the one that was given back first", first.index)
	}
	if _, err := all.take(); err == nil {
		t.Error("there are more addresses than pods may have")
	}
}

func TestPhase(t *testing.T) {
	const always, never, onFailure = corev1.RestartPolicyAlways, corev1.RestartPolicyNever, corev1.RestartPolicyOnFailure
	waiting := corev1.ContainerStatus{State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{}}}
	crashed := corev1.ContainerStatus{RestartCount: 1, State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{}}}
	running := corev1.ContainerStatus{State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}
	done := corev1.ContainerStatus{State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{}}}
	broken := corev1.ContainerStatus{State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 1}}}
	type statuses = []corev1.ContainerStatus
	for name, tc := range map[string]struct {
		policy            corev1.RestartPolicy
		inits, containers statuses
		want              corev1.PodPhase
	}{
		"nothing has started":                       {policy: always, containers: statuses{waiting}, want: corev1.PodPending},
		"an init container is at work":              {policy: always, inits: statuses{running}, containers: statuses{waiting}, want: corev1.PodPending},
		"an init container failed for good":         {policy: never, inits: statuses{broken}, containers: statuses{waiting}, want: corev1.PodFailed},
		"an init container is about to try again":   {policy: always, inits: statuses{broken}, containers: statuses{waiting}, want: corev1.PodPending},
		"one of two runs":                           {policy: always, inits: statuses{done}, containers: statuses{running, waiting}, want: corev1.PodRunning},
		"what crashed waits to be started again":    {policy: always, containers: statuses{crashed}, want: corev1.PodRunning},
		"what ended is started again":               {policy: always, containers: statuses{done}, want: corev1.PodRunning},
		"all ended well":                            {policy: never, containers: statuses{done, done}, want: corev1.PodSucceeded},
		"one ended badly":                           {policy: never, containers: statuses{done, broken}, want: corev1.PodFailed},
		"one ended badly, and the other is running": {policy: never, containers: statuses{running, broken}, want: corev1.PodRunning},
		"what failed is started again if asked for": {policy: onFailure, containers: statuses{broken}, want: corev1.PodRunning},
	} {
		t.Run(name, func(t *testing.T) {
			if got := phase(tc.policy, tc.inits, tc.containers); got != tc.want {
				t.Errorf("phase = %s, want %s", got, tc.want)
			}
		})
	}
}

func TestWriteVolumeHoldsTheseFilesAndNoOthers(t *testing.T) {
	dir := t.TempDir()
	for _, content := range []map[string][]byte{
		{"a": []byte("1"), "deep/b": []byte("2")},
		{"a": []byte("3")},
	} {
		if err := writeVolume(dir, content); err != nil {
			t.Fatal(err)
		}
	}
	if text, err := os.ReadFile(filepath.Join(dir, "a")); err != nil || string(text) != "3" {
		t.Errorf("a holds %q, %v", text, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "deep", "b")); err == nil {
		t.Error("deep/b is still there")
	}
}

func TestSeekLines(t *testing.T) {
	for lines, want := range map[int]string{0: "", 1: "c\n", 2: "b\nc\n", 3: "a\nb\nc\n", 9: "a\nb\nc\n"} {
		reader := strings.NewReader("a\nb\nc\n")
		if err := seekLines(reader, lines); err != nil {
			t.Fatal(err)
		}
		rest := make([]byte, reader.Len())
		_, _ = reader.Read(rest) // of what there is
		if diff := cmp.Diff(want, string(rest)); diff != "" {
			t.Errorf("the last %d lines (-want +got):\n%s", lines, diff)
		}
	}
}

func TestResourceField(t *testing.T) {
	container := &corev1.Container{Resources: corev1.ResourceRequirements{
		Limits: corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("1Gi"), corev1.ResourceCPU: resource.MustParse("1500m")},
	}}
	for name, tc := range map[string]struct {
		selector corev1.ResourceFieldSelector
		want     string
	}{
		"memory is told in bytes":      {selector: corev1.ResourceFieldSelector{Resource: "limits.memory"}, want: "1073741824"},
		"a divisor gives the unit":     {selector: corev1.ResourceFieldSelector{Resource: "limits.memory", Divisor: resource.MustParse("1Mi")}, want: "1024"},
		"cores are rounded up":         {selector: corev1.ResourceFieldSelector{Resource: "limits.cpu"}, want: "2"},
		"what is not limited has zero": {selector: corev1.ResourceFieldSelector{Resource: "requests.cpu"}, want: "0"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := resourceField(container, &tc.selector)
			if err != nil || got != tc.want {
				t.Errorf("resourceField = %q, %v; want %q", got, err, tc.want)
			}
		})
	}
	if _, err := resourceField(container, &corev1.ResourceFieldSelector{Resource: "wishes.cpu"}); err == nil {
		t.Error("wishes.cpu is not refused")
	}
}
