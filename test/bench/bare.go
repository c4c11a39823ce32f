package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"
)

// bareCommand makes this program the bare server instead.
const bareCommand = "serve-bare"

// bareConfiguration is what the bare server reads.
type bareConfiguration struct {
	Address     string `json:"address"`
	Certificate string `json:"certificate"`
	Key         string `json:"key"`
	// Answers is a folder: /<name> is answered with the file <name>.json in it, as it was when it was first asked for.
	Answers string `json:"answers"`
}

func (c bareConfiguration) write(file string) error {
	content, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("encoding the configuration of the bare server: %w", err)
	}
	if err := os.MkdirAll(c.Answers, 0o700); err != nil {
		return fmt.Errorf("making a folder for answers: %w", err)
	}
	if err := os.WriteFile(file, content, 0o600); err != nil {
		return fmt.Errorf("writing the configuration of the bare server: %w", err)
	}
	return nil
}

// serveBare is the least that an HTTP server in Go can do: TLS, the standard library's server and router, bytes that are there
// already. It neither authenticates nor authorizes anybody, and writes nothing down.
func serveBare(ctx context.Context, file string) error {
	var configuration bareConfiguration
	content, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("reading the configuration of the bare server: %w", err)
	}
	if err := json.Unmarshal(content, &configuration); err != nil {
		return fmt.Errorf("reading the configuration of the bare server: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /readyz", func(http.ResponseWriter, *http.Request) {})
	for _, name := range bareAnswers {
		mux.HandleFunc("GET /"+name, bareHandler(filepath.Join(configuration.Answers, name+".json")))
	}
	server := &http.Server{Addr: configuration.Address, Handler: mux, ReadHeaderTimeout: time.Minute, ErrorLog: log.New(os.Stderr, "", 0)}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	if err := server.ListenAndServeTLS(configuration.Certificate, configuration.Key); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving: %w", err)
	}
	return nil
}

// bareAnswers are the names of the answers.
var bareAnswers = []string{"get", "list", "search", "search-few"}

func bareHandler(file string) http.HandlerFunc {
	var kept atomic.Pointer[[]byte]
	return func(w http.ResponseWriter, _ *http.Request) {
		if kept.Load() == nil {
			body, err := os.ReadFile(file)
			if err != nil {
				http.Error(w, err.Error(), http.StatusNotFound)
				return
			}
			kept.Store(&body)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(*kept.Load())
	}
}
