package main

import (
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// report is all that a run found.
type report struct {
	Begun    time.Time `json:"begun"`
	Clusters int       `json:"clusters"`
	Cores    int       `json:"cores"`
	Go       string    `json:"go"`

	Rows   []outcome    `json:"rows"`
	Loads  []loadLine   `json:"loads"`
	Memory []memoryLine `json:"memory"`
}

func newReport(o options) report {
	return report{Begun: time.Now(), Clusters: o.clusters, Cores: runtime.NumCPU(), Go: runtime.Version()}
}

// outcome is one line about one target.
type outcome struct {
	// Name is the row, What the figure.
	Name string `json:"name"`
	What string `json:"what"`
	// Target and Measured are for people to compare, Met says what comes out.
	Target   string `json:"target"`
	Measured string `json:"measured"`
	Met      bool   `json:"met"`
	// Ratio is the figure over that of Against, measured in the same run; empty if there is nothing to compare it with.
	Ratio   string `json:"ratio,omitempty"`
	Against string `json:"against,omitempty"`
	// Wrong are results that are mistakes, not slowness. With one the run fails.
	Wrong []string `json:"wrong,omitempty"`
}

// loadLine is one load: how often, how fast, and what it cost whom.
type loadLine struct {
	Row       string             `json:"row"`
	What      string             `json:"what"`
	Requests  int                `json:"requests"`
	Repeated  int                `json:"repeated,omitempty"`
	PerSecond float64            `json:"perSecond"`
	P50       float64            `json:"p50Milliseconds"`
	P99       float64            `json:"p99Milliseconds"`
	CPU       map[string]float64 `json:"cpuMillisecondsPerRequest"`
	Calls     calls              `json:"facadeCalls"`
	Writes    writes             `json:"writes,omitempty"`
}

// memoryLine is the memory of one process at one time.
type memoryLine struct {
	When     string `json:"when"`
	Process  string `json:"process"`
	Resident int64  `json:"residentBytes"`
	Peak     int64  `json:"peakBytes"`
	HeapUsed int64  `json:"heapInUseBytes,omitempty"`
	HeapLive int64  `json:"heapAllocatedBytes,omitempty"`
}

// columns are the processes in the order in which the table shows them.
var columns = []string{facadeName, managerName, "kube-apiserver", "etcd", bareName, generatorName}

// generatorName is this program in tables.
const generatorName = "generator"

func (r *report) print(out io.Writer) error {
	fmt.Fprintf(out, "\n%d clusters with %d reports each, %d cores, %s\n\n", r.Clusters, len(adapters), r.Cores, r.Go)
	for _, part := range []func(io.Writer){r.printLoads, r.printMemory, r.printRows} {
		table := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
		part(table)
		if err := table.Flush(); err != nil {
			return fmt.Errorf("printing the results: %w", err)
		}
		fmt.Fprintln(out)
	}
	return nil
}

func (r *report) printLoads(out io.Writer) {
	if len(r.Loads) == 0 {
		return
	}
	fmt.Fprintf(out, "LOAD\t\tREQUESTS\tPER SECOND\tP50 ms\tP99 ms\tREADS+REVIEWS OF FACADE\tCPU ms PER REQUEST:\t%s\n", strings.Join(columns, "\t"))
	for _, l := range r.Loads {
		fmt.Fprintf(out, "%s\t%s\t%d\t%.0f\t%.2f\t%.2f\t%d+%d\t",
			l.Row, l.What, l.Requests, l.PerSecond, l.P50, l.P99, l.Calls.Reads, l.Calls.Reviews)
		for _, column := range columns {
			value, known := l.CPU[column]
			if !known {
				fmt.Fprint(out, "\t-")
				continue
			}
			fmt.Fprintf(out, "\t%.3f", value)
		}
		fmt.Fprintln(out)
	}
}

func (r *report) printMemory(out io.Writer) {
	if len(r.Memory) == 0 {
		return
	}
	const mega = 1 << 20
	fmt.Fprintln(out, "MEMORY\tPROCESS\tRESIDENT MB\tPEAK MB\tHEAP IN USE MB\tHEAP ALLOCATED MB")
	for _, m := range r.Memory {
		fmt.Fprintf(out, "%s\t%s\t%d\t%d\t%d\t%d\n", m.When, m.Process, m.Resident/mega, m.Peak/mega, m.HeapUsed/mega, m.HeapLive/mega)
	}
}

func (r *report) printRows(out io.Writer) {
	fmt.Fprintln(out, "ROW\tWHAT\tTARGET\tMEASURED\tRATIO\tAGAINST\tMET")
	for _, o := range r.Rows {
		met := "no"
		if o.Met {
			met = "yes"
		}
		if len(o.Wrong) > 0 {
			met = "WRONG: " + strings.Join(o.Wrong, "; ")
		}
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", o.Name, o.What, o.Target, o.Measured, or(o.Ratio), or(o.Against), met)
	}
}

func or(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// String lists the writes, the most frequent kind by name.
func (w writes) String() string {
	if len(w) == 0 {
		return "none"
	}
	var parts []string
	for _, what := range slices.Sorted(maps.Keys(w)) {
		parts = append(parts, fmt.Sprintf("%d × %s", w[what], what))
	}
	return strings.Join(parts, ", ")
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// times is a ratio for the table.
func times(a, b float64) string {
	if b == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f×", a/b)
}
