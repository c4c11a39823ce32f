package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/slipway-dev/slipway/internal/process"
	"github.com/slipway-dev/slipway/test/bench/load"
)

// The services: our programs, by the names of their folders in cmd, and the bare server.
const (
	facadeName  = "apiserver"
	managerName = "manager"
	bareName    = "bare"
)

const (
	facadeAccount  = "slipway-apiserver"
	managerAccount = "slipway-manager"
	credentialLife = 24 * time.Hour
	readyPause     = 10 * time.Millisecond
)

// service is a process that is started and stopped as the rows need it.
type service struct {
	spec process.Spec
	// ready answers 200 on path once it does its work.
	ready load.Endpoint
	path  string
	// metrics shows its metrics, if it has any.
	metrics load.Endpoint
}

// prepareServices issues certificates and chooses ports. It starts nothing.
func (b *bench) prepareServices(ctx context.Context) error {
	certificate, key, err := b.servingCertificate()
	if err != nil {
		return err
	}
	b.services = map[string]*service{}
	for name, prepare := range map[string]func(ctx context.Context, certificate, key string) (*service, error){
		facadeName: b.facade, managerName: b.manager, bareName: b.bare,
	} {
		s, err := prepare(ctx, certificate, key)
		if err != nil {
			return err
		}
		s.spec.Name = name
		s.spec.LogFile = filepath.Join(b.dir, "logs", name+".log")
		s.spec.RecordFile = filepath.Join(b.dir, "run", name+".json")
		b.services[name] = s
	}
	b.rest.Address = b.services[facadeName].ready.Address
	return nil
}

func (b *bench) facade(ctx context.Context, certificate, key string) (*service, error) {
	kubeconfig, err := b.kubeconfig(ctx, facadeAccount)
	if err != nil {
		return nil, err
	}
	address, port, err := freeAddress()
	if err != nil {
		return nil, err
	}
	endpoint := b.admin
	endpoint.Address = address
	args := []string{
		"--kubeconfig=" + kubeconfig, "--authentication-kubeconfig=" + kubeconfig, "--authorization-kubeconfig=" + kubeconfig,
		"--bind-address=127.0.0.1", "--secure-port=" + strconv.Itoa(port),
		"--tls-cert-file=" + certificate, "--tls-private-key-file=" + key,
	}
	if b.options.profile != "" {
		args = append(args, "--profiling")
	}
	return &service{
		spec:  process.Spec{Path: filepath.Join(b.dir, "bin", facadeName), Args: args},
		ready: endpoint, path: "/readyz", metrics: endpoint,
	}, nil
}

func (b *bench) manager(ctx context.Context, _, _ string) (*service, error) {
	kubeconfig, err := b.kubeconfig(ctx, managerAccount)
	if err != nil {
		return nil, err
	}
	health, _, err := freeAddress()
	if err != nil {
		return nil, err
	}
	metrics, _, err := freeAddress()
	if err != nil {
		return nil, err
	}
	return &service{
		spec: process.Spec{Path: filepath.Join(b.dir, "bin", managerName), Args: []string{
			"--kubeconfig=" + kubeconfig, "--metrics-bind-address=" + metrics, "--health-probe-bind-address=" + health,
			"--webhook-port=-1", "--leader-elect=false",
		}},
		ready: load.Endpoint{Address: health}, path: "/readyz", metrics: load.Endpoint{Address: metrics},
	}, nil
}

func (b *bench) bare(_ context.Context, certificate, key string) (*service, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding this program: %w", err)
	}
	address, _, err := freeAddress()
	if err != nil {
		return nil, err
	}
	configuration := bareConfiguration{Address: address, Certificate: certificate, Key: key, Answers: filepath.Join(b.dir, "answers")}
	file := filepath.Join(b.dir, "bare.json")
	if err := configuration.write(file); err != nil {
		return nil, err
	}
	endpoint := b.admin
	endpoint.Address = address
	return &service{spec: process.Spec{Path: self, Args: []string{bareCommand, file}}, ready: endpoint, path: "/readyz"}, nil
}

// kubeconfig writes a kubeconfig with a token of a service account of ours, as a Pod would have.
func (b *bench) kubeconfig(ctx context.Context, account string) (string, error) {
	connection := load.NewConnection(b.admin)
	defer connection.Close()
	token, err := b.token(ctx, connection, systemNamespace, account)
	if err != nil {
		return "", err
	}
	config, err := clientcmd.LoadFromFile(b.plane.AdminKubeconfigFile())
	if err != nil {
		return "", fmt.Errorf("reading the administrator's kubeconfig: %w", err)
	}
	for name := range config.AuthInfos {
		config.AuthInfos[name] = &clientcmdapi.AuthInfo{Token: token}
	}
	file := filepath.Join(b.dir, account+".kubeconfig")
	if err := clientcmd.WriteToFile(*config, file); err != nil {
		return "", fmt.Errorf("writing the kubeconfig of %s: %w", account, err)
	}
	return file, nil
}

// servingCertificate issues the certificate of the facade and the bare server: the same, so that TLS costs them the same.
func (b *bench) servingCertificate() (certificate, key string, err error) {
	certPEM, keyPEM, err := b.plane.ServingCertificate("slipway-bench", []string{"127.0.0.1", "localhost"}, credentialLife)
	if err != nil {
		return "", "", fmt.Errorf("issuing a serving certificate: %w", err)
	}
	certificate, key = filepath.Join(b.dir, "tls.crt"), filepath.Join(b.dir, "tls.key")
	for file, content := range map[string][]byte{certificate: certPEM, key: keyPEM} {
		if err := os.WriteFile(file, content, 0o600); err != nil {
			return "", "", fmt.Errorf("writing a serving certificate: %w", err)
		}
	}
	return certificate, key, nil
}

func freeAddress() (string, int, error) {
	port, err := process.FreePort()
	if err != nil {
		return "", 0, fmt.Errorf("choosing a port: %w", err)
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), port, nil
}

// start starts a service that does not run, waits until it is ready, and returns how long that took.
func (b *bench) start(ctx context.Context, name string) (time.Duration, error) {
	if b.running[name] != nil {
		return 0, b.casualty()
	}
	s := b.services[name]
	begin := time.Now()
	p, err := process.Start(s.spec)
	if err != nil {
		return 0, err
	}
	b.running[name] = p
	ctx, cancel := context.WithTimeout(ctx, 2*startPatience)
	defer cancel()
	connection := load.NewConnection(s.ready)
	defer connection.Close()
	for {
		answer, err := connection.Do(ctx, s.ready.Request("GET", s.path, nil))
		if err == nil && answer.Status == 200 {
			return time.Since(begin), nil
		}
		if dead := b.casualty(); dead != nil {
			return 0, dead
		}
		if ctx.Err() != nil {
			return 0, fmt.Errorf("%s does not become ready: status %d %.300s; %w; the end of its log:\n%s",
				name, answer.Status, answer.Body, err, process.LogTail(p.LogFile, 25))
		}
		time.Sleep(readyPause)
	}
}

func (b *bench) stop(ctx context.Context, name string) error {
	p := b.running[name]
	delete(b.running, name)
	return p.Stop(ctx, stopGrace)
}
