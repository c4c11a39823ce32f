//go:build e2e

package e2e

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/slipway-dev/slipway/internal/process"
)

// residentMiB is the memory that the first facade holds.
func residentMiB() int {
	GinkgoHelper()
	running, err := process.Find(filepath.Join(hub.stateDir, "run", facades[0].name+".json"))
	Expect(err).NotTo(HaveOccurred())
	Expect(running).NotTo(BeNil())
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", running.PID))
	Expect(err).NotTo(HaveOccurred())
	_, rest, found := strings.Cut(string(status), "VmRSS:")
	Expect(found).To(BeTrue())
	kib, err := strconv.Atoi(strings.Fields(rest)[0])
	Expect(err).NotTo(HaveOccurred())
	return kib / 1024
}

// bomb is a gibibyte of blanks, packed.
func bomb() []byte {
	GinkgoHelper()
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	blanks := bytes.Repeat([]byte(" "), 1<<20)
	for range 1 << 10 {
		_, err := writer.Write(blanks)
		Expect(err).NotTo(HaveOccurred())
	}
	Expect(writer.Close()).To(Succeed())
	return packed.Bytes()
}

// raw sends a body as it is, with headers, and returns the status.
func (c *restClient) raw(ctx context.Context, method, path string, body []byte, header http.Header) (reply, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.url+path, bytes.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	request.Header.Set("Content-Type", "application/json")
	for name, values := range header {
		request.Header[name] = values
	}
	return c.read(request)
}

var _ = Describe("Abuse of the facade", Serial, func() {
	It("is refused at once, costs no memory, and harms nobody else", func(ctx SpecContext) {
		token := environment()["SLIPWAY_TOKEN"]
		abuser, bystander := newRESTClient("SLIPWAY_URL", token), newRESTClient("SLIPWAY_URL", token)
		deep := `{"kind":"Cluster","name":"abc","spec":` + strings.Repeat(`{"a":`, 10000) + "1" + strings.Repeat("}", 10000) + "}"
		wide := `{"kind":"Cluster","name":"abc","spec":{},` + strings.Repeat(`"a":1,`, 100000) + `"a":1}`
		packed := bomb()
		nested := "name='x'" + strings.Repeat(" or name='x'", 300)
		attacks := map[string]func() (reply, error){
			"4 MiB": func() (reply, error) {
				return abuser.raw(ctx, "POST", hyperfleet+"/clusters", bytes.Repeat([]byte(" "), 4<<20), nil)
			},
			"10,000 levels":      func() (reply, error) { return abuser.raw(ctx, "POST", hyperfleet+"/clusters", []byte(deep), nil) },
			"100,000 duplicates": func() (reply, error) { return abuser.raw(ctx, "POST", hyperfleet+"/clusters", []byte(wide), nil) },
			"a gzip bomb": func() (reply, error) {
				return abuser.raw(ctx, "POST", hyperfleet+"/clusters", packed, http.Header{"Content-Encoding": {"gzip"}})
			},
			"a huge page": func() (reply, error) {
				return abuser.raw(ctx, "GET", hyperfleet+"/clusters?pageSize=2147483647", nil, nil)
			},
			"a search of 5,000 groups": func() (reply, error) {
				return abuser.raw(ctx, "GET", hyperfleet+"/clusters?search="+strings.Repeat("(", 5000), nil, nil)
			},
			"a search of 2,000 groups": func() (reply, error) {
				return abuser.raw(ctx, "GET", hyperfleet+"/clusters?search="+strings.Repeat("(", 2000), nil, nil)
			},
			"a long wrong search": func() (reply, error) {
				return abuser.raw(ctx, "GET", hyperfleet+"/clusters?search="+url.QueryEscape(nested+" or"), nil, nil)
			},
			"a forged user": func() (reply, error) {
				return abuser.raw(ctx, "GET", hyperfleet+"/clusters", nil, http.Header{"X-Remote-User": {"admin"}, "X-Remote-Group": {"system:masters"}})
			},
			"an impersonated user": func() (reply, error) {
				return abuser.raw(ctx, "GET", hyperfleet+"/clusters", nil, http.Header{"Impersonate-User": {"admin"}})
			},
			"two credentials": func() (reply, error) {
				return abuser.raw(ctx, "GET", hyperfleet+"/clusters", nil, http.Header{"Authorization": {"Bearer " + token, "Bearer " + token}})
			},
		}
		for _, attack := range attacks { // once before measuring: buffers and pools fill
			_, _ = attack()
		}
		before := residentMiB()
		drip, stop := context.WithCancel(ctx)
		defer stop()
		dripping := dripAll(drip, 200, token)
		for range 20 {
			for name, attack := range attacks {
				answer, err := attack()
				Expect(err).NotTo(HaveOccurred(), name)
				Expect(answer.status).To(And(BeNumerically(">=", 400), BeNumerically("<", 500)), "%s: %s", name, answer)
				Expect(answer.code()).NotTo(BeEmpty(), "%s: %s", name, answer)
			}
			answer := bystander.must(ctx, "GET", hyperfleet+"/clusters/sample", nil)
			Expect(answer.status).To(Equal(200), answer.String())
		}
		Expect(residentMiB()).To(BeNumerically("<", before+128), "MiB, from %d", before)
		stop()
		<-dripping
	}, NodeTimeout(2*patience))

	It("answers what is no HTTP with 400, and goes on", func(ctx SpecContext) {
		address := strings.TrimPrefix(environment()["SLIPWAY_URL"], "https://")
		for _, text := range []string{
			"GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "\x00\x01\x02\r\n\r\n",
			"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
			"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n\r\n",
		} {
			dialer := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}} // what is sent is no secret
			connection, err := dialer.DialContext(ctx, "tcp", address)
			Expect(err).NotTo(HaveOccurred())
			_, err = io.WriteString(connection, text)
			Expect(err).NotTo(HaveOccurred())
			Expect(connection.SetReadDeadline(time.Now().Add(patience))).To(Succeed())
			answer, err := io.ReadAll(connection)
			Expect(err).NotTo(HaveOccurred(), "%q", text)
			Expect(string(answer)).To(MatchRegexp(`^HTTP/1\.[01] (4\d\d|50[15]) `), "%q", text)
			Expect(connection.Close()).To(Succeed())
		}
	}, NodeTimeout(2*patience))
})

// dripAll opens many requests whose bodies come byte by byte, until the context ends. The channel is closed when all have ended.
func dripAll(ctx context.Context, count int, token string) <-chan struct{} {
	GinkgoHelper()
	client := newRESTClient("SLIPWAY_URL", token)
	done := make(chan struct{}, count)
	for range count {
		go func() {
			defer func() { done <- struct{}{} }()
			reader, writer := io.Pipe()
			go func() {
				ticker := time.NewTicker(glance)
				defer ticker.Stop()
				for {
					select {
					case <-ctx.Done():
						writer.CloseWithError(ctx.Err())
						return
					case <-ticker.C:
						if _, err := writer.Write([]byte(" ")); err != nil {
							return
						}
					}
				}
			}()
			request, err := http.NewRequestWithContext(ctx, http.MethodPost, client.url+hyperfleet+"/clusters", reader)
			if err != nil {
				return
			}
			request.Header.Set("Authorization", "Bearer "+token)
			_, _ = client.read(request)
		}()
	}
	all := make(chan struct{})
	go func() {
		defer close(all)
		for range count {
			<-done
		}
	}()
	return all
}
