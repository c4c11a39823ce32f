// Package controllers lists what the manager runs: every controller, every adapter that is built in, and the indexes of the
// cache that they share. cmd/manager calls it; the controllers themselves are in the packages below.
package controllers
