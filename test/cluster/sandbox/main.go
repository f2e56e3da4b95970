// Command sandbox gives a test cluster namespaces of its own and keeps the cluster's programs running in them.
//
//	sandbox start STATE SETUP [ARG...]
//
// start opens a port on the host's loopback, starts process 1 of new mount, network, PID, UTS and IPC namespaces, writes
// STATE/port and STATE/pid, and returns. Process 1 runs SETUP with its arguments, then every program in /cluster/services,
// and forwards connections on that port to the API server inside. When process 1 ends, for whatever reason, the kernel
// ends every process inside and drops every mount and link that was made there.
package main

import (
	"fmt"
	"os"
)

func main() {
	var err error
	switch {
	case len(os.Args) >= 4 && os.Args[1] == "start":
		err = start(os.Args[2], os.Args[3:])
	case len(os.Args) >= 3 && os.Args[1] == "init" && os.Getpid() == 1:
		err = initialize(os.Args[2:])
	default:
		err = fmt.Errorf("usage: sandbox start STATE SETUP [ARG...]")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "sandbox:", err)
		os.Exit(1)
	}
}
