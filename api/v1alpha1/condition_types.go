package v1alpha1

// Conditions and reasons. A reason stands with the condition and the statuses it goes with; the rules for Ready and
// Available are the table in internal/aggregate.

// ConditionReady tells whether the object is as wished. For Clusters and NodePools: whether every required adapter reports
// Available=True at the present generation. For Addons: whether the release of the present generation is deployed.
const ConditionReady = "Ready"

// Reasons of Ready=True on Clusters and NodePools.
const (
	// ReasonResourceReady: all required adapters report Available=True at the present generation.
	ReasonResourceReady = "ResourceReady"
	// ReasonResourceFinalized: the object is being deleted and nothing is left to wait for.
	ReasonResourceFinalized = "ResourceFinalized"
)

// Reasons of Ready=False on Clusters and NodePools. AwaitingAdapters and AdaptersUnavailable go with Available=False too.
const (
	// ReasonAwaitingAdapters: no required adapter has reported yet.
	ReasonAwaitingAdapters = "AwaitingAdapters"
	// ReasonAdaptersPending: a required adapter has not reported at the present generation.
	ReasonAdaptersPending = "AdaptersPending"
	// ReasonAdaptersUnavailable: a required adapter reports Available=False at the present generation.
	ReasonAdaptersUnavailable = "AdaptersUnavailable"
	// ReasonAwaitingFinalization: a required adapter has not reported Finalized=True at the deletion generation.
	ReasonAwaitingFinalization = "AwaitingFinalization"
	// ReasonAwaitingChildren: node pools or add-ons of a deleted cluster are left.
	ReasonAwaitingChildren = "AwaitingChildren"
)

// ConditionAvailable tells whether the object works in some generation, not necessarily the present one.
const ConditionAvailable = "Available"

// Reasons of Available=True.
const (
	// ReasonResourceAvailable: all required adapters report Available=True at one and the same generation.
	ReasonResourceAvailable = "ResourceAvailable"
)

// ConditionReconciling is True while a generation is being handled; its message says what is being waited for. It is the
// standard condition by which kstatus knows work in progress.
const ConditionReconciling = "Reconciling"

// Reasons of Reconciling.
const (
	// ReasonProgressing goes with True: adapters are at work.
	ReasonProgressing = "Progressing"
	// ReasonDeleting goes with True: the object is being deleted.
	ReasonDeleting = "Deleting"
	// ReasonReconciled goes with False: the present generation is handled.
	ReasonReconciled = "Reconciled"
)

// ConditionStalled is True when the present generation cannot be reached before somebody changes something. It is the
// standard condition by which kstatus knows failure.
const ConditionStalled = "Stalled"

// Reasons of Stalled.
const (
	// ReasonAdapterFailed goes with True: an adapter reports that it cannot go on (Stalled=True in its report).
	ReasonAdapterFailed = "AdapterFailed"
	// ReasonDeadlineExceeded goes with True: the Platform's operationDeadline is over.
	ReasonDeadlineExceeded = "DeadlineExceeded"
	// ReasonPlatformNotFound goes with True: the Platform does not exist, or none could be chosen.
	ReasonPlatformNotFound = "PlatformNotFound"
	// ReasonClusterNotFound goes with Ready=False and Reconciling=True: the Cluster that is named does not exist (yet).
	ReasonClusterNotFound = "ClusterNotFound"
	// ReasonClusterDeleting goes with True: the Cluster that is named is being deleted.
	ReasonClusterDeleting = "ClusterDeleting"
	// ReasonInvalidSpec goes with True: the spec asks for what the Platform does not allow.
	ReasonInvalidSpec = "InvalidSpec"
	// ReasonNotStalled goes with False.
	ReasonNotStalled = "NotStalled"
)

// ConditionProvisioned is set at the first Ready and stays; its observedGeneration is that of the first Ready.
const ConditionProvisioned = "Provisioned"

// ReasonProvisioned goes with Provisioned=True.
const ReasonProvisioned = "Provisioned"

// ConditionUpdated is set on Clusters when a generation after the provisioned one, a later node pool or the deletion of
// one is seen, and stays.
const ConditionUpdated = "Updated"

// ReasonUpdated goes with Updated=True.
const ReasonUpdated = "Updated"

// Reasons of <Adapter>Successful where the adapter gave no reason.
const (
	// ReasonAdapterAvailable goes with True.
	ReasonAdapterAvailable = "AdapterAvailable"
	// ReasonAdapterUnavailable goes with False.
	ReasonAdapterUnavailable = "AdapterUnavailable"
	// ReasonAdapterUncertain goes with Unknown.
	ReasonAdapterUncertain = "AdapterUncertain"
)

// ReasonSuperseded goes with Reconciling=True on an Operation that a newer generation of its target overtook: it ends as that one
// ends. The other reasons on Operations are the words of OperationState.
const ReasonSuperseded = "Superseded"

// Conditions of an adapter's report.
const (
	// ReportAvailable tells whether the adapter's part works. The aggregation counts it.
	ReportAvailable = "Available"
	// ReportApplied tells whether what the adapter wants is written down where it belongs.
	ReportApplied = "Applied"
	// ReportHealth tells whether the adapter itself works.
	ReportHealth = "Health"
	// ReportFinalized tells whether the adapter has carried out a deletion.
	ReportFinalized = "Finalized"
	// ReportStalled tells that the adapter cannot go on before somebody changes something.
	ReportStalled = "Stalled"
)

// Reasons that internal/adapter gives in the reports of every adapter written on it. Adapters add reasons of their own.
const (
	// ReasonReportOpened goes with the first report about a target, made before the adapter was asked.
	ReasonReportOpened = "ReportOpened"
	// ReasonAdapterError goes with Available=False and Health=False: the adapter failed and tries again.
	ReasonAdapterError = "AdapterError"
	// ReasonFinalized goes with Finalized=True.
	ReasonFinalized = "Finalized"
	// ReasonNotFinalized goes with Finalized=False: a deletion is not carried out yet.
	ReasonNotFinalized = "NotFinalized"
)

// Reasons of the import adapter's reports; KubeconfigInvalid and ClusterUnreachable, which Addons have too, are among them.
const (
	// ReasonKubeconfigMissing goes with Available=False: the Secret with the kubeconfig, or its key, does not exist.
	ReasonKubeconfigMissing = "KubeconfigMissing"
	// ReasonCredentialsRefused goes with Available=False: the cluster answers and does not accept the kubeconfig's user.
	ReasonCredentialsRefused = "CredentialsRefused"
	// ReasonClusterAnswers goes with Available=True.
	ReasonClusterAnswers = "ClusterAnswers"
	// ReasonReleased goes with the deletion of an imported object: nothing was touched on the cluster.
	ReasonReleased = "Released"
)

// ConditionInstalled is set on Addons at the first Ready=True and stays.
const ConditionInstalled = "Installed"

// ReasonInstalled goes with Installed=True.
const ReasonInstalled = "Installed"

// Reasons of Ready on Addons.
const (
	// ReasonDeployed goes with True: the release of the present generation is deployed.
	ReasonDeployed = "Deployed"
	// ReasonPartiallyReady goes with False: the release is deployed and some of its workloads are not ready.
	ReasonPartiallyReady = "PartiallyReady"
	// ReasonInstalling goes with False: the first installation is under way.
	ReasonInstalling = "Installing"
	// ReasonUpgrading goes with False: a change of version or params is under way.
	ReasonUpgrading = "Upgrading"
	// ReasonRetrying goes with False: the last attempt failed and Flux tries again.
	ReasonRetrying = "Retrying"
	// ReasonInstallFailed goes with False, and with Stalled=True: Flux gave the installation up.
	ReasonInstallFailed = "InstallFailed"
	// ReasonUpgradeFailed goes with False, and with Stalled=True: Flux gave the upgrade up.
	ReasonUpgradeFailed = "UpgradeFailed"
	// ReasonRollbackFailed goes with False, and with Stalled=True: Flux gave the rollback up.
	ReasonRollbackFailed = "RollbackFailed"
	// ReasonDegraded goes with False: a deployed release is not healthy any more.
	ReasonDegraded = "Degraded"
	// ReasonClusterNotReady goes with False: the cluster was never ready yet.
	ReasonClusterNotReady = "ClusterNotReady"
	// ReasonClusterUnreachable goes with Unknown: the tenant cluster does not answer.
	ReasonClusterUnreachable = "ClusterUnreachable"
	// ReasonFluxMissing goes with False: add-ons are delivered by the tenant cluster's own Flux, and it has none that acts.
	ReasonFluxMissing = "FluxMissing"
	// ReasonNamespaceNotOpen goes with False: Slipway may not use the Secrets in the namespace; the message says how to allow it.
	// The import adapter reports it too, with Available=False.
	ReasonNamespaceNotOpen = "NamespaceNotOpen"
	// ReasonValuesNotFound goes with False: a Secret or ConfigMap that spec.valuesFrom names, or its key, does not exist.
	ReasonValuesNotFound = "ValuesNotFound"
	// ReasonMoving goes with False or Unknown: the delivery changed, and the release passes from one Flux to the other.
	ReasonMoving = "Moving"
	// ReasonKubeconfigInvalid goes with False: the kubeconfig holds what is not allowed, or cannot be read.
	ReasonKubeconfigInvalid = "KubeconfigInvalid"
	// ReasonTemplateNotFound goes with False: the AddonTemplate or its version does not exist.
	ReasonTemplateNotFound = "TemplateNotFound"
	// ReasonVersionNotAllowed goes with False: the cluster's version does not satisfy the add-on's.
	ReasonVersionNotAllowed = "VersionNotAllowed"
	// ReasonInvalidParams goes with False: the params do not satisfy the version's schema.
	ReasonInvalidParams = "InvalidParams"
	// ReasonDependencyNotReady goes with False: an add-on that this one depends on is not deployed.
	ReasonDependencyNotReady = "DependencyNotReady"
	// ReasonSourceFailed goes with False: the chart could not be fetched.
	ReasonSourceFailed = "SourceFailed"
	// ReasonReleaseTaken goes with False: another object owns the HelmRelease or the release of that name.
	ReasonReleaseTaken = "ReleaseTaken"
	// ReasonSuspended goes with False or Unknown: spec.suspend is set.
	ReasonSuspended = "Suspended"
	// ReasonUninstalling goes with False: the release is being uninstalled.
	ReasonUninstalling = "Uninstalling"
	// ReasonReleaseAbandoned goes with False: the tenant cluster is gone or did not answer in time, so that the release
	// was given up without being uninstalled.
	ReasonReleaseAbandoned = "ReleaseAbandoned"
	// ReasonUninstallFailed goes with False, and with Stalled=True: Flux could not uninstall the release.
	ReasonUninstallFailed = "UninstallFailed"
)

// Reasons of Ready on AddonTemplates and Platforms.
const (
	// ReasonUsable goes with True: the object was checked and can be used.
	ReasonUsable = "Usable"
	// ReasonUnusable goes with False, and with Stalled=True: the message says which field is at fault.
	ReasonUnusable = "Unusable"
	// ReasonInUse goes with Reconciling=True on a deleted Platform or AddonTemplate: other objects still name it.
	ReasonInUse = "InUse"
)
