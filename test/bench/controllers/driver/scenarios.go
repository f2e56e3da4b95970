package main

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"
)

const (
	patience = 2 * time.Minute
	settling = 3 * time.Second // until memory counts as steady, and trailing work as done
)

// eachRound gives each controller its turn, as often as there are rounds.
func (b *bench) eachRound(what string, turn func(round int, c controller) error) error {
	for round := range b.rounds {
		for _, c := range b.controllers {
			b.noise.sample()
			if err := turn(round, c); err != nil {
				return fmt.Errorf("%s, round %d, %s: %w", what, round+1, c.name, err)
			}
		}
	}
	return nil
}

func (b *bench) start(c controller, kubeconfig, namespace string, expect int, more ...string) (*process, error) {
	return start(c, kubeconfig, append([]string{"--namespace", namespace, "--expect", strconv.Itoa(expect),
		"--workers", strconv.Itoa(b.workers)}, more...)...)
}

// widgetsOf makes a namespace of settled Widgets without children, once.
func (b *bench) widgetsOf(size int) (string, error) {
	namespace := fmt.Sprintf("widgets-%d", size)
	if b.made[namespace] {
		return namespace, nil
	}
	b.made[namespace] = true
	b.progress("creating %d Widgets", size)
	if err := b.api.createNamespace(namespace); err != nil {
		return "", err
	}
	if err := b.api.create(fmt.Sprintf(widgetsPath, namespace), size, func(i int) string { return widget(i, 0) }); err != nil {
		return "", err
	}
	// Not measured: writes each status once, so that nobody has to later.
	p, err := b.start(b.controllers[0], b.kubeconfig, namespace, 0)
	if err != nil {
		return "", err
	}
	defer p.stop()
	_, err = b.api.waitReady(namespace, size, 10*time.Minute)
	time.Sleep(settling)
	return namespace, err
}

func (b *bench) configMapsOf(size int) (string, error) {
	namespace := fmt.Sprintf("configmaps-%d", size)
	if b.made[namespace] {
		return namespace, nil
	}
	b.made[namespace] = true
	b.progress("creating %d ConfigMaps", size)
	if err := b.api.createNamespace(namespace); err != nil {
		return "", err
	}
	err := b.api.create(fmt.Sprintf(configMapPath, namespace), size, configMap)
	time.Sleep(settling)
	return namespace, err
}

// coldSync: from the start of the process until its caches hold everything and each Widget has had its first pass.
func (b *bench) coldSync(kinds ...string) error {
	for _, kind := range kinds {
		for _, size := range b.sizes {
			fill, event, expect := b.configMapsOf, "synced", 0
			if kind == "Widgets" {
				fill, event, expect = b.widgetsOf, "settled", size
			}
			namespace, err := fill(size)
			if err != nil {
				return err
			}
			scenario := fmt.Sprintf("cold sync of %d %s", size, kind)
			b.progress("%s", scenario)
			err = b.eachRound(scenario, func(_ int, c controller) error {
				p, err := b.start(c, b.kubeconfig, namespace, expect)
				if err != nil {
					return err
				}
				defer p.stop()
				done, err := p.wait(event, patience)
				if err != nil {
					return err
				}
				time.Sleep(settling)
				b.results.add(scenario, "time", "s", c.name, done.at.Sub(p.started).Seconds())
				b.results.add(scenario, "CPU", "s", c.name, p.cpu().Seconds())
				b.results.add(scenario, "peak memory", "MB", c.name, p.memory("VmHWM"))
				b.results.add(scenario, "steady memory", "MB", c.name, p.memory("VmRSS"))
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// settled starts a controller on the largest set of Widgets, or on 10,000, and waits until it is at rest.
func (b *bench) settled(c controller, kubeconfig string) (*process, string, error) {
	size := b.restSize()
	namespace, err := b.widgetsOf(size)
	if err != nil {
		return nil, "", err
	}
	p, err := b.start(c, kubeconfig, namespace, size)
	if err != nil {
		return nil, "", err
	}
	if _, err := p.wait("settled", patience); err != nil {
		p.stop()
		return nil, "", err
	}
	time.Sleep(settling)
	return p, namespace, nil
}

// children: Widgets with three children each, from the start of the process until each says so in its status; then
// passes that find nothing to do.
func (b *bench) children() error {
	const each, rounds = 3, 20
	scenario := fmt.Sprintf("%d Widgets with %d children each", b.parents, each)
	rest := fmt.Sprintf("%d passes with nothing to do", rounds*b.parents)
	b.progress("%s", scenario)
	return b.eachRound(scenario, func(round int, c controller) error {
		namespace := fmt.Sprintf("children-%d-%s", round, c.name)
		if err := b.api.createNamespace(namespace); err != nil {
			return err
		}
		if err := b.api.create(fmt.Sprintf(widgetsPath, namespace), b.parents, func(i int) string { return widget(i, each) }); err != nil {
			return err
		}
		time.Sleep(settling)
		from := b.audit.end()
		p, err := b.start(c, b.kubeconfig, namespace, 0)
		if err != nil {
			return err
		}
		defer p.stop()
		ready, err := b.api.waitReady(namespace, b.parents, patience)
		if err != nil {
			return err
		}
		time.Sleep(settling)
		counted, err := b.audit.since(from, "bench-"+c.name)
		if err != nil {
			return err
		}
		b.results.add(scenario, "time", "s", c.name, ready.Sub(p.started).Seconds())
		b.results.add(scenario, "CPU", "s", c.name, p.cpu().Seconds())
		b.results.add(scenario, "writes per Widget", "calls", c.name, float64(counted.writes)/float64(b.parents))
		b.results.add(scenario, "reads per Widget", "calls", c.name, float64(counted.reads)/float64(b.parents))

		from = b.audit.end()
		cpu, begin := p.cpu(), time.Now()
		if err := p.tell("passes " + strconv.Itoa(rounds)); err != nil {
			return err
		}
		done, err := p.wait("passes", patience)
		if err != nil {
			return err
		}
		used := p.cpu() - cpu
		if counted, err = b.audit.since(from, "bench-"+c.name); err != nil {
			return err
		}
		b.results.add(rest, "passes per second", "more is better", c.name, float64(done.Count)/done.at.Sub(begin).Seconds())
		b.results.add(rest, "CPU per pass", "us", c.name, float64(used.Microseconds())/float64(done.Count))
		b.results.add(rest, "API calls", "in all", c.name, float64(counted.reads+counted.writes))
		return nil
	})
}

// storm: changes at a steady rate, each of another Widget, from before the write is sent until a pass sees it.
func (b *bench) storm() error {
	changes := min(b.stormRate*10, b.restSize())
	scenario := fmt.Sprintf("%d changes, %d a second", changes, b.stormRate)
	b.progress("%s", scenario)
	return b.eachRound(scenario, func(_ int, c controller) error {
		p, namespace, err := b.settled(c, b.kubeconfig)
		if err != nil {
			return err
		}
		defer p.stop()
		if err := p.tell("collect " + strconv.Itoa(changes)); err != nil {
			return err
		}
		if _, err := p.wait("collecting", patience); err != nil {
			return err
		}
		cpu, begin := p.cpu(), time.Now()
		err = inParallel(changes, func(i int) error {
			time.Sleep(time.Until(begin.Add(time.Duration(i) * time.Second / time.Duration(b.stormRate))))
			return b.api.touch(namespace, name(i))
		})
		if err != nil {
			return err
		}
		seen, err := p.wait("changes", patience)
		if err != nil {
			return err
		}
		b.results.add(scenario, "change to pass, p50", "ms", c.name, percentile(seen.Latencies, 0.5)/1e6)
		b.results.add(scenario, "change to pass, p99", "ms", c.name, percentile(seen.Latencies, 0.99)/1e6)
		b.results.add(scenario, "CPU per change", "us", c.name, float64((p.cpu()-cpu).Microseconds())/float64(changes))
		return nil
	})
}

// relist: the watch on Widgets misses a change and ends with 410; until a pass sees the change.
func (b *bench) relist() error {
	scenario := fmt.Sprintf("relist of %d Widgets after 410", b.restSize())
	b.progress("%s", scenario)
	return b.eachRound(scenario, func(_ int, c controller) error {
		through, err := newProxy(b.api)
		if err != nil {
			return err
		}
		defer through.close()
		p, namespace, err := b.settled(c, through.kubeconfig)
		if err != nil {
			return err
		}
		defer p.stop()
		for command, answer := range map[string]string{"collect 1": "collecting", "read " + namespace + "/" + name(1): "reading"} {
			if err := p.tell(command); err != nil {
				return err
			}
			if _, err := p.wait(answer, patience); err != nil {
				return err
			}
		}
		if err := p.forgetPeak(); err != nil {
			return err
		}
		steady := p.memory("VmRSS")
		through.freeze()
		if err := b.api.touch(namespace, name(1)); err != nil {
			return err
		}
		time.Sleep(200 * time.Millisecond)
		begin := time.Now()
		through.expire()
		said := p.waitBoth("seen", "changes", patience, 5*time.Second)
		if seen, ok := said["seen"]; ok {
			b.results.add(scenario, "410 to the change in cache", "s", c.name, seen.at.Sub(begin).Seconds())
		} else {
			return fmt.Errorf("the cache did not get a change that the watch had missed")
		}
		if pass, ok := said["changes"]; ok {
			b.results.add(scenario, "410 to a pass that sees it", "s", c.name, pass.at.Sub(begin).Seconds())
		} else {
			b.results.leaveOut(fmt.Sprintf("%s: a change that the watch had missed was in the cache after the relist, but no pass saw it within 5 s",
				title(c.name)))
		}
		time.Sleep(settling)
		if err := p.tell("end-read"); err != nil {
			return err
		}
		read, err := p.wait("read", patience)
		if err != nil {
			return err
		}
		b.results.add(scenario, "memory before", "MB", c.name, steady)
		b.results.add(scenario, "peak memory", "MB", c.name, p.memory("VmHWM"))
		b.results.add(scenario, "longest cached read", "ms", c.name, float64(read.Longest)/1e6)
		return nil
	})
}

// idle: all controllers side by side with nothing to do, for as many windows as there are rounds.
func (b *bench) idle() error {
	scenario := fmt.Sprintf("at rest with %d Widgets", b.restSize())
	b.progress("%s", scenario)
	var processes []*process
	defer func() {
		for _, p := range processes {
			p.stop()
		}
	}()
	for _, c := range b.controllers {
		p, _, err := b.settled(c, b.kubeconfig)
		if err != nil {
			return err
		}
		processes = append(processes, p)
	}
	time.Sleep(settling)
	for range b.rounds {
		before := make([]time.Duration, len(processes))
		begin := time.Now()
		for i, p := range processes {
			before[i] = p.cpu()
		}
		time.Sleep(b.idleWindow)
		for i, p := range processes {
			used := float64((p.cpu() - before[i]).Microseconds()) / 1000
			b.results.add(scenario, "CPU", "ms a minute", b.controllers[i].name, used*60/time.Since(begin).Seconds())
			b.results.add(scenario, "memory", "MB", b.controllers[i].name, p.memory("VmRSS"))
		}
	}
	return nil
}

// failover: from the end of the leader until another candidate has made its first pass. The controllers take their
// turns at the same time, for all of this is waiting.
func (b *bench) failover() error {
	const scenario = "failover, lease 15/10/2 s"
	b.progress("%s", scenario)
	var (
		group sync.WaitGroup
		mutex sync.Mutex
	)
	failures := make([]error, len(b.controllers))
	for i, c := range b.controllers {
		if c.name == "rust" {
			b.results.leaveOut("kube-rs left out of failover: it has no leader election")
			continue
		}
		group.Go(func() {
			failures[i] = b.failoverOf(c, func(name string, took time.Duration) {
				mutex.Lock()
				defer mutex.Unlock()
				b.results.add(scenario, name, "s", c.name, took.Seconds())
			})
		})
	}
	group.Wait()
	for _, err := range failures {
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) failoverOf(c controller, add func(string, time.Duration)) error {
	namespace := "failover-" + c.name
	if err := b.api.createNamespace(namespace); err != nil {
		return err
	}
	if err := b.api.create(fmt.Sprintf(widgetsPath, namespace), 1, func(i int) string { return widget(i, 0) }); err != nil {
		return err
	}
	leader, err := b.start(c, b.kubeconfig, namespace, 1, "--lease", "bench")
	if err != nil {
		return err
	}
	if _, err := leader.wait("settled", patience); err != nil {
		leader.stop()
		return err
	}
	for range b.rounds {
		for _, way := range []string{"leader killed", "leader stopped in order"} {
			next, err := b.start(c, b.kubeconfig, namespace, 1, "--lease", "bench")
			if err != nil {
				leader.stop()
				return err
			}
			time.Sleep(settling)
			begin := time.Now()
			if way == "leader killed" {
				leader.kill()
			} else {
				leader.stop()
			}
			leader = next
			first, err := leader.wait("settled", patience)
			if err != nil {
				leader.stop()
				return err
			}
			add(way, first.at.Sub(begin))
		}
	}
	leader.stop()
	return nil
}

func (b *bench) progress(format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, "[%5.1f s] %s\n", time.Since(b.started).Seconds(), fmt.Sprintf(format, arguments...))
}
