package hyperfleet

import (
	"fmt"
	"math/big"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/hub"
)

// What answers show of an object, one function per member. Encoding, search and order all use these, so that a search finds what
// an answer shows.

// root is where hrefs start, whichever way a request came.
const root = "/api/hyperfleet/v1"

// idDigits is how many digits follow the leading 2 of an id.
const idDigits = 25

// shownID is the id of an object: 2, then its UUID as a number in base 36. A UID that is no UUID, which no API server makes,
// shows as 0.
func shownID(uid types.UID) string {
	number, ok := new(big.Int).SetString(strings.ReplaceAll(string(uid), "-", ""), 16)
	if !ok {
		number = new(big.Int)
	}
	digits := number.Text(36)
	return "2" + strings.Repeat("0", max(0, idDigits-len(digits))) + digits
}

// parseID is the way back: the UID of an id. ok is false for a text that is the id of no UUID.
func parseID(text string) (uid types.UID, ok bool) {
	digits, found := strings.CutPrefix(text, "2")
	if !found || len(digits) != idDigits || strings.Trim(digits, "0123456789abcdefghijklmnopqrstuvwxyz") != "" {
		return "", false
	}
	number, ok := new(big.Int).SetString(digits, 36)
	if !ok || number.BitLen() > 128 {
		return "", false
	}
	hex := fmt.Sprintf("%032x", number)
	return types.UID(strings.Join([]string{hex[:8], hex[8:12], hex[12:16], hex[16:20], hex[20:]}, "-")), true
}

// clusterHref is the href of a Cluster.
func clusterHref(id types.UID) string { return root + "/clusters/" + shownID(id) }

// nodePoolHref is the href of a NodePool.
func nodePoolHref(id types.UID) string { return root + "/nodepools/" + shownID(id) }

// shownHref is the href of an object.
func shownHref(record *hub.Record) string {
	if record.Kind == fleetv1.KindNodePool {
		return nodePoolHref(record.ID)
	}
	return clusterHref(record.ID)
}

// hiddenLabel tells whether a label is ours: no answer shows it, and nobody can set it.
func hiddenLabel(key string) bool {
	domain, _, found := strings.Cut(key, "/")
	return found && (domain == hiddenDomain || strings.HasSuffix(domain, "."+hiddenDomain))
}

// hiddenDomain is the domain of our own labels, with all below it.
const hiddenDomain = "slipway.dev"

// shownLabel is the value of a label that answers show.
func shownLabel(record *hub.Record, key string) (string, bool) {
	if hiddenLabel(key) {
		return "", false
	}
	value, ok := record.Object.Labels[key]
	return value, ok
}

// createdTime is created_time, in whole seconds.
func createdTime(record *hub.Record) time.Time {
	return record.Object.CreationTimestamp.UTC().Truncate(time.Second)
}

// updatedTime is updated_time, in whole seconds: when spec or labels last changed through REST, or the object was deleted
// through it. The two are told by different clocks, so the time of the deletion is taken from where deleted_time comes from.
func updatedTime(record *hub.Record) time.Time {
	if deleted, ok := deletedTime(record); ok && record.Object.Annotations[fleetv1.AnnotationDeletedBy] != "" {
		return deleted
	}
	updated, err := time.Parse(time.RFC3339Nano, record.Object.Annotations[fleetv1.AnnotationUpdatedTime])
	if err != nil {
		return createdTime(record)
	}
	return updated.UTC().Truncate(time.Second)
}

// deletedTime is deleted_time, in whole seconds. Only an object that is being deleted has one.
func deletedTime(record *hub.Record) (time.Time, bool) {
	if record.Object.DeletionTimestamp == nil {
		return time.Time{}, false
	}
	return record.Object.DeletionTimestamp.UTC().Truncate(time.Second), true
}

// createdBy is created_by.
func createdBy(record *hub.Record) string {
	return shownAuthor(record.Object.Annotations[fleetv1.AnnotationCreatedBy])
}

// updatedBy is updated_by: whoever created the object, until somebody changes it.
func updatedBy(record *hub.Record) string {
	if author := record.Object.Annotations[fleetv1.AnnotationUpdatedBy]; author != "" {
		return shownAuthor(author)
	}
	return createdBy(record)
}

// deletedBy is deleted_by. Only an object that is being deleted has one.
func deletedBy(record *hub.Record) (string, bool) {
	if record.Object.DeletionTimestamp == nil {
		return "", false
	}
	return shownAuthor(record.Object.Annotations[fleetv1.AnnotationDeletedBy]), true
}

// localDomain is the domain of authors that have no e-mail address.
const localDomain = "@slipway.local"

// shownAuthor is a recorded author in the form of an e-mail address: clients refuse a list in which one is none.
func shownAuthor(author string) string {
	if isAddress(author) {
		return author
	}
	var local strings.Builder
	gap := false
	for _, r := range author {
		if !strings.ContainsRune(localLetters, r) {
			gap = true
			continue
		}
		if gap && local.Len() > 0 {
			local.WriteByte('.')
		}
		gap = false
		local.WriteRune(r)
	}
	if local.Len() == 0 {
		return "unknown" + localDomain
	}
	return local.String() + localDomain
}

const (
	letters      = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	localLetters = letters + "_+-"
	// addressLetters are those of a local part, but for the dot.
	addressLetters = letters + "!#$%&'*+/=?^_`{|}~-"
)

// isAddress tells whether a text is an address of the form local@domain.tld.
func isAddress(text string) bool {
	local, domain, found := strings.Cut(text, "@")
	if !found || local == "" || len(text) > 254 || strings.Trim(local, addressLetters+".") != "" {
		return false
	}
	labels := strings.Split(domain, ".")
	for _, label := range labels {
		if label == "" || strings.Trim(label, letters+"-") != "" {
			return false
		}
	}
	return len(labels) > 1 && !strings.HasPrefix(local, ".") && !strings.HasSuffix(local, ".") && !strings.Contains(local, "..")
}

// lastReported is last_report_time of an adapter status.
func lastReported(status *fleetv1.AdapterStatus) time.Time { return status.Report.ObservedTime.UTC() }

// firstReported is created_time of an adapter status: when the adapter's first report about the target was made.
func firstReported(status *fleetv1.AdapterStatus) time.Time {
	if status.Report.CreatedTime == nil {
		return lastReported(status)
	}
	return status.Report.CreatedTime.UTC()
}
