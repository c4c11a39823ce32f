package kubelet

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// eager is how often something is probed that has not succeeded yet: as often as a probe can be asked for.
const eager = time.Second

// probe makes the probes of a container until ctx ends. What it returns is closed when the container has to be restarted.
func (p *pod) probe(ctx context.Context, spec *corev1.Container) <-chan struct{} {
	unhealthy := make(chan struct{})
	go func() {
		if spec.StartupProbe != nil {
			if !p.untilDecided(ctx, spec, spec.StartupProbe) {
				if ctx.Err() == nil {
					close(unhealthy)
				}
				return
			}
			p.change(spec.Name, func(s *containerState) { s.started, s.ready = true, spec.ReadinessProbe == nil })
		}
		if spec.ReadinessProbe != nil {
			go p.follow(ctx, spec, spec.ReadinessProbe, func(ready bool) {
				p.change(spec.Name, func(s *containerState) { s.ready = ready && s.now.Running != nil })
			})
		}
		if spec.LivenessProbe != nil && pause(ctx, time.Duration(spec.LivenessProbe.InitialDelaySeconds)*time.Second) {
			died, dead := context.WithCancel(ctx)
			defer dead()
			p.follow(died, spec, spec.LivenessProbe, func(healthy bool) {
				if !healthy {
					close(unhealthy)
					dead()
				}
			})
		}
	}()
	return unhealthy
}

// untilDecided probes until the probe succeeds, or has failed too often.
func (p *pod) untilDecided(ctx context.Context, spec *corev1.Container, probe *corev1.Probe) bool {
	decided, decide := context.WithCancel(ctx)
	defer decide()
	result := false
	if pause(ctx, time.Duration(probe.InitialDelaySeconds)*time.Second) {
		p.follow(decided, spec, probe, func(healthy bool) {
			result = healthy
			decide()
		})
	}
	return result
}

// follow makes a probe until ctx ends and tells of every turn; the first is told too.
func (p *pod) follow(ctx context.Context, spec *corev1.Container, probe *corev1.Probe, turn func(bool)) {
	var known, healthy bool
	count := map[bool]int{}
	threshold := map[bool]int{true: max(1, int(probe.SuccessThreshold)), false: max(1, int(probe.FailureThreshold))}
	for ctx.Err() == nil {
		result := p.probeOnce(ctx, spec, probe) == nil
		if ctx.Err() != nil {
			return
		}
		count[result]++
		count[!result] = 0
		if count[result] >= threshold[result] && (!known || healthy != result) {
			known, healthy = true, result
			turn(result)
		}
		period := time.Duration(max(1, probe.PeriodSeconds)) * time.Second
		if !known || !healthy {
			period = min(period, eager)
		}
		if !pause(ctx, period) {
			return
		}
	}
}

// probeOnce is nil when the container answers well.
func (p *pod) probeOnce(ctx context.Context, spec *corev1.Container, probe *corev1.Probe) error {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(max(1, probe.TimeoutSeconds))*time.Second)
	defer cancel()
	switch {
	case probe.HTTPGet != nil:
		return p.probeHTTP(ctx, spec, probe.HTTPGet)
	case probe.TCPSocket != nil:
		port, err := portOf(spec, probe.TCPSocket.Port)
		if err != nil {
			return err
		}
		connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(p.address.local(), port))
		if err != nil {
			return err
		}
		return connection.Close()
	}
	return fmt.Errorf("only httpGet and tcpSocket are known here")
}

// prober believes every certificate, as a kubelet does, and keeps no connection.
var prober = &http.Client{
	Transport:     &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func (p *pod) probeHTTP(ctx context.Context, spec *corev1.Container, get *corev1.HTTPGetAction) error {
	port, err := portOf(spec, get.Port)
	if err != nil {
		return err
	}
	scheme := "http"
	if get.Scheme == corev1.URISchemeHTTPS {
		scheme = "https"
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+net.JoinHostPort(p.address.local(), port)+get.Path, nil)
	if err != nil {
		return err
	}
	for _, header := range get.HTTPHeaders {
		request.Header.Add(header.Name, header.Value)
	}
	answer, err := prober.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode < http.StatusOK || answer.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("%s answers %s", request.URL, answer.Status)
	}
	return nil
}

// portOf is a port of a container, by number or name.
func portOf(spec *corev1.Container, port intstr.IntOrString) (string, error) {
	if port.Type == intstr.Int {
		return strconv.Itoa(port.IntValue()), nil
	}
	for _, known := range spec.Ports {
		if known.Name == port.StrVal {
			return strconv.Itoa(int(known.ContainerPort)), nil
		}
	}
	return "", fmt.Errorf("container %s has no port %s", spec.Name, port.StrVal)
}
