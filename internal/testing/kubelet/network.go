package kubelet

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
)

// lastPod is how many pods have an address; the node has the one after them.
const lastPod = 250

var clusterNetwork = netip.MustParsePrefix("10.244.0.0/16")

// address is that of one Pod, in both networks.
type address struct{ index int }

// nodeAddress is the node's own.
var nodeAddress = address{lastPod + 1}

// NodeIP is where kube-apiserver finds the kubelet, by the proxy of Egress.
var NodeIP = nodeAddress.cluster()

// cluster is what the API tells. It must not be a loopback address, for EndpointSlices refuse those.
func (a address) cluster() string { return fmt.Sprintf("10.244.0.%d", a.index) }

// local is where the processes listen.
func (a address) local() string { return fmt.Sprintf("127.97.0.%d", a.index) }

// localOf turns an address and port of the cluster into where it is found on this machine.
func localOf(hostport string) (string, error) {
	parsed, err := netip.ParseAddrPort(hostport)
	if err != nil {
		return "", fmt.Errorf("%q is no address of the cluster: %w", hostport, err)
	}
	if !clusterNetwork.Contains(parsed.Addr()) {
		return "", fmt.Errorf("%s lies outside %s, where all pods are", hostport, clusterNetwork)
	}
	bytes := parsed.Addr().As4()
	bytes[0], bytes[1] = 127, 97
	return netip.AddrPortFrom(netip.AddrFrom4(bytes), parsed.Port()).String(), nil
}

// addresses gives every pod one. They are used again as late as possible, so that nobody reaches a pod by its predecessor's.
type addresses struct {
	mu   sync.Mutex
	last int
	used map[int]bool
}

func (a *addresses) take() (address, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.used == nil {
		a.used = map[int]bool{}
	}
	for range lastPod {
		a.last = a.last%lastPod + 1
		if !a.used[a.last] {
			a.used[a.last] = true
			return address{a.last}, nil
		}
	}
	return address{}, errors.New("all addresses for pods are in use")
}

func (a *addresses) giveBack(given address) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.used, given.index)
}

// listenLocal listens on an address of this machine, at a port that is free.
func listenLocal(a address) (net.Listener, error) {
	listener, err := net.Listen("tcp", net.JoinHostPort(a.local(), "0"))
	if err != nil {
		return nil, fmt.Errorf("listening on %s, which only Linux has without being told: %w", a.local(), err)
	}
	return listener, nil
}
