package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A program that runs until stop().
type process struct {
	command *exec.Cmd
	log     string
}

func start(log string, environment []string, program string, arguments ...string) (*process, error) {
	command := exec.Command(program, arguments...)
	command.Env = append(os.Environ(), environment...)
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	command.Stdout, command.Stderr = out, out
	if err := command.Start(); err != nil {
		return nil, err
	}
	return &process{command, log}, nil
}

func (p *process) stop() {
	if p == nil || p.command.Process == nil {
		return
	}
	p.command.Process.Signal(syscall.SIGTERM)
	killer := time.AfterFunc(10*time.Second, func() { p.command.Process.Kill() })
	p.command.Wait()
	killer.Stop()
}

// What the process uses, in megabytes: VmRSS now, VmHWM at most.
func (p *process) memory(field string) float64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
	for _, line := range strings.Split(string(text), "\n") {
		if words := strings.Fields(line); len(words) > 1 && words[0] == field+":" {
			kilobytes, _ := strconv.ParseFloat(words[1], 64)
			return kilobytes / 1024
		}
	}
	return 0
}

func (p *process) waitFor(url string, limit time.Duration) error {
	deadline := time.Now().Add(limit)
	for time.Now().Before(deadline) {
		if answer, err := http.Get(url); err == nil {
			io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
		if syscall.Kill(p.command.Process.Pid, 0) != nil {
			break
		}
		time.Sleep(2 * time.Millisecond)
	}
	text, _ := os.ReadFile(p.log)
	if len(text) > 500 {
		text = text[len(text)-500:]
	}
	return fmt.Errorf("%s did not answer at %s: %s", p.command.Path, url, text)
}

func freePort() int {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fail(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// A PostgreSQL server that syncs each commit, run by the stores' tests' script.
type postgres struct {
	command *exec.Cmd
	input   io.WriteCloser
	folder  string
	port    int
}

func startPostgres(script string) (*postgres, error) {
	command := exec.Command(script)
	command.Env = append(os.Environ(), "POSTGRES_FSYNC=on")
	command.Stderr = os.Stderr
	input, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	output, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	p := &postgres{command: command, input: input}
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL did not start: %w", err)
	}
	_, err = fmt.Sscanf(line, "ready %s %d", &p.folder, &p.port)
	return p, err
}

func (p *postgres) stop() {
	p.input.Close()
	p.command.Wait()
}

func (p *postgres) sql(database, statement string) (string, error) {
	out, err := exec.Command("psql", "-h", p.folder, "-p", strconv.Itoa(p.port), "-U", "postgres", "-Atc", statement,
		database).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s: %s", statement, out)
	}
	return strings.TrimSpace(string(out)), nil
}

func (p *postgres) create(database string) error {
	_, err := p.sql("postgres", "CREATE DATABASE "+database)
	return err
}

// How many rows the statements of all sessions that have ended have read from a table.
func (p *postgres) rowsRead(database, table string) float64 {
	time.Sleep(200 * time.Millisecond) // A session's figures arrive as it ends.
	text, err := p.sql(database, "SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) FROM pg_stat_user_tables "+
		"WHERE relname = '"+table+"'")
	rows, parsed := strconv.ParseFloat(text, 64)
	if err != nil || parsed != nil {
		return 0
	}
	return rows
}

type redis struct {
	*process
	port int
}

func startRedis(folder string) (*redis, error) {
	r := &redis{port: freePort()}
	var err error
	r.process, err = start(folder+"/redis.log", nil, "redis-server", "--bind", "127.0.0.1", "--port", strconv.Itoa(r.port),
		"--save", "", "--dir", folder)
	return r, err
}
