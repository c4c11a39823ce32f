package kubelet

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// followEvery is how often a log is looked at that somebody follows.
const followEvery = 200 * time.Millisecond

// serve answers kube-apiserver, and nobody else, on behalf of kubectl logs.
func (k *Kubelet) serve() error {
	certificate, err := tls.X509KeyPair(k.options.ServerCertificate, k.options.ServerKey)
	if err != nil {
		return fmt.Errorf("reading the kubelet's certificate: %w", err)
	}
	callers := x509.NewCertPool()
	if !callers.AppendCertsFromPEM(k.options.ClientCA) {
		return errors.New("reading the authority of kube-apiserver: it holds no certificate")
	}
	routes := http.NewServeMux()
	routes.HandleFunc("GET /containerLogs/{namespace}/{pod}/{container}", k.serveLog)
	server := &http.Server{Handler: routes, ReadHeaderTimeout: stopGrace}
	listener := tls.NewListener(k.server, &tls.Config{
		Certificates: []tls.Certificate{certificate}, ClientCAs: callers, ClientAuth: tls.RequireAndVerifyClientCert, MinVersion: tls.VersionTLS12,
	})
	go func() { _ = server.Serve(listener) }() // it ends when Stop closes the listener
	return nil
}

// serveLog answers kubectl logs.
func (k *Kubelet) serveLog(w http.ResponseWriter, r *http.Request) {
	known := k.find(r.PathValue("namespace"), r.PathValue("pod"))
	if known == nil {
		http.Error(w, "the pod does not run here", http.StatusNotFound)
		return
	}
	name, running := known.log(r.PathValue("container"), r.URL.Query().Get("previous") == "true")
	content, err := os.Open(name)
	if err != nil {
		http.Error(w, "the container has no log yet", http.StatusNotFound)
		return
	}
	defer content.Close()
	if lines, err := strconv.Atoi(r.URL.Query().Get("tailLines")); err == nil {
		if err := seekLines(content, lines); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
	}
	_, err = io.Copy(w, content)
	for err == nil && r.URL.Query().Get("follow") == "true" && running() && pause(r.Context(), followEvery) {
		_, err = io.Copy(w, content)
		_ = http.NewResponseController(w).Flush() // whoever cannot flush sends later
	}
}

// log is the file with the output of a container, and whether more will come.
func (p *pod) log(container string, previous bool) (file string, running func() bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	state := p.containers[container]
	if state == nil {
		return "", func() bool { return false }
	}
	file = state.log
	if previous {
		dir, name, _ := cutLast(file, "-")
		number, _ := strconv.Atoi(strings.TrimSuffix(name, ".log"))
		return fmt.Sprintf("%s-%d.log", dir, number-1), func() bool { return false }
	}
	return file, func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return state.log == file && state.now.Running != nil
	}
}

func cutLast(text, separator string) (before, after string, found bool) {
	i := strings.LastIndex(text, separator)
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+len(separator):], true
}

// seekLines puts a file at the beginning of its last lines.
func seekLines(file io.ReadSeeker, lines int) error {
	content, err := io.ReadAll(file)
	if err != nil {
		return err
	}
	text := strings.TrimSuffix(string(content), "\n")
	offset := len(text)
	for range lines {
		if offset = strings.LastIndex(text[:offset], "\n"); offset < 0 {
			break
		}
	}
	if lines == 0 {
		offset = len(content) - 1
	}
	_, err = file.Seek(int64(offset+1), io.SeekStart)
	return err
}
