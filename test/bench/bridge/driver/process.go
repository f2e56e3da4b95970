package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a bridge that runs until stop(), with the servers that it started.
type process struct {
	command *exec.Cmd
	url     string
	said    bytes.Buffer
}

func start(command []string) (*process, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	port := strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
	listener.Close()
	arguments := make([]string, len(command))
	for i, each := range command {
		arguments[i] = strings.ReplaceAll(each, "{port}", port)
	}
	p := &process{command: exec.Command(arguments[0], arguments[1:]...), url: "http://127.0.0.1:" + port + "/mcp"}
	p.command.Stderr = &p.said
	p.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	return p, p.command.Start()
}

func (p *process) stop() {
	group := -p.command.Process.Pid
	syscall.Kill(group, syscall.SIGTERM)
	killer := time.AfterFunc(5*time.Second, func() { syscall.Kill(group, syscall.SIGKILL) })
	p.command.Wait()
	killer.Stop()
	syscall.Kill(group, syscall.SIGKILL) // Servers that it left.
}

// firstSession asks every 2 ms until one is opened.
func (p *process) firstSession(limit time.Duration) (*session, error) {
	for deadline := time.Now().Add(limit); ; time.Sleep(2 * time.Millisecond) {
		s, err := open(p.url)
		if err == nil || time.Now().After(deadline) {
			return s, err
		}
	}
}

// resident is the VmRSS, in MB, of the bridge alone: what its servers take is theirs.
func (p *process) resident() float64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
	for _, line := range strings.Split(string(text), "\n") {
		if words := strings.Fields(line); len(words) > 1 && words[0] == "VmRSS:" {
			kilobytes, _ := strconv.ParseFloat(words[1], 64)
			return kilobytes / 1024
		}
	}
	return 0
}

// children counts the servers that descend from the bridge, through shells or not.
func (p *process) children() int {
	parents, servers := map[string]string{}, []string{}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, stat := range stats {
		text, _ := os.ReadFile(stat) // "PID (NAME) STATE PARENT ..."
		head, rest, found := strings.Cut(string(text), ") ")
		pid, name, named := strings.Cut(head, " (")
		words := strings.Fields(rest)
		if !found || !named || len(words) < 2 {
			continue
		}
		parents[pid] = words[1]
		if name == "weather" {
			servers = append(servers, pid)
		}
	}
	count := 0
	for _, pid := range servers {
		for ; pid != "" && pid != "1" && pid != "0"; pid = parents[pid] {
			if pid == strconv.Itoa(p.command.Process.Pid) {
				count++
				break
			}
		}
	}
	return count
}
