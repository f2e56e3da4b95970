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
				before = each.database.rowsRead(each.data, "records")
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
				r.add("rows read at start, "+size, "rows", each.name, each.database.rowsRead(each.data, "records")-before)
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
		{"GET one tool", oneTool, "tool"}, {"list 30 tools", listTools, "tools"},
		{"search tools", findTools, ""}, {"search tools for new words", findNewTools, ""},
		{"GET one server", oneServer, "server"}, {"list 30 servers", listServer, "servers"},
		{"search servers", findServer, ""}, {"search servers for new words", findNewServer, ""},
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
					seen, err := applyLoad(s.work, connections, s.window, request{url: url})
					if err != nil {
						return err
					}
					r.add(scenario, "1/s", name, seen.rate)
				}
			}
		}
	}
	if err := measureLatency(s, r, files, static); err != nil {
		return err
	}
	if peer != nil {
		r.add("resident memory after the reads", "MB", "official", peer.running.memory("VmRSS"))
	}
	r.add("resident memory after the reads", "MB", "files", files.running.memory("VmRSS"))
	r.add("resident memory after the reads", "MB", "postgresql", rows.running.memory("VmRSS"))
	return nil
}

// How long one waits for a tool: alone, and among as many as ask at once above.
func measureLatency(s settings, r *report, files *ours, static *nginx) error {
	for _, connections := range append([]int{1}, s.connection...) {
		say("latency, %d connections", connections)
		for range s.rounds {
			for _, each := range []struct{ name, url string }{{"files", files.url(oneTool)}, {"nginx", static.url("tool")}} {
				seen, err := applyLoad(s.work, connections, s.window, request{url: each.url})
				if err != nil {
					return err
				}
				r.add(fmt.Sprintf("latency of GET one tool, %d at once, p50", connections), "us", each.name, seen.p50)
				r.add(fmt.Sprintf("latency of GET one tool, %d at once, p99", connections), "us", each.name, seen.p99)
			}
		}
	}
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
	add := func(scenario, name string, clients int, asked request) error {
		seen, err := applyLoad(s.work, clients, s.window, asked)
		if err == nil {
			r.add(scenario, "1/s", name, seen.rate)
		}
		return err
	}
	for range s.rounds {
		for _, clients := range []int{1, 32} {
			say("writes, %d clients", clients)
			registers := fmt.Sprintf("register a tool, durable, %d clients", clients)
			publishes := fmt.Sprintf("publish a server, durable, %d clients", clients)
			// Whoever syncs for each write gets no further with more clients.
			synced, err := rateOf(s.window, func() error {
				if _, err := disk.Write(document); err != nil {
					return err
				}
				return syscall.Fdatasync(int(disk.Fd()))
			})
			if err != nil {
				return err
			}
			r.add(registers, "1/s", "fsync each", synced)
			for _, each := range []*ours{files, rows} {
				if err := add(registers, each.name, clients, request{url: each.url(toolPath), document: newTool}); err != nil {
					return err
				}
				if err := add(publishes, each.name, clients, request{url: each.url(publishPath), document: newServer}); err != nil {
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
			err = add(publishes, "official", clients, request{url: peer.url(publishPath), document: newServer, token: token})
			if err != nil {
				return err
			}
		}
	}
	return nil
}
