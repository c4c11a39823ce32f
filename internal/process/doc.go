// Package process runs child processes that outlive the program that started them: the parts of a control plane and of the
// local environment. hack/local and internal/controlplane call it.
//
// Start detaches the child (a session of its own, so that a Ctrl-C at the terminal does not reach it), sends its output to
// a log file, and writes a record file: process id, the start time the kernel gives it, and what was started. A later
// program finds the child by Find and ends it by Stop. The kernel's start time is compared before anything is believed of a
// process id, so a recycled id is never mistaken for ours and never signalled.
//
// Between starting a child and recording it, the caller may be killed. Each child therefore carries its record's path in
// its environment, and Find and FindUnder also look for that mark among the running processes: a child cannot get lost.
//
// The package never restarts anything by itself and never signals a process that it cannot prove to be its own.
package process
