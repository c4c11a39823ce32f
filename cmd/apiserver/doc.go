// Command apiserver runs Slipway's REST facade. It parses flags, builds the server, and starts it; which dialects it speaks is
// listed here, how the server is composed is package apiserver's.
package main
