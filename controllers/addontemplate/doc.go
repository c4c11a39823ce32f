// Package addontemplate owns the kind AddonTemplate. It checks catalogue entries and says in their status whether they can be
// used, which version is the newest and how many Addons are made from them, and keeps an entry that is deleted until no Addon
// needs it.
//
// controllers.Setup starts it. The checks are those of internal/catalog, which the admission webhook makes as well: here they
// reach entries that came past it, and again those that depend on others whenever another one changes. It never changes a spec and never touches an Addon.
package addontemplate
