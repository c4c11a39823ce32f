package controlplane

import (
	"net"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/slipway-dev/slipway/internal/process"
)

func TestEverythingListensOnLoopbackOnly(t *testing.T) {
	c := open(t, Options{Dir: t.TempDir(), ControllerManager: true, Scheduler: true, Kwok: true, Aggregation: true})
	wants := map[Component][]string{
		Etcd:              {"--listen-client-urls=http://127.0.0.1:", "--listen-peer-urls=http://127.0.0.1:", "--unsafe-no-fsync"},
		APIServer:         {"--bind-address=127.0.0.1", "--requestheader-client-ca-file="},
		ControllerManager: {"--bind-address=127.0.0.1", "--root-ca-file="},
		Scheduler:         {"--bind-address=127.0.0.1"},
		Kwok:              {"--server-address=127.0.0.1:"},
	}
	if got := c.opts.components(); len(got) != len(wants) {
		t.Fatalf("components %v", got)
	}
	for component, flags := range wants {
		args, _ := c.arguments(component)
		for _, flag := range flags {
			if !slices.ContainsFunc(args, func(arg string) bool { return strings.HasPrefix(arg, flag) }) {
				t.Errorf("%s lacks %s: %v", component, flag, args)
			}
		}
	}
}

func TestOnlyWhatWasAskedForRuns(t *testing.T) {
	c := open(t, Options{Dir: t.TempDir(), ExtraArgs: map[Component][]string{APIServer: {"--v=4"}}})
	args := c.spec(APIServer).Args
	if slices.ContainsFunc(args, func(arg string) bool { return strings.HasPrefix(arg, "--requestheader") }) {
		t.Errorf("aggregation was not asked for: %v", args)
	}
	if args[len(args)-1] != "--v=4" {
		t.Errorf("extra flags come last: %v", args)
	}
	running := c.Running()
	if len(running) != 2 || running[string(Etcd)] || running[string(APIServer)] {
		t.Errorf("running %v", running)
	}
}

func TestRequestsAreWrittenDownWhereThatIsAskedFor(t *testing.T) {
	dir := t.TempDir()
	c := open(t, Options{Dir: dir, Audit: &Audit{File: "/logs/audit.log", Groups: []string{"system:serviceaccounts:fleet"}}})
	args := c.spec(APIServer).Args
	for _, flag := range []string{"--audit-log-path=/logs/audit.log", "--audit-policy-file=" + c.auditPolicyFile()} {
		if !slices.Contains(args, flag) {
			t.Errorf("kube-apiserver lacks %s: %v", flag, args)
		}
	}
	policy, err := os.ReadFile(c.auditPolicyFile())
	if err != nil || strings.Count(string(policy), `userGroups: ["system:serviceaccounts:fleet"]`) != 2 {
		t.Errorf("the policy is %s, %v", policy, err)
	}
	silent := open(t, Options{Dir: t.TempDir()})
	if slices.ContainsFunc(silent.spec(APIServer).Args, func(arg string) bool { return strings.HasPrefix(arg, "--audit") }) {
		t.Error("requests are written down unasked")
	}
}

func TestAPortThatAStrangerTookIsReplaced(t *testing.T) {
	dir := t.TempDir()
	c := open(t, Options{Dir: dir})
	before := c.Endpoint()
	stranger, err := net.Listen("tcp", loopback(c.ports[portAPIServer]))
	if err != nil {
		t.Fatal(err)
	}
	defer stranger.Close()

	if err := c.choosePorts(map[Component]bool{APIServer: false}); err != nil || c.Endpoint() != before {
		t.Errorf("while the component runs its port is its own: %v", err)
	}
	if err := c.choosePorts(map[Component]bool{APIServer: true}); err != nil || c.Endpoint() == before {
		t.Errorf("while it is down, the port is the stranger's: %v", err)
	}
	if kept, err := loadPorts(dir); err != nil || kept[portAPIServer] != c.ports[portAPIServer] {
		t.Errorf("the new port is kept: %v, %v", kept, err)
	}
}

func TestAMissingBinaryNamesTheRemedy(t *testing.T) {
	c := open(t, Options{Dir: t.TempDir()})
	err := c.Start(t.Context())
	if err == nil || !strings.Contains(err.Error(), "go run ./hack/tools") {
		t.Errorf("error is %v", err)
	}
}

func TestOptionsThatCannotWorkAreRefused(t *testing.T) {
	for name, opts := range map[string]Options{
		"no folder":        {BinDir: "/bin"},
		"no binaries":      {Dir: t.TempDir()},
		"a range like x/y": {Dir: t.TempDir(), BinDir: "/bin", ServiceCIDR: "x/y"},
	} {
		if _, err := Open(opts); err == nil {
			t.Errorf("%s must be refused", name)
		}
	}
}

func TestInspectAndStopNeedTheFolderOnly(t *testing.T) {
	dir := t.TempDir()
	open(t, Options{Dir: dir})
	p, err := process.Start(process.Spec{Name: "etcd", Path: "/bin/sleep", Args: []string{"600"},
		LogFile: logFile(dir, Etcd), RecordFile: recordFile(dir, Etcd)})
	if err != nil {
		t.Fatal(err)
	}
	status, err := Inspect(dir)
	if err != nil || len(status) != 2 || status[0].PID != p.PID || status[1].PID != 0 {
		t.Errorf("status %+v, %v", status, err)
	}
	if err := DestroyDir(t.Context(), dir); err != nil || p.Alive() {
		t.Errorf("alive %v, %v", p.Alive(), err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the folder is still there: %v", err)
	}
}
