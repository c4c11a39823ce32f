package process

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
)

// Ports are chosen below the range from which kernels take the local ports of outgoing connections (32768 and up on
// Linux): a port that is kept for a server's next start is then not lost to somebody's connection in between.
const (
	firstPort = 20000
	lastPort  = 32767
)

var (
	handedOutLock sync.Mutex
	handedOut     = map[int]bool{}
)

// FreePort chooses a free TCP port on 127.0.0.1. Within one program it never gives the same port twice, so ports may be
// collected first and listened on later.
func FreePort() (int, error) {
	handedOutLock.Lock()
	defer handedOutLock.Unlock()
	for range 1000 {
		port := firstPort + rand.IntN(lastPort-firstPort+1)
		if handedOut[port] || !PortFree(port) {
			continue
		}
		handedOut[port] = true
		return port, nil
	}
	return 0, fmt.Errorf("no free port on 127.0.0.1 between %d and %d; end some of the servers that listen there", firstPort, lastPort)
}

// PortFree reports whether a server could listen on the port of 127.0.0.1 now.
func PortFree(port int) bool {
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return false
	}
	return listener.Close() == nil
}
