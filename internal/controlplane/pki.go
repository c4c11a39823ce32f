package controlplane

import (
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// frontProxyName is the identity under which kube-apiserver speaks to aggregated API servers.
const frontProxyName = "front-proxy-client"

// clients are the identities of a control plane's own clients, by the base name of their certificate files.
var clients = map[string]pkix.Name{
	"admin":                   {CommonName: "slipway-admin", Organization: []string{"system:masters"}},
	string(ControllerManager): {CommonName: "system:kube-controller-manager"},
	string(Scheduler):         {CommonName: "system:kube-scheduler"},
	// kwok acts for kubelets; a role of its own would have to be created before it can start.
	string(Kwok): {CommonName: "kwok", Organization: []string{"system:masters"}},
}

// pki is the path of a file in the current set of certificates.
func (c *ControlPlane) pki(name string) string { return filepath.Join(c.opts.Dir, "pki", name) }

// ensurePKI makes the first set of certificates when there is none, and renews kube-apiserver's certificate when names are
// asked for that it does not have.
func (c *ControlPlane) ensurePKI() error {
	_, err := os.Stat(c.pki("ca.crt"))
	if errors.Is(err, fs.ErrNotExist) {
		return c.newPKI(c.opts.Validity, nil)
	}
	if err != nil {
		return fmt.Errorf("looking for certificates: %w", err)
	}
	return c.ensureServerNames()
}

// newPKI makes a whole set of certificates in a folder of its own and then switches the link to it, in one step. The key
// that signs service account tokens is taken over when given, so that tokens survive a rotation.
func (c *ControlPlane) newPKI(validity time.Duration, serviceAccountKey []byte) error {
	temporary, err := os.MkdirTemp(c.opts.Dir, "pki-new-")
	if err != nil {
		return fmt.Errorf("making a folder for certificates: %w", err)
	}
	defer os.RemoveAll(temporary)
	files, err := c.renderPKI(validity, serviceAccountKey)
	if err != nil {
		return err
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(temporary, name), content, 0o600); err != nil {
			return fmt.Errorf("writing certificates: %w", err)
		}
	}
	name := c.nextSet()
	if err := os.Rename(temporary, filepath.Join(c.opts.Dir, name)); err != nil {
		return fmt.Errorf("putting certificates in place: %w", err)
	}
	link := filepath.Join(c.opts.Dir, "pki")
	if err := os.RemoveAll(link + ".new"); err != nil {
		return fmt.Errorf("removing a stale link to certificates: %w", err)
	}
	if err := os.Symlink(name, link+".new"); err != nil {
		return fmt.Errorf("linking certificates: %w", err)
	}
	if err := os.Rename(link+".new", link); err != nil {
		return fmt.Errorf("switching to new certificates: %w", err)
	}
	return c.removeOldSets(name)
}

// nextSet is a name that no set of certificates has yet.
func (c *ControlPlane) nextSet() string {
	last := 0
	sets, _ := filepath.Glob(filepath.Join(c.opts.Dir, "pki-*")) // the pattern is well-formed
	for _, set := range sets {
		if n, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(set), "pki-")); err == nil {
			last = max(last, n)
		}
	}
	return "pki-" + strconv.Itoa(last+1)
}

// removeOldSets removes every set but the current one, with what interrupted rotations left.
func (c *ControlPlane) removeOldSets(current string) error {
	sets, _ := filepath.Glob(filepath.Join(c.opts.Dir, "pki-*"))
	for _, set := range sets {
		if filepath.Base(set) == current {
			continue
		}
		if err := os.RemoveAll(set); err != nil {
			return fmt.Errorf("removing old certificates: %w", err)
		}
	}
	return nil
}

// renderPKI makes the content of every file of a set.
func (c *ControlPlane) renderPKI(validity time.Duration, serviceAccountKey []byte) (map[string][]byte, error) {
	now := c.opts.Clock.Now()
	ca, err := newAuthority("slipway-ca", now, validity)
	if err != nil {
		return nil, err
	}
	frontProxyCA, err := newAuthority("slipway-front-proxy-ca", now, validity)
	if err != nil {
		return nil, err
	}
	serviceAccounts, err := serviceAccountKeys(serviceAccountKey)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{"sa.key": serviceAccounts.keyPEM, "sa.pub": serviceAccounts.publicPEM}
	add := func(name string, p pair) { files[name+".crt"], files[name+".key"] = p.certPEM, p.keyPEM }
	add("ca", ca.pair)
	add("front-proxy-ca", frontProxyCA.pair)

	frontProxy, err := frontProxyCA.client(pkix.Name{CommonName: frontProxyName}, now, validity)
	if err != nil {
		return nil, err
	}
	add(frontProxyName, frontProxy)
	names, err := c.serverNames()
	if err != nil {
		return nil, err
	}
	server, err := ca.server("kube-apiserver", names, now, validity)
	if err != nil {
		return nil, err
	}
	add("server", server)
	for name, subject := range clients {
		client, err := ca.client(subject, now, validity)
		if err != nil {
			return nil, err
		}
		add(name, client)
	}
	return files, nil
}

// serverNames are the names and addresses under which kube-apiserver is reached.
func (c *ControlPlane) serverNames() ([]string, error) {
	service, err := firstAddress(c.opts.ServiceCIDR)
	if err != nil {
		return nil, err
	}
	names := []string{"127.0.0.1", service, "localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"}
	return append(names, c.opts.ExtraSANs...), nil
}

// ensureServerNames reissues kube-apiserver's certificate, for the same key, when it lacks a name.
func (c *ControlPlane) ensureServerNames() error {
	certPEM, err := os.ReadFile(c.pki("server.crt"))
	if err != nil {
		return fmt.Errorf("reading kube-apiserver's certificate: %w", err)
	}
	cert, err := parseCertificate(certPEM)
	if err != nil {
		return fmt.Errorf("reading kube-apiserver's certificate: %w", err)
	}
	names, err := c.serverNames()
	if err != nil {
		return err
	}
	lacks := false
	for _, name := range names {
		lacks = lacks || cert.VerifyHostname(name) != nil
	}
	if !lacks {
		return nil
	}
	ca, err := c.authority()
	if err != nil {
		return err
	}
	keyPEM, err := os.ReadFile(c.pki("server.key"))
	if err != nil {
		return fmt.Errorf("reading kube-apiserver's key: %w", err)
	}
	server, err := ca.reissueServer(keyPEM, "kube-apiserver", names, c.opts.Clock.Now(), c.opts.Validity)
	if err != nil {
		return err
	}
	return writeFile(c.pki("server.crt"), server.certPEM, 0o600)
}

// authority loads the certificate authority.
func (c *ControlPlane) authority() (*authority, error) {
	certPEM, keyPEM, err := c.CA()
	if err != nil {
		return nil, err
	}
	return parseAuthority(certPEM, keyPEM)
}

// firstAddress is the address that the Service "kubernetes" gets.
func firstAddress(cidr string) (string, error) {
	_, network, err := net.ParseCIDR(cidr)
	if err != nil {
		return "", fmt.Errorf("the range of Service addresses must be a CIDR such as %s: %w", defaultServiceCIDR, err)
	}
	address := append(net.IP{}, network.IP...)
	address[len(address)-1]++
	return address.String(), nil
}
