// Package facade is what the REST dialects have in common: the interface of a dialect, its routes, the way of a request from
// the server's chain into a handler, and the shape of errors that are raised before a handler runs.
//
// internal/apiserver mounts the dialects and wraps its chain with what is here. A dialect (a package below this one) imports
// this package and internal/hub, never another dialect and never the server.
package facade
