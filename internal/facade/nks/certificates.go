package nks

import (
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"strings"

	fleetv1 "github.com/slipway-dev/slipway/api/v1alpha1"
	"github.com/slipway-dev/slipway/internal/facade"
	"github.com/slipway-dev/slipway/internal/facade/nks/document"
	"github.com/slipway-dev/slipway/internal/facade/nks/fields"
	"github.com/slipway-dev/slipway/internal/facade/nks/verb"
	"github.com/slipway-dev/slipway/internal/facade/reply"
	"github.com/slipway-dev/slipway/internal/hub"
)

// config is the kubeconfig of a cluster.
type config struct {
	Config string `json:"config"`
}

// certificate is a certificate of a cluster: its authority's, or one that was signed on request.
type certificate struct {
	ClusterUUID string          `json:"cluster_uuid"`
	CSR         *string         `json:"csr,omitempty"`
	PEM         string          `json:"pem"`
	Links       []document.Link `json:"links"`
}

// getConfig answers with the kubeconfig of a cluster.
func (d *Dialect) getConfig(r *request) error {
	fleet, err := d.fleet(r)
	if err != nil {
		return err
	}
	kubeconfig, err := d.hub.Kubeconfig(r.Context(), r.call.Caller, refOf(fleet))
	if err != nil {
		return about(fleet, r.variable(varCluster), err)
	}
	reply.JSON(r.w, http.StatusOK, reply.Encode(config{Config: string(kubeconfig)}))
	return nil
}

// getAuthority answers with the certificate of a cluster's authority.
func (d *Dialect) getAuthority(r *request) error {
	fleet, err := d.fleet(r)
	if err != nil {
		return err
	}
	authority, err := d.hub.Authority(r.Context(), r.call.Caller, refOf(fleet))
	if err != nil {
		return about(fleet, r.variable(varCluster), err)
	}
	reply.JSON(r.w, http.StatusOK, reply.Encode(certificate{
		ClusterUUID: string(fleet.Cluster.ID), PEM: string(authority), Links: d.certificateLinks(r, fleet),
	}))
	return nil
}

// sign answers with a client certificate for the request that the client sends.
func (d *Dialect) sign(r *request) error {
	sent, err := facade.ReadUntyped(r.w, r.Request)
	if err != nil {
		return err
	}
	body := fields.Read(sent.Object)
	named := "cluster_uuid"
	if !body.Has(named) && body.Has("bay_uuid") {
		named = "bay_uuid"
	}
	cluster := body.Text(named, fields.Text{Required: true})
	csr := body.Text("csr", fields.Text{Required: true})
	asked := parseCSR(body, csr)
	if err := body.Err(); err != nil {
		return err
	}
	fleet, err := d.hub.Fleet(r.Context(), r.call.Caller.Namespace, verb.Ref(fleetv1.KindCluster, cluster))
	if hub.ReasonOf(err) == hub.NotFound {
		body.Add(fields.Refused("Cluster %s could not be found.", cluster))
		return body.Err()
	}
	if err != nil {
		return err
	}
	signed, err := d.hub.Sign(r.Context(), r.call.Caller, refOf(fleet), asked)
	if err != nil {
		return about(fleet, cluster, err)
	}
	reply.JSON(r.w, http.StatusCreated, reply.Encode(certificate{
		ClusterUUID: string(fleet.Cluster.ID), CSR: &csr, PEM: string(signed), Links: d.certificateLinks(r, fleet),
	}))
	return nil
}

// certificateLinks are those of a cluster's certificates.
func (d *Dialect) certificateLinks(r *request, fleet *hub.Fleet) []document.Link {
	return document.Links(d.base(r.Request), "/certificates/"+string(fleet.Cluster.ID))
}

// parseCSR reads a request for a certificate, signed with the key that it is for. What is none is a fault of the body.
func parseCSR(body *fields.Object, text string) *x509.CertificateRequest {
	if text == "" {
		return nil
	}
	// What is no request is not quoted: it may be the key instead.
	refuse := func(message string) *x509.CertificateRequest {
		body.Add(fields.Fault{Status: http.StatusBadRequest, Field: "csr", Message: message})
		return nil
	}
	block, rest := pem.Decode([]byte(text))
	if block == nil || block.Type != "CERTIFICATE REQUEST" || strings.TrimSpace(string(rest)) != "" {
		return refuse("Value should be one certificate request in PEM.")
	}
	asked, err := x509.ParseCertificateRequest(block.Bytes)
	if err == nil {
		err = asked.CheckSignature()
	}
	if err != nil {
		return refuse("Value should be a certificate request with a valid signature.")
	}
	return asked
}
