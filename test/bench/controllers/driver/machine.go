package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// noise follows what else the machine does, and how steadily it works.
type noise struct {
	busy  []float64 // percent of all processors, while nothing is measured
	fixed []float64 // milliseconds that a fixed piece of work took
}

func (n *noise) sample() {
	before, idleBefore := ticks()
	time.Sleep(500 * time.Millisecond)
	after, idleAfter := ticks()
	n.busy = append(n.busy, 100*(1-float64(idleAfter-idleBefore)/float64(max(1, after-before))))
	data := make([]byte, 32<<20)
	start := time.Now()
	sha256.Sum256(data)
	n.fixed = append(n.fixed, float64(time.Since(start).Microseconds())/1000)
}

func (n *noise) report(machine map[string]any) {
	if len(n.busy) == 0 {
		return
	}
	machine["noise: busy before each run, percent of all processors"] = spread(n.busy)
	machine["noise: a fixed piece of work, ms"] = spread(n.fixed)
}

// ticks answers all ticks of all processors, and those that were idle.
func ticks() (all, idle uint64) {
	text, _ := os.ReadFile("/proc/stat")
	line, _, _ := strings.Cut(string(text), "\n")
	for i, field := range strings.Fields(line)[1:] {
		value, _ := strconv.ParseUint(field, 10, 64)
		if i < 8 { // guest time is counted in user time already
			all += value
		}
		if i == 3 || i == 4 {
			idle += value
		}
	}
	return all, idle
}

func load() string {
	text, _ := os.ReadFile("/proc/loadavg")
	return strings.Join(strings.Fields(string(text))[:3], " ")
}

func describe() map[string]any {
	model := "unknown"
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			model = strings.TrimSpace(value)
			break
		}
	}
	return map[string]any{"machine": fmt.Sprintf("%d processors, %s", runtime.NumCPU(), model), "load before": load()}
}
