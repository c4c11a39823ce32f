package main

import (
	"cmp"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strconv"
	"text/tabwriter"

	"github.com/slipway-dev/slipway/internal/controlplane"
	"github.com/slipway-dev/slipway/internal/process"
)

// status shows every process of the environment, and those of the simulated clusters.
func status(l layout, out io.Writer) error {
	if !l.exists() {
		fmt.Fprintf(out, "There is no local environment in %s; make up starts one.\n", l.state)
		return nil
	}
	table := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "NAME\tPID\tSTATE\tADDRESS\tLOG")
	if err := controlPlaneRows(table, l, "hub", l.hub()); err != nil {
		return err
	}
	if err := serviceRows(table, l); err != nil {
		return err
	}
	for _, dir := range l.tenantDirs() {
		name, err := filepath.Rel(l.state, dir)
		if err != nil {
			name = dir
		}
		if err := controlPlaneRows(table, l, name, dir); err != nil {
			return err
		}
	}
	return table.Flush()
}

func controlPlaneRows(table io.Writer, l layout, name, dir string) error {
	components, err := controlplane.Inspect(dir)
	if err != nil {
		return err
	}
	for _, c := range components {
		row(table, l, name+"/"+string(c.Component), c.PID, c.Address, c.Log)
	}
	return nil
}

func serviceRows(table io.Writer, l layout) error {
	ports, err := process.LoadPorts(l.ports())
	if err != nil {
		return err
	}
	for _, name := range serviceNames {
		p, err := process.Find(l.record(name))
		if err != nil {
			return fmt.Errorf("looking for %s: %w", name, err)
		}
		pid, address := 0, "-"
		if p != nil {
			pid = p.PID
		}
		port := ports[name+"-"+cmp.Or(shownPort[name], "https")]
		if port == 0 && p == nil {
			continue // never started here, as most facades
		}
		if port != 0 {
			address = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
		}
		row(table, l, name, pid, address, l.log(name))
	}
	return nil
}

// row shows one process; logs are shown relative to the state folder's parent, where make runs.
func row(table io.Writer, l layout, name string, pid int, address, log string) {
	state, shownPID := "ended", "-"
	if pid != 0 {
		state, shownPID = "running", strconv.Itoa(pid)
	}
	if relative, err := filepath.Rel(filepath.Dir(l.state), log); err == nil {
		log = relative
	}
	fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", name, shownPID, state, address, log)
}
