package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
)

const (
	servicesDir = "/cluster/services"
	logDir      = "/cluster/log"
	apiServer   = "127.0.0.1:6443"
)

// initialize is process 1: it returns only when the cluster cannot run.
func initialize(setup []string) error {
	// As process 1, signals without a handler are ignored; leaving ends everything inside.
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		<-stop
		os.Exit(0)
	}()

	socket := os.NewFile(3, "host port")
	listener, err := net.FileListener(socket)
	if err != nil {
		return fmt.Errorf("descriptor 3: %w", err)
	}
	socket.Close()

	// Before the first mount: nothing that is mounted here may appear on the host.
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	command := exec.Command(setup[0], setup[1:]...)
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	if err := command.Run(); err != nil {
		return fmt.Errorf("%s: %w", setup[0], err)
	}

	// The same address leads to the API server on the host and inside, so one kubeconfig serves both.
	inside, err := net.Listen("tcp4", listener.Addr().String())
	if err != nil {
		return err
	}
	go forward(listener, apiServer)
	go forward(inside, apiServer)
	return supervise()
}
