// Package chart holds charts/slipway to what it promises: it renders with every file of values in its ci folder, it makes the
// same objects as the overlays of config/, it refuses values that mean nothing, and no secret ever stands in what it renders.
// `make test` runs it, with the real helm and kubectl. It holds tests only, and it starts no cluster: test/e2e/install does.
package chart
