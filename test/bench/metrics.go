package main

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/slipway-dev/slipway/test/bench/load"
)

// sample is one value of the metrics that a process shows.
type sample struct {
	name   string
	labels map[string]string
	value  float64
}

// scrape reads the metrics of a process whose names are wanted.
func scrape(ctx context.Context, endpoint load.Endpoint, names ...string) ([]sample, error) {
	connection := load.NewConnection(endpoint)
	defer connection.Close()
	answer, err := connection.Do(ctx, endpoint.Request(http.MethodGet, "/metrics", nil))
	if err != nil {
		return nil, fmt.Errorf("reading metrics: %w", err)
	}
	if answer.Status != http.StatusOK {
		return nil, fmt.Errorf("reading metrics: answered with status %d: %.300s", answer.Status, answer.Body)
	}
	return parseMetrics(string(answer.Body), names)
}

// parseMetrics reads the text format.
func parseMetrics(text string, names []string) ([]sample, error) {
	wanted := map[string]bool{}
	for _, name := range names {
		wanted[name] = true
	}
	var samples []sample
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		end := strings.IndexAny(line, "{ ")
		if end < 0 || !wanted[line[:end]] {
			continue
		}
		s, err := parseSample(line)
		if err != nil {
			return nil, err
		}
		samples = append(samples, s)
	}
	return samples, nil
}

// parseSample reads one line: name{label="value",…} value.
func parseSample(line string) (sample, error) {
	s := sample{labels: map[string]string{}}
	rest := line
	if brace := strings.IndexByte(line, '{'); brace >= 0 {
		s.name, rest = line[:brace], line[brace+1:]
		for !strings.HasPrefix(rest, "}") {
			name, after, found := strings.Cut(rest, "=")
			value, err := strconv.QuotedPrefix(after)
			if !found || err != nil {
				return s, fmt.Errorf("%q is no line of metrics", line)
			}
			if s.labels[name], err = strconv.Unquote(value); err != nil {
				return s, fmt.Errorf("%q is no label of a metric: %w", value, err)
			}
			rest = strings.TrimPrefix(after[len(value):], ",")
		}
		rest = rest[1:]
	} else {
		s.name, rest, _ = strings.Cut(line, " ")
	}
	var err error
	if s.value, err = strconv.ParseFloat(strings.TrimSpace(rest), 64); err != nil {
		return s, fmt.Errorf("%q has no value: %w", line, err)
	}
	return s, nil
}

// requestTotal is the kube-apiserver's own count of requests.
const requestTotal = "apiserver_request_total"

// countedGroups and countedCore say of which objects writes are counted: ours, and those that we make for Flux.
var (
	countedGroups = map[string]bool{
		"fleet.slipway.dev": true, "events.k8s.io": true, "helm.toolkit.fluxcd.io": true, "source.toolkit.fluxcd.io": true,
	}
	countedCore = map[string]bool{"events": true, "secrets": true}
)

// writes counts what was to be written through the kube-apiserver, by resource/subresource and verb, and by status where that
// tells of a refusal: objects of ours, those that we make for Flux, and events.
type writes map[string]int

func parseWrites(samples []sample) writes {
	counted := writes{}
	for _, s := range samples {
		group := s.labels["group"]
		if !countedGroups[group] && !countedCore[s.labels["resource"]] {
			continue
		}
		switch s.labels["verb"] {
		case http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, "APPLY", "DELETECOLLECTION":
		default:
			continue
		}
		what := s.labels["resource"]
		if s.labels["subresource"] != "" {
			what += "/" + s.labels["subresource"]
		}
		what += " " + s.labels["verb"]
		if !strings.HasPrefix(s.labels["code"], "2") {
			what += " " + s.labels["code"]
		}
		counted[what] += int(s.value)
	}
	return counted
}

// since returns the writes that were not counted before.
func (w writes) since(before writes) writes {
	difference := writes{}
	for what, count := range w {
		if count > before[what] {
			difference[what] = count - before[what]
		}
	}
	return difference
}

func (w writes) total() int {
	total := 0
	for _, count := range w {
		total += count
	}
	return total
}

// of is how often a resource/subresource was written, refusals left out.
func (w writes) of(resource string) int {
	total := 0
	for what, count := range w {
		if words := strings.Fields(what); len(words) == 2 && words[0] == resource {
			total += count
		}
	}
	return total
}
