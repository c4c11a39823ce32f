package apiserver

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
)

// things is a path of the dialect that tests speak.
const things = "/api/tiny/v1/things"

// signed returns a request that is signed as a client signs it. The query must be in order.
func signed(method, path, query, accessKey, secretKey string) call {
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return hex.EncodeToString(sum[:])
	}
	date := clock.RealClock{}.Now().UTC().Format("20060102T150405Z")
	canonical := strings.Join([]string{method, path + "/", query, "x-sdk-date:" + date + "\n", "x-sdk-date", hash("")}, "\n")
	mac := hmac.New(sha256.New, []byte(secretKey))
	mac.Write([]byte("SDK-HMAC-SHA256\n" + date + "\n" + hash(canonical)))
	if query != "" {
		path += "?" + query
	}
	return call{method: method, path: path, header: http.Header{
		"X-Sdk-Date":    {date},
		"Authorization": {fmt.Sprintf("SDK-HMAC-SHA256 Access=%s, SignedHeaders=x-sdk-date, Signature=%x", accessKey, mac.Sum(nil))},
	}}
}

// signs sends requests that are signed with a key in a Secret.
func (c *callers) signs(t *testing.T) {
	refused := func(t *testing.T, sent call) {
		t.Helper()
		r := c.do(sent)
		if diff := cmp.Diff(said{Refused: http.StatusUnauthorized, Cause: "BadCredentials"}, r.said(t)); diff != "" {
			t.Errorf("%s:\n%s", sent.path, diff)
		}
	}
	c.grant("team-b", "slipway-viewer", rbacv1.Subject{Kind: rbacv1.UserKind, APIGroup: rbacv1.GroupName, Name: "signer"})
	secret := keySecret("team-b", "signer", "AK1", "hush-hush")
	secret.Data["user"], secret.Data["groups"] = []byte("signer"), nil
	refused(t, signed("GET", things, "", "AK1", "hush-hush"))
	c.must(c.Client.Create(t.Context(), secret))
	c.label("team-b", "true")
	c.grant("team-b", "slipway-apiserver-access-keys", rbacv1.Subject{
		Kind: rbacv1.ServiceAccountKind, Namespace: "slipway-system", Name: "slipway-apiserver"})
	c.eventuallySigned(t, http.StatusOK)

	want := said{User: "signer", Namespace: "team-b", Path: things, Names: []string{"two"}}
	elsewhere := signed("GET", things, "", "AK1", "hush-hush")
	elsewhere.header.Set("X-Project-Id", "team-a")
	for name, sent := range map[string]call{
		"as it is":                            signed("GET", things, "a=b&timeout=nonsense", "AK1", "hush-hush"),
		"another project in the header":       elsewhere,
		"the path of the aggregated API, too": signed("GET", aggregated+"/tiny/v1/things", "", "AK1", "hush-hush"),
	} {
		if diff := cmp.Diff(want, c.do(sent).said(t)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
	if r := c.do(signed("POST", things, "", "AK1", "hush-hush")); r.status != http.StatusForbidden {
		t.Errorf("a right that the user has not: %d %s", r.status, r.body)
	}
	other := signed("GET", things, "", "AK1", "hush-hush")
	other.path += "/two"
	refused(t, other)
	refused(t, signed("GET", things, "", "AK1", "hush"))
	refused(t, signed("GET", things, "", "AK2", "hush-hush"))

	c.label("team-b", "false")
	c.eventuallySigned(t, http.StatusUnauthorized)
	c.label("team-b", "true")
	c.eventuallySigned(t, http.StatusOK)
	c.must(c.Client.Delete(t.Context(), secret))
	c.eventuallySigned(t, http.StatusUnauthorized)
	log, err := os.ReadFile(filepath.Join(c.dir, "audit.log"))
	c.must(err)
	if !strings.Contains(string(log), "AK1") || strings.Contains(string(log), "hush-hush") {
		t.Error("the audit log tells another thing than which key was used")
	}
}

// label says whether access keys in a namespace count.
func (c *callers) label(namespace, value string) {
	c.Helper()
	object := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}
	patch := fmt.Sprintf(`{"metadata":{"labels":{%q:%q}}}`, fleetv1.LabelAccessKeys, value)
	c.must(c.Client.Patch(c.Context(), object, client.RawPatch(types.MergePatchType, []byte(patch))))
}

// eventuallySigned waits until a request that is signed anew each time gets an answer.
func (c *callers) eventuallySigned(t *testing.T, status int) {
	t.Helper()
	NewWithT(t).Eventually(func() (int, error) {
		r, err := c.try(signed("GET", things, "", "AK1", "hush-hush"))
		return r.status, err
	}, patience, "50ms").Should(Equal(status))
}
