// Package telemetry says how a process shows its metrics, and tells in them which build it is. The manager and the facade call it.
// What is about the fleet is told by internal/census and by the packages that do the work.
package telemetry
