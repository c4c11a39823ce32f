// Package otlp is a collector of OpenTelemetry spans for tests: a server on loopback that takes what a process exports over gRPC,
// and shows it. Tests call it. It stores nothing but in memory, and filters nothing.
package otlp
