package aggregate

import "fmt"

// The model's second half: what is being worked on, what is stalled, what was ever reached. verdicts of earlier moments are
// never changed by later ones, so they are kept in a list; stalls refer to the moment before.

// stallReason is the reason of Stalled=True, or "". before are the reasons at all earlier moments.
func (h *history) stallReason(i int, before []string) string {
	m := h.moments[i]
	if m.fault && !h.isReady(i) {
		return "PlatformNotFound"
	}
	if len(h.requiredThat(i, func(a *arrival) bool { return a != nil && a.generation == m.generation && a.stalled == "True" })) != 0 {
		return "AdapterFailed"
	}
	if m.deadline == 0 || m.held && !m.deleting || h.isReady(i) {
		return ""
	}
	wasLate := i > 0 && h.moments[i-1].generation == m.generation && before[i-1] == "DeadlineExceeded"
	if wasLate || h.atWork(i, before) && m.now >= h.began(i, before)+m.deadline {
		return "DeadlineExceeded"
	}
	return ""
}

// atWork: the generation is neither Ready now nor was it before, or its latest end was a stall; or it is a deletion.
func (h *history) atWork(i int, before []string) bool {
	m := h.moments[i]
	if h.isReady(i) {
		return false
	}
	if m.deleting {
		return true
	}
	for j := i - 1; j >= 0 && h.moments[j].generation == m.generation; j-- {
		if before[j] != "" {
			return true
		}
		if h.isReady(j) {
			return false
		}
	}
	return true
}

// cause is why Reconciling is True at that moment.
func (h *history) cause(i int) string {
	switch m := h.moments[i]; {
	case m.deleting:
		return "Deleting"
	case m.held:
		return "ClusterNotFound"
	default:
		return "Progressing"
	}
}

// began returns since when, without a break, the generation is worked on for the present cause.
func (h *history) began(i int, before []string) int {
	start := i
	for start > 0 {
		j := start - 1
		unbroken := h.moments[j].generation == h.moments[i].generation && h.cause(j) == h.cause(i) &&
			(h.moments[j].deleting || h.atWork(j, before) && before[j] == "")
		if !unbroken {
			break
		}
		start = j
	}
	return h.moments[start].now
}

// verdict returns what the model says about the latest moment.
func (h *history) verdict() verdict {
	n := len(h.moments) - 1
	var stalls []string
	for i := 0; i <= n; i++ {
		stalls = append(stalls, h.stallReason(i, stalls))
	}
	m := h.moments[n]
	result := verdict{conditions: map[string]value{}, observedGeneration: -1}

	ready, available := h.readiness(n), h.availability(n)
	ready.since = h.lastChange(n, "False", func(i int) string { return h.readiness(i).status })
	available.since = h.lastChange(n, "False", func(i int) string { return h.availability(i).status })
	result.conditions["Ready"], result.conditions["Available"] = ready, available

	stallStatus := func(i int) string {
		if stalls[i] != "" {
			return "True"
		}
		return "False"
	}
	stalled := value{status: stallStatus(n), reason: stalls[n], generation: m.generation, since: h.lastChange(n, "False", stallStatus)}
	if stalled.reason == "" {
		stalled.reason = "NotStalled"
	}
	result.conditions["Stalled"] = stalled

	workStatus := func(i int) string {
		if h.moments[i].deleting || h.atWork(i, stalls) && stalls[i] == "" {
			return "True"
		}
		return "False"
	}
	reconciling := value{status: workStatus(n), reason: "Reconciled", generation: m.generation}
	if reconciling.status == "True" {
		reconciling.reason, reconciling.since = h.cause(n), h.began(n, stalls)
	} else {
		reconciling.since = h.lastChange(n, "True", workStatus)
	}
	result.conditions["Reconciling"] = reconciling

	for i := 0; i <= n; i++ {
		if h.isReady(i) || stalls[i] != "" {
			result.observedGeneration = h.moments[i].generation
		}
	}
	if h.atWork(n, stalls) && stalls[n] == "" && m.deadline > 0 && (!m.held || m.deleting) {
		result.recheck = h.began(n, stalls) + m.deadline
	}
	h.milestones(n, result.conditions)
	h.perAdapter(n, result.conditions)
	h.rest(n, &result)
	return result
}

// milestones adds Provisioned and Updated, each as of the first moment at which it was so.
func (h *history) milestones(n int, conditions map[string]value) {
	provisioned := -1
	for i := 0; i <= n; i++ {
		m := h.moments[i]
		if provisioned < 0 && h.isReady(i) && !m.deleting && (m.poolsReady || m.kind == "NodePool") {
			provisioned = i
			conditions["Provisioned"] = value{status: "True", reason: "Provisioned", generation: m.generation, since: m.now}
		}
		later := provisioned >= 0 && m.generation > h.moments[provisioned].generation
		if _, is := conditions["Updated"]; !is && m.kind == "Cluster" && (m.updated || later) {
			conditions["Updated"] = value{status: "True", reason: "Updated", generation: m.generation, since: m.now}
		}
	}
}

// The adapters of the random histories, in alphabetical order, and the types of their conditions. Two share one.
var (
	cast      = []string{"dns", "gcp-provisioner", "x--y", "x-y"}
	castTypes = []string{"DnsSuccessful", "GcpProvisionerSuccessful", "XYSuccessful", "XYSuccessful"}
)

func (h *history) perAdapter(n int, conditions map[string]value) {
	for i := len(cast) - 1; i >= 0; i-- { // backwards, so that the first of a type is the last to be written
		report := h.latest(cast[i], n)
		if other, taken := conditions[castTypes[i]]; report == nil || !counts(report) && taken && other.status != "Unknown" {
			continue
		}
		taken, _ := h.stored(cast[i], n)
		since := 0
		for j := len(taken) - 1; j >= 0 && taken[j].available == report.available; j-- {
			since = taken[j].observed
		}
		reason := map[string]string{"True": "AdapterAvailable", "False": "AdapterUnavailable", "Unknown": "AdapterUncertain"}[report.available]
		conditions[castTypes[i]] = value{report.available, reason, report.generation, since, report.message}
	}
}

// rest adds what is told beside the conditions.
func (h *history) rest(n int, result *verdict) {
	m := h.moments[n]
	now := func(a *arrival) bool { return a != nil && a.generation == m.generation }
	result.adapters = fmt.Sprintf("%d/%d",
		len(h.requiredThat(n, func(a *arrival) bool { return now(a) && a.available == "True" })),
		len(h.requiredThat(n, func(*arrival) bool { return true })))
	if m.deleting {
		result.waiting = h.requiredThat(n, func(a *arrival) bool { return !now(a) || a.finalized != "True" })
		result.finished = len(result.waiting) == 0 && m.pools == 0 && m.addons == 0
	}
}
