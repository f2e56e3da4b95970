package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"sort"
	"strings"
	"time"
)

var columns = []string{"files", "postgresql", "postgresql+redis", "nginx", "official", "fsync each"}

// What a rate is held against, the first that was measured.
var references = []string{"nginx", "fsync each", "official"}

type row struct {
	Scenario string               `json:"scenario"`
	Unit     string               `json:"unit"`
	Samples  map[string][]float64 `json:"samples"`
}

type report struct {
	settings settings
	rows     []*row
	leftOut  []string
	pace     []float64 // Milliseconds for a fixed piece of work, before each scenario: the machine's noise.
	began    time.Time
}

func newReport(s settings, leftOut string) *report {
	r := &report{settings: s, began: time.Now()}
	for _, line := range strings.Split(leftOut, ";") {
		if line != "" {
			r.leftOut = append(r.leftOut, line)
		}
	}
	return r
}

func (r *report) add(scenario, unit, subject string, value float64) {
	for _, each := range r.rows {
		if each.Scenario == scenario {
			each.Samples[subject] = append(each.Samples[subject], value)
			return
		}
	}
	r.rows = append(r.rows, &row{scenario, unit, map[string][]float64{subject: {value}}})
	r.pace = append(r.pace, paceOfMachine())
}

func paceOfMachine() float64 {
	begin := time.Now()
	sum := uint64(1)
	for i := uint64(0); i < 50_000_000; i++ {
		sum = sum*6364136223846793005 + i
	}
	if sum == 0 {
		fmt.Fprintln(os.Stderr)
	}
	return float64(time.Since(begin).Microseconds()) / 1000
}

func median(samples []float64) float64 {
	sorted := append([]float64(nil), samples...)
	sort.Float64s(sorted)
	return sorted[len(sorted)/2]
}

func number(value float64) string {
	if value >= 100 || value == float64(int(value)) {
		return fmt.Sprintf("%.0f", value)
	}
	return fmt.Sprintf("%.1f", value)
}

func (r *report) table(out io.Writer) {
	fmt.Fprintln(out, "medians; of rates, in brackets the ratio to nginx, to a sync for each write, or to the official registry")
	fmt.Fprintf(out, "%-46s %-5s", "", "")
	for _, column := range columns {
		fmt.Fprintf(out, " %18s", column)
	}
	fmt.Fprintln(out)
	for _, each := range r.rows {
		fmt.Fprintf(out, "%-46s %-5s", each.Scenario, each.Unit)
		reference := 0.0
		var against string
		for _, name := range references {
			if samples := each.Samples[name]; len(samples) > 0 && reference == 0 && each.Unit == "1/s" {
				reference, against = median(samples), name
			}
		}
		for _, column := range columns {
			samples := each.Samples[column]
			if len(samples) == 0 {
				fmt.Fprintf(out, " %18s", "-")
				continue
			}
			text := number(median(samples))
			if reference > 0 && column != against {
				text += fmt.Sprintf(" (%.2f)", median(samples)/reference)
			}
			fmt.Fprintf(out, " %18s", text)
		}
		fmt.Fprintln(out)
	}
	sort.Float64s(r.pace)
	fmt.Fprintf(out, "\n%d processors, %d rounds of %v, %d tools and servers; it took %v\n", runtime.NumCPU(), r.settings.rounds,
		r.settings.window, r.settings.tools, time.Since(r.began).Round(time.Second))
	fmt.Fprintf(out, "noise: a fixed piece of work took %.0f to %.0f ms (median %.0f)\n", r.pace[0], r.pace[len(r.pace)-1],
		median(r.pace))
	fmt.Fprintf(out, "noise: between its smallest and largest sample a cell spreads by %s of its median\n", r.spread())
	for _, line := range r.leftOut {
		fmt.Fprintln(out, "left out:", line)
	}
}

// The median and the largest spread of all cells of rates and times.
func (r *report) spread() string {
	var spreads []float64
	for _, each := range r.rows {
		if each.Unit == "MB" || each.Unit == "rows" {
			continue
		}
		for _, samples := range each.Samples {
			sorted := append([]float64(nil), samples...)
			sort.Float64s(sorted)
			spreads = append(spreads, (sorted[len(sorted)-1]-sorted[0])/median(sorted))
		}
	}
	sort.Float64s(spreads)
	return fmt.Sprintf("%.0f%% (the worst by %.0f%%)", 100*median(spreads), 100*spreads[len(spreads)-1])
}

func (r *report) write(textFile, jsonFile string) error {
	r.table(os.Stdout)
	if textFile != "" {
		out, err := os.Create(textFile)
		if err != nil {
			return err
		}
		r.table(out)
		if err := out.Close(); err != nil {
			return err
		}
	}
	if jsonFile == "" {
		return nil
	}
	text, err := json.MarshalIndent(map[string]any{"rows": r.rows, "leftOut": r.leftOut, "pace": r.pace,
		"rounds": r.settings.rounds, "seconds": r.settings.window.Seconds(), "tools": r.settings.tools, "large": r.settings.large}, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(jsonFile, append(text, '\n'), 0o644)
}
