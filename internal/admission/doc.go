// Package admission holds the webhooks: what a schema cannot see, because it lies in another object or in a free-form
// document. For Clusters and NodePools: what the Platform that governs them allows, which Platform that is, and that nodes are
// not newer than their control plane, which never goes back. For Addons: the template, its version, the params against the version's schema, the version of the
// cluster. For AddonTemplates and Platforms: the schemas, ranges and mappings they hold, and versions that are in use.
//
// cmd/manager serves them. Each handler decodes, calls a pure room (internal/params, internal/catalog, internal/limits, internal/placement), and answers; the
// controllers call the same rooms again, since objects also change after they were admitted. They refuse nothing that is
// being deleted and nothing whose spec did not change, so that a fault that came about later never keeps anybody from
// repairing or removing an object.
package admission
