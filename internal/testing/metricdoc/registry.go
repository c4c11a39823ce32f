package metricdoc

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
)

// described is how a description of a metric shows itself; there is no other way to look into one.
var described = regexp.MustCompile(`^Desc\{fqName: "([^"]+)",.*constLabels: \{.*\}, variableLabels: \{(.*)\}\}$`)

// Registered returns the metrics of ours that a collector describes; a registry is one of all that is in it. The types are known
// of those only that have told something.
func Registered(collector prometheus.Collector) (map[string]Metric, error) {
	metrics := map[string]Metric{}
	for _, text := range descriptions(collector) {
		fields := described.FindStringSubmatch(text)
		if fields == nil {
			return nil, fmt.Errorf("%s is no description of a metric", text)
		}
		if !strings.HasPrefix(fields[1], Prefix) {
			continue
		}
		metric := Metric{}
		if fields[2] != "" {
			metric.Labels = strings.Split(fields[2], ",")
			slices.Sort(metric.Labels)
		}
		metrics[fields[1]] = metric
	}
	return metrics, types(collector, metrics)
}

func descriptions(collector prometheus.Collector) []string {
	ch := make(chan *prometheus.Desc)
	go func() {
		defer close(ch)
		collector.Describe(ch)
	}()
	var texts []string
	for desc := range ch {
		texts = append(texts, desc.String())
	}
	return texts
}

// types fills in the types of what can be gathered.
func types(collector prometheus.Collector, metrics map[string]Metric) error {
	gatherer, ok := collector.(prometheus.Gatherer)
	if !ok {
		return nil
	}
	families, err := gatherer.Gather()
	if err != nil {
		return err
	}
	for _, family := range families {
		if metric, ok := metrics[family.GetName()]; ok {
			metric.Type = strings.ToLower(family.GetType().String())
			metrics[family.GetName()] = metric
		}
	}
	return nil
}

// Compare returns what the page and the registry do not agree about.
func Compare(page, registered map[string]Metric) []string {
	var differences []string
	for _, name := range slices.Sorted(maps.Keys(page)) {
		is, ok := registered[name]
		said := page[name]
		switch {
		case !ok:
			differences = append(differences, name+" is documented, and there is no such metric")
		case !slices.Equal(said.Labels, is.Labels):
			differences = append(differences, fmt.Sprintf("%s is documented with the labels %v, and has %v", name, said.Labels, is.Labels))
		case is.Type != "" && is.Type != said.Type:
			differences = append(differences, fmt.Sprintf("%s is documented as a %s, and is a %s", name, said.Type, is.Type))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(registered)) {
		if _, ok := page[name]; !ok {
			differences = append(differences, name+" is not documented")
		}
	}
	return differences
}
