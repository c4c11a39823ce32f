package release

// Reasons of Flux's conditions that its API package has no constants for.
const (
	// reasonStateError: the release's record in the tenant cluster could not be read.
	reasonStateError = "StateError"
	// reasonRESTClientError: no client for the tenant cluster could be made.
	reasonRESTClientError = "RESTClientError"
	// reasonResourceManagerError: the tenant cluster's API could not be discovered.
	reasonResourceManagerError = "ResourceManagerError"
	// reasonFactoryError: Helm could not be set up for the tenant cluster.
	reasonFactoryError = "FactoryError"
	// reasonRetriesExceeded, of Stalled=True: all attempts failed.
	reasonRetriesExceeded = "RetriesExceeded"
	// reasonSourceNotReady: the chart is not there.
	reasonSourceNotReady = "SourceNotReady"
)
