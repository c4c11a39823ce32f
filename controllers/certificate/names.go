package certificate

// Names of what is kept. There is one Slipway in a cluster, so they are fixed.
const (
	// AuthorityName is the Secret with the authorities, keys and all, and the ConfigMap with their certificates.
	AuthorityName = "slipway-ca"
	// WebhookSecret and FacadeSecret hold the serving certificates.
	WebhookSecret = "slipway-webhook-certificate"
	FacadeSecret  = "slipway-apiserver-certificate"

	webhookService = "slipway-webhook"
	facadeService  = "api"
	// serverWebhook and serverFacade are what metrics call the two.
	serverWebhook = "webhook"
	serverFacade  = "apiserver"

	apiService = "v1alpha1.rest.slipway.dev"
	// fieldOwner is the field manager of what is made.
	fieldOwner = "slipway-certificates"
)

// Objects with webhooks of ours.
var (
	validatingWebhooks = []string{"slipway", "slipway-access-key"}
	mutatingWebhooks   = []string{"slipway"}
)

// serviceNames are the names by which a Service is reached.
func serviceNames(service, namespace string) []string {
	return []string{service + "." + namespace + ".svc", service + "." + namespace + ".svc.cluster.local"}
}
