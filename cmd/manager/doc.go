// Command manager runs Slipway's controllers, its admission webhooks and the adapters that are built in. It parses flags,
// builds a controller-runtime manager, and starts it; what runs is listed in package controllers.
package main
