package v1alpha1

// Labels.
const (
	// LabelID holds the UUID from which every legacy id derives. The facade sets it at creation, else the controller sets
	// it to metadata.uid. It is immutable, and unlike the UID it survives backup and restore.
	LabelID = GroupName + "/id"

	// LabelPlatform, on a namespace, names the Platform of the Clusters in it that name none themselves.
	LabelPlatform = GroupName + "/platform"

	// LabelAccessKeys, on a namespace with the value "true", lets the facade look there for access keys: Secrets of type
	// SecretTypeAccessKey. Its ClusterRole slipway-apiserver-access-keys must be bound in the namespace too.
	LabelAccessKeys = GroupName + "/access-keys"

	// LabelCluster holds the name of the Cluster that an object belongs to.
	LabelCluster = GroupName + "/cluster"

	// LabelAddon holds the name of the Addon that an object was rendered for. It marks HelmReleases, sources and Secrets as
	// ours: the admission policy on HelmReleases selects by it.
	LabelAddon = GroupName + "/addon"

	// LabelAddonUID, on an object that was rendered for an Addon into its tenant cluster, holds the Addon's id, as owner
	// references do not reach across clusters. That is its UID, save for an Addon that was restored, whose objects on the tenant
	// cluster are still its own.
	LabelAddonUID = GroupName + "/addon-uid"

	// LabelInstance, on an Addon, is the instance name under which the REST dialects know it and under which its Helm
	// release is installed. Without it the Addon's own name is used.
	LabelInstance = GroupName + "/instance"

	// LabelAdapter, on an AdapterStatus, holds the name of the adapter that reports.
	LabelAdapter = GroupName + "/adapter"

	// LabelParams, on a Secret with the value "true", marks one that Slipway made for the writeOnly params of an Addon. Such a
	// Secret goes when neither the Addon's spec nor its history names it.
	LabelParams = GroupName + "/params"

	// LabelKept, on a Secret with the value "true", marks one that a REST dialect made for values that must not be in objects: user
	// scripts, keys of volumes. No dialect reads any other Secret back to a client.
	LabelKept = GroupName + "/kept"

	// LabelRequired, on an AddonTemplate with the value "true", tells CCE clients that the add-on is part of every cluster.
	LabelRequired = GroupName + "/required"

	// LabelNodePool, on a node of a tenant cluster, holds the pool name of the NodePool the node belongs to; on an Operation that of
	// the NodePool it is about, if it fits into a label.
	LabelNodePool = GroupName + "/node-pool"
)

// Annotations.
const (
	// AnnotationDefaultPlatform with the value "true" marks the Platform of Clusters for which nothing else decides.
	AnnotationDefaultPlatform = GroupName + "/is-default"

	// AnnotationCreatedBy holds who created an object through a REST dialect: a verified e-mail address, else a user name.
	AnnotationCreatedBy = GroupName + "/created-by"

	// AnnotationUpdatedBy holds who last changed spec or labels of an object, or deleted it, through a REST dialect.
	AnnotationUpdatedBy = GroupName + "/updated-by"

	// AnnotationUpdatedTime holds when that was, in RFC 3339 with fractions of a second, in UTC.
	AnnotationUpdatedTime = GroupName + "/updated-time"

	// AnnotationRequestID holds the id of the request to a REST dialect that last did so, or created the object: what the client was
	// answered in the header X-Request-Id, and what the facade logged. The manager's reconcilers log it too.
	AnnotationRequestID = GroupName + "/request-id"

	// AnnotationDeletedBy holds who deleted an object through a REST dialect.
	AnnotationDeletedBy = GroupName + "/deleted-by"

	// AnnotationRequest, on an object that a REST client created with an Idempotency-Key, names the record of that request.
	AnnotationRequest = GroupName + "/request"

	// AnnotationAdapters, on a ServiceAccount, lists the adapters, separated by commas, that the account reports as through
	// the REST dialects. With it the account needs no right on adapterstatuses in its own namespace, and reports as no other
	// adapter anywhere.
	AnnotationAdapters = GroupName + "/adapters"

	// AnnotationSettling, on an AdapterStatus, holds the observedTime of a report whose target's status is brought in line by
	// whoever stored the report, right after storing it. The controllers leave the target alone for a moment.
	AnnotationSettling = GroupName + "/settling"

	// AnnotationNKSTask, on a Cluster, records the NKS task that runs on it (see the NKS dialect).
	AnnotationNKSTask = GroupName + "/nks-task"

	// AnnotationRestoring with the value "true" marks an object that a restore is at work on. Controllers and adapters leave it alone
	// until the annotation is gone, unless it is being deleted.
	AnnotationRestoring = GroupName + "/restoring"

	// AnnotationCreatedTime, on an object that was restored, holds when it was first created, in RFC 3339.
	AnnotationCreatedTime = GroupName + "/created-time"
)

// Finalizers.
const (
	// ClusterFinalizer keeps a Cluster until its children are gone and every required adapter reported Finalized.
	ClusterFinalizer = GroupName + "/cluster"

	// NodePoolFinalizer keeps a NodePool until every required adapter reported Finalized.
	NodePoolFinalizer = GroupName + "/nodepool"

	// AddonFinalizer keeps an Addon until its release is uninstalled or, by policy, abandoned.
	AddonFinalizer = GroupName + "/addon"

	// PlatformFinalizer keeps a Platform while Clusters are on it.
	PlatformFinalizer = GroupName + "/platform"

	// TemplateFinalizer keeps an AddonTemplate while Addons are made from it.
	TemplateFinalizer = GroupName + "/addontemplate"

	// ReportFinalizer keeps an AdapterStatus while its target exists. Without it the end of a namespace would remove the
	// reports first, and no adapter could create a new one there to say that it is done.
	ReportFinalizer = GroupName + "/report"
)

// SecretTypeAccessKey is the type of Secrets that hold an access key pair of the CCE dialect.
const SecretTypeAccessKey = GroupName + "/access-key"

// Keys of an access key Secret.
const (
	// AccessKeyID is the public half of the pair. It is unique on the management cluster.
	AccessKeyID = "accessKey"
	// AccessKeySecret is the secret half.
	AccessKeySecret = "secretKey"
	// AccessKeyUser is the user name of whoever signs with the pair.
	AccessKeyUser = "user"
	// AccessKeyGroups are the user's groups, separated by commas. May be empty.
	AccessKeyGroups = "groups"
)

// Types of tasks on add-ons, for OperationRequest.
const (
	// OperationAddonInstall is a new add-on.
	OperationAddonInstall = "ADDON_INSTALL"
	// OperationAddonUpgrade is a change of version or params.
	OperationAddonUpgrade = "ADDON_UPGRADE"
	// OperationAddonRollback takes an add-on back to its previous version and params.
	OperationAddonRollback = "ADDON_ROLLBACK"
	// OperationAddonDelete is the deletion of an add-on. It ends when the Addon is gone.
	OperationAddonDelete = "ADDON_DELETE"
)

// DefaultWorkerPool is the pool name of the node pool that, where it exists, belongs to the first provisioning of its cluster.
const DefaultWorkerPool = "default-worker"

// ControlPlanePool is the pool name under which NKS clients know the control plane of a cluster. No NodePool may have it.
const ControlPlanePool = "default-master"

// Keys of the Secret with the scripts of a NodePool.
const (
	// UserScriptKey holds the script of the first form.
	UserScriptKey = "user_script"
	// UserScriptV2Key holds the script of the second form.
	UserScriptV2Key = "user_script_v2"
)

// AppKeyKey is the key under which the Secret of a volume's encryption holds the credential for the key store.
const AppKeyKey = "appkey"

// CASecretName returns the name of the Secret, beside a Cluster, in which a platform may leave the cluster's certificate authority,
// tls.crt and tls.key, so that certificates can be signed.
func CASecretName(cluster string) string { return cluster + "-ca" }

// KubeconfigKey is the key under which a kubeconfig Secret holds the kubeconfig. Flux reads the same key.
const KubeconfigKey = "value"
