// Command driver measures controllers that do the same against one API server, in turns, and with its first word "operators" two whole
// operators; see ../../README.md.
package main

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

type controller struct{ name, path string }

type bench struct {
	controllers []controller // the first is ours: ratios are by it
	kubeconfig  string
	sizes       []int
	rounds      int
	workers     int
	parents     int
	stormRate   int
	idleWindow  time.Duration

	started time.Time
	api     *api
	audit   audit
	noise   noise
	results results
	made    map[string]bool // namespaces
}

func main() {
	var err error
	if len(os.Args) > 1 && os.Args[1] == "operators" {
		err = runOperators(os.Args[2:])
	} else {
		err = run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() error {
	b := &bench{started: time.Now(), made: map[string]bool{}}
	flag.Func("controller", "NAME=PATH; the first is the one that others are compared with", func(text string) error {
		name, path, ok := strings.Cut(text, "=")
		if !ok {
			return fmt.Errorf("not NAME=PATH")
		}
		b.controllers = append(b.controllers, controller{name, path})
		b.results.Controllers = append(b.results.Controllers, name)
		return nil
	})
	flag.Func("left-out", "why a controller is not there", func(text string) error {
		b.results.LeftOut = append(b.results.LeftOut, text)
		return nil
	})
	flag.StringVar(&b.kubeconfig, "kubeconfig", "", "of the cluster")
	flag.StringVar(&b.audit.path, "audit-log", "", "of its API server")
	flag.IntVar(&b.rounds, "rounds", 3, "turns of each controller in each scenario")
	flag.IntVar(&b.workers, "workers", 4, "of each controller")
	flag.IntVar(&b.parents, "parents", 1000, "Widgets with children")
	flag.IntVar(&b.stormRate, "storm-rate", 300, "changes a second, for ten seconds")
	flag.DurationVar(&b.idleWindow, "idle-window", 20*time.Second, "how long to look at controllers at rest, once a round")
	sizes := flag.String("sizes", "1000,10000", "objects to sync")
	scenarios := flag.String("scenarios", "cold,children,storm,relist,idle,failover", "what to measure")
	json := flag.String("json", "", "file for all samples")
	flag.Parse()
	for size := range strings.SplitSeq(*sizes, ",") {
		number, err := strconv.Atoi(size)
		if err != nil {
			return fmt.Errorf("--sizes: %w", err)
		}
		b.sizes = append(b.sizes, number)
	}
	if len(b.controllers) == 0 {
		return fmt.Errorf("--controller is missing")
	}
	var err error
	if b.api, err = newAPI(b.kubeconfig); err != nil {
		return err
	}

	if err := b.api.waitServed(time.Minute); err != nil {
		return err
	}
	b.results.Machine = describe()
	known := map[string]func() error{"cold": func() error { return b.coldSync("ConfigMaps", "Widgets") },
		"cold-widgets": func() error { return b.coldSync("Widgets") }, "children": b.children, "storm": b.storm, "relist": b.relist,
		"idle": b.idle, "failover": b.failover}
	var failed error
	for scenario := range strings.SplitSeq(*scenarios, ",") {
		measure, ok := known[scenario]
		if !ok {
			return fmt.Errorf("--scenarios: there is no %q", scenario)
		}
		if failed = measure(); failed != nil {
			break // what was measured before is shown all the same
		}
	}
	b.noise.report(b.results.Machine)
	b.results.Machine["load after"] = load()
	b.results.Machine["took"] = time.Since(b.started).Round(time.Second).String()
	b.results.print(os.Stdout)
	if *json != "" {
		if err := b.results.writeJSON(*json); err != nil {
			return err
		}
	}
	return failed
}

// restSize is the number of Widgets that scenarios other than cold sync are measured with.
func (b *bench) restSize() int {
	fitting := slices.DeleteFunc(slices.Clone(b.sizes), func(size int) bool { return size > 10000 })
	if len(fitting) == 0 {
		return slices.Min(b.sizes)
	}
	return slices.Max(fitting)
}
