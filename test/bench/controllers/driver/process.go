package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// process is one run of a controller, told what to do on its standard input and heard on its standard output.
type process struct {
	name    string
	started time.Time
	command *exec.Cmd
	input   io.WriteCloser
	said    chan message
	ended   chan struct{}
}

// message is a line that a controller said, and when it was heard.
type message struct {
	Event     string  `json:"event"`
	Count     uint64  `json:"count"`
	Longest   int64   `json:"longest"`   // nanoseconds
	Latencies []int64 `json:"latencies"` // nanoseconds
	at        time.Time
}

func start(c controller, kubeconfig string, arguments ...string) (*process, error) {
	p := &process{name: c.name, command: exec.Command(c.path, arguments...), said: make(chan message, 16), ended: make(chan struct{})}
	p.command.Env = append(os.Environ(), "KUBECONFIG="+kubeconfig)
	p.command.Stderr = os.Stderr
	var err error
	if p.input, err = p.command.StdinPipe(); err != nil {
		return nil, err
	}
	output, err := p.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.started = time.Now()
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	go p.listen(output)
	return p, nil
}

func (p *process) listen(output io.Reader) {
	defer close(p.ended)
	defer close(p.said)
	lines := bufio.NewReaderSize(output, 1<<20)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		m := message{at: time.Now()}
		if json.Unmarshal(line, &m) == nil {
			p.said <- m
		}
	}
}

// wait answers the next message with this event; others are passed over.
func (p *process) wait(event string, limit time.Duration) (message, error) {
	timeout := time.After(limit)
	for {
		select {
		case m, ok := <-p.said:
			if !ok {
				return m, fmt.Errorf("%s ended before it said %q", p.name, event)
			}
			if m.Event == event {
				return m, nil
			}
		case <-timeout:
			return message{}, fmt.Errorf("%s did not say %q within %v", p.name, event, limit)
		}
	}
}

// waitBoth answers the messages with these two events, or only one of them when the other does not follow within grace.
func (p *process) waitBoth(one, other string, limit, grace time.Duration) map[string]message {
	said := map[string]message{}
	timeout := time.After(limit)
	for len(said) < 2 {
		select {
		case m, ok := <-p.said:
			if !ok {
				return said
			}
			if m.Event != one && m.Event != other {
				continue
			}
			said[m.Event] = m
			timeout = time.After(grace)
		case <-timeout:
			return said
		}
	}
	return said
}

func (p *process) tell(command string) error {
	_, err := fmt.Fprintln(p.input, command)
	return err
}

// stop lets the process end in order, and waits for it.
func (p *process) stop() {
	_ = p.input.Close()
	select {
	case <-p.ended:
	case <-time.After(20 * time.Second):
		fmt.Fprintf(os.Stderr, "%s does not end: killed\n", p.name)
	}
	p.kill()
}

func (p *process) kill() {
	_ = p.command.Process.Kill()
	for range p.said { // until it is closed
	}
	_ = p.command.Wait()
}

// cpu is the processor time the process has used.
func (p *process) cpu() time.Duration {
	var t unix.Timespec
	clock := int32(^p.command.Process.Pid)<<3 | 2 // clock_getcpuclockid(3): what the scheduler counted, of all threads
	if err := unix.ClockGettime(clock, &t); err != nil {
		return 0
	}
	return time.Duration(t.Nano())
}

// memory is a line of /proc/PID/status in MB: VmRSS, or VmHWM for the peak.
func (p *process) memory(field string) float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, field+":"); ok {
			kilobytes, _ := strconv.ParseFloat(strings.Fields(value)[0], 64)
			return kilobytes / 1024
		}
	}
	return 0
}

// forgetPeak starts VmHWM anew from what is in memory now; see proc_pid_clear_refs(5).
func (p *process) forgetPeak() error {
	return os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.command.Process.Pid), []byte("5"), 0)
}
