package main

import (
	"fmt"
	"os"
	"syscall"
	"time"
)

// From exec until it says that it is ready, the memory it then has, and what the database read for it.
func measureStarts(s settings, r *report, size string, subjects []*ours, peer *official) error {
	say("starts, %s", size)
	for range s.rounds {
		for _, each := range subjects {
			var before float64
			if each.database != nil {
				before = each.database.rowsRead("ours", "records")
			}
			begin := time.Now()
			if err := each.start(); err != nil {
				return err
			}
			r.add("start to ready, "+size, "ms", each.name, float64(time.Since(begin).Microseconds())/1000)
			if each.redis != nil && each.metric(`mcp_registry_cache_starts_total{result="hit"}`) != "1" {
				return fmt.Errorf("a start did not take its tools from the cache")
			}
			time.Sleep(200 * time.Millisecond)
			r.add("resident memory, "+size, "MB", each.name, each.running.memory("VmRSS"))
			each.stop()
			if each.database != nil {
				r.add("rows read at start, "+size, "rows", each.name, each.database.rowsRead("ours", "records")-before)
			}
		}
		if peer == nil {
			continue
		}
		begin := time.Now()
		if err := peer.start(""); err != nil {
			return err
		}
		r.add("start to ready, "+size, "ms", "official", float64(time.Since(begin).Microseconds())/1000)
		r.add("resident memory, "+size, "MB", "official", peer.running.memory("VmRSS"))
		peer.stop()
	}
	return nil
}

// Starts the registries that are measured side by side. The first result stops them.
func startAll(files, rows *ours, peer *official) (func(), error) {
	var started []func()
	stop := func() {
		for _, each := range started {
			each()
		}
	}
	for _, each := range []*ours{files, rows} {
		if err := each.start(); err != nil {
			stop()
			return nil, err
		}
		started = append(started, each.stop)
	}
	if peer != nil {
		if err := peer.start(""); err != nil {
			stop()
			return nil, err
		}
		started = append(started, peer.stop)
	}
	return stop, nil
}

func measureReads(s settings, r *report, files, rows *ours, peer *official) error {
	stop, err := startAll(files, rows, peer)
	if err != nil {
		return err
	}
	defer stop()
	type target struct{ name, path, file string }
	targets := []target{
		{"GET one tool", oneTool, "tool"}, {"list 30 tools", listTools, "tools"}, {"search tools", findTools, ""},
		{"GET one server", oneServer, "server"}, {"list 30 servers", listServer, "servers"}, {"search servers", findServer, ""},
	}
	static, err := startNginx(s.work)
	if err != nil {
		return err
	}
	defer static.stop()
	for _, each := range targets {
		if each.file == "" {
			continue
		}
		if err := fetch(files.url(each.path), s.work+"/static/"+each.file); err != nil {
			return err
		}
	}
	if err := static.waitFor(static.url("tool"), 10*time.Second); err != nil {
		return err
	}
	for _, each := range targets {
		for _, connections := range s.connection {
			scenario := fmt.Sprintf("%s, %d connections", each.name, connections)
			say("%s", scenario)
			for range s.rounds {
				subjects := map[string]string{"files": files.url(each.path), "postgresql": rows.url(each.path)}
				order := []string{"files", "nginx", "postgresql", "official"}
				if each.file != "" {
					subjects["nginx"] = static.url(each.file)
				}
				if peer != nil && each.path[:5] == "/v0.1" {
					subjects["official"] = peer.url(each.path)
				}
				for _, name := range order {
					url, there := subjects[name]
					if !there {
						continue
					}
					rate, err := readRate(connections, s.window, url)
					if err != nil {
						return err
					}
					r.add(scenario, "1/s", name, rate)
				}
			}
		}
	}
	if peer != nil {
		r.add("resident memory after the reads", "MB", "official", peer.running.memory("VmRSS"))
	}
	r.add("resident memory after the reads", "MB", "files", files.running.memory("VmRSS"))
	r.add("resident memory after the reads", "MB", "postgresql", rows.running.memory("VmRSS"))
	return nil
}

func measureWrites(s settings, r *report, files, rows *ours, peer *official) error {
	stop, err := startAll(files, rows, peer)
	if err != nil {
		return err
	}
	defer stop()
	disk, err := os.Create(s.work + "/fsync")
	if err != nil {
		return err
	}
	defer disk.Close()
	document := []byte(toolDocument(0))
	add := func(scenario, name string, clients int, write func(int64) error) error {
		rate, err := writeRate(clients, s.window, write)
		if err == nil {
			r.add(scenario, "1/s", name, rate)
		}
		return err
	}
	for range s.rounds {
		for _, clients := range []int{1, 32} {
			say("writes, %d clients", clients)
			registers := fmt.Sprintf("register a tool, durable, %d clients", clients)
			publishes := fmt.Sprintf("publish a server, durable, %d clients", clients)
			// Whoever syncs for each write gets no further with more clients.
			err := add(registers, "fsync each", 1, func(int64) error {
				if _, err := disk.Write(document); err != nil {
					return err
				}
				return syscall.Fdatasync(int(disk.Fd()))
			})
			if err != nil {
				return err
			}
			for _, each := range []*ours{files, rows} {
				err := add(registers, each.name, clients, func(number int64) error {
					return postOne(each.url(toolPath), "", toolDocument(500_000+int(number)))
				})
				if err != nil {
					return err
				}
				err = add(publishes, each.name, clients, func(number int64) error {
					return postOne(each.url("/v0.1/publish"), "", serverDocument(fmt.Sprintf("new-%d", number)))
				})
				if err != nil {
					return err
				}
			}
			if peer == nil {
				continue
			}
			token, err := peer.token()
			if err != nil {
				return err
			}
			err = add(publishes, "official", clients, func(number int64) error {
				return postOne(peer.url("/v0.1/publish"), token, serverDocument(fmt.Sprintf("new-%d", number)))
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

type nginx struct {
	*process
	port int
}

func (n *nginx) url(file string) string { return fmt.Sprintf("http://127.0.0.1:%d/%s", n.port, file) }

func startNginx(work string) (*nginx, error) {
	n := &nginx{port: freePort()}
	if err := os.MkdirAll(work+"/static", 0o755); err != nil {
		return nil, err
	}
	// Its workers are another user than the one that made the folder.
	if err := os.Chmod(work, 0o755); err != nil {
		return nil, err
	}
	config := fmt.Sprintf(`daemon off; worker_processes 2; pid %[1]s/nginx.pid; error_log stderr crit;
events { worker_connections 2048; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 10000000; open_file_cache max=100; default_type application/json;
  server { listen 127.0.0.1:%[2]d; root %[1]s/static; }
}
`, work, n.port)
	if err := os.WriteFile(work+"/nginx.conf", []byte(config), 0o644); err != nil {
		return nil, err
	}
	var err error
	n.process, err = start(work+"/nginx.log", nil, "nginx", "-c", work+"/nginx.conf", "-p", work)
	return n, err
}
