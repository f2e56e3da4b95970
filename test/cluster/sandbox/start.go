package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
)

// start runs outside: it opens the host's port and starts process 1.
func start(state string, setup []string) error {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	// The socket keeps the network namespace in which it was opened, so process 1 accepts the host's connections.
	socket, err := listener.(*net.TCPListener).File()
	if err != nil {
		return err
	}
	port := strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
	if err := write(filepath.Join(state, "port"), port); err != nil {
		return err
	}
	log, err := os.OpenFile(filepath.Join(state, "log", "sandbox.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	child := exec.Command("/proc/self/exe")
	child.Args = append([]string{"sandbox", "init"}, setup...)
	child.Env = append(os.Environ(), "API_PORT="+port)
	child.Dir = "/"
	child.Stdout, child.Stderr = log, log
	child.ExtraFiles = []*os.File{socket} // descriptor 3
	child.SysProcAttr = &syscall.SysProcAttr{
		Setsid: true,
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWNET | syscall.CLONE_NEWPID |
			syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC,
	}
	if err := child.Start(); err != nil {
		return fmt.Errorf("cannot make namespaces (root with CAP_SYS_ADMIN is needed): %w", err)
	}
	return write(filepath.Join(state, "pid"), strconv.Itoa(child.Process.Pid))
}

// write replaces a file in one step, so that a reader sees all of it or nothing.
func write(path, line string) error {
	if err := os.WriteFile(path+".new", []byte(line+"\n"), 0o644); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
