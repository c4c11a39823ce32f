// Command slipway is for those who operate an installation of Slipway: it checks whether the installation works, takes the
// fleet's objects away before it is uninstalled, and backs them up. It is a door: every subcommand parses flags and calls a
// package under internal.
package main
