package kubelet

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"sync"
)

const (
	// lastPod is how many pods have an address in a node's network; the node itself has the one after them.
	lastPod = 250
	// networks is how many nodes a machine can have at a time, those of other programs included.
	networks = 250
	// kubeletPort is where a kubelet listens for kube-apiserver.
	kubeletPort = 10250
)

var clusterNetwork = netip.MustParsePrefix("10.244.0.0/16")

// address is that of one pod, or of the node, in both networks.
type address struct{ network, index int }

// cluster is what the API tells. It must not be a loopback address, for EndpointSlices refuse those.
func (a address) cluster() string { return fmt.Sprintf("10.244.%d.%d", a.network, a.index) }

// local is where the processes listen.
func (a address) local() string { return fmt.Sprintf("127.97.%d.%d", a.network, a.index) }

// listen listens on this machine.
func (a address) listen(port int) (net.Listener, error) {
	return net.Listen("tcp", net.JoinHostPort(a.local(), strconv.Itoa(port)))
}

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

// addresses gives every pod of a node one. They are used again as late as possible, so that nobody reaches a pod by its
// predecessor's.
type addresses struct {
	node address

	mu   sync.Mutex
	last int
	used map[int]bool
}

// claim finds a network that no other kubelet of this machine has: whoever listens on the node's own address has it.
func (a *addresses) claim() (net.Listener, error) {
	var last error
	for network := range networks {
		a.node = address{network, lastPod + 1}
		listener, err := a.node.listen(kubeletPort)
		if err == nil {
			return listener, nil
		}
		last = err
	}
	return nil, fmt.Errorf("no network below 127.97.0.0/16 is free, which only Linux has without being told: %w", last)
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
			return address{a.node.network, a.last}, nil
		}
	}
	return address{}, errors.New("all addresses for pods are in use")
}

func (a *addresses) giveBack(given address) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.used, given.index)
}
