package main

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

const restartDelay = time.Second

// services knows which process is which service. A service that ends is started again after restartDelay.
type services struct {
	mutex   sync.Mutex
	running map[int]string // process id to path
}

// supervise starts the services and reaps every process that ends inside the namespaces.
func supervise() error {
	paths, err := filepath.Glob(filepath.Join(servicesDir, "*"))
	if err != nil {
		return err
	}
	if len(paths) == 0 {
		return fmt.Errorf("%s: no services", servicesDir)
	}
	s := &services{running: map[int]string{}}
	for _, path := range paths {
		s.start(path)
	}
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, 0, nil)
		if err == syscall.ECHILD { // every service waits for its restart
			time.Sleep(restartDelay / 10)
			continue
		}
		if err != nil {
			continue // EINTR
		}
		if path := s.ended(pid); path != "" {
			fmt.Fprintf(os.Stderr, "sandbox: %s ended (exit %d, signal %d), starting it again\n",
				filepath.Base(path), status.ExitStatus(), status.Signal())
			time.AfterFunc(restartDelay, func() { s.start(path) })
		}
	}
}

func (s *services) start(path string) {
	// Held until the process is known: it can end, and be reaped, before ForkExec returns.
	s.mutex.Lock()
	defer s.mutex.Unlock()
	pid, err := spawn(path)
	if err != nil {
		fmt.Fprintf(os.Stderr, "sandbox: %s: %v\n", path, err)
		time.AfterFunc(restartDelay, func() { s.start(path) })
		return
	}
	s.running[pid] = path
}

func (s *services) ended(pid int) string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	path := s.running[pid]
	delete(s.running, pid)
	return path
}

// spawn starts a service in a process group of its own, with a log file.
func spawn(path string) (int, error) {
	log, err := os.OpenFile(filepath.Join(logDir, filepath.Base(path)+".log"),
		os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return 0, err
	}
	defer log.Close()
	null, err := os.Open(os.DevNull)
	if err != nil {
		return 0, err
	}
	defer null.Close()
	return syscall.ForkExec(path, []string{path}, &syscall.ProcAttr{
		Dir:   "/",
		Env:   os.Environ(),
		Files: []uintptr{null.Fd(), log.Fd(), log.Fd()},
		Sys:   &syscall.SysProcAttr{Setpgid: true},
	})
}
