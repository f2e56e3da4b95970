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

type row struct {
	Scenario string               `json:"scenario"`
	Unit     string               `json:"unit"`
	Samples  map[string][]float64 `json:"samples"`
}

type report struct {
	rounds  int
	window  time.Duration
	leftOut []string
	rows    []*row
	names   []string // of bridges, the first is the one that the others are held against
}

func newReport(rounds int, window time.Duration, leftOut string) *report {
	r := &report{rounds: rounds, window: window}
	for _, line := range strings.Split(leftOut, ";") {
		if line != "" {
			r.leftOut = append(r.leftOut, line)
		}
	}
	return r
}

func (r *report) add(scenario, unit, name string, value float64) {
	known := false
	for _, each := range r.names {
		known = known || each == name
	}
	if !known {
		r.names = append(r.names, name)
	}
	for _, each := range r.rows {
		if each.Scenario == scenario {
			each.Samples[name] = append(each.Samples[name], value)
			return
		}
	}
	r.rows = append(r.rows, &row{scenario, unit, map[string][]float64{name: {value}}})
}

func median(samples []float64) float64 {
	sorted := append([]float64(nil), samples...)
	sort.Float64s(sorted)
	return sorted[len(sorted)/2]
}

func (r *report) table(out io.Writer) {
	fmt.Fprintln(out, "medians; in brackets the ratio to the first column")
	fmt.Fprintf(out, "%-42s %-4s", "", "")
	for _, name := range r.names {
		fmt.Fprintf(out, " %26s", name)
	}
	fmt.Fprintln(out)
	for _, each := range r.rows {
		fmt.Fprintf(out, "%-42s %-4s", each.Scenario, each.Unit)
		first := 0.0
		for i, name := range r.names {
			value := median(each.Samples[name])
			text := fmt.Sprintf("%.1f", value)
			if i == 0 {
				first = value
			} else if first > 0 {
				text += fmt.Sprintf(" (%.1f)", value/first)
			}
			fmt.Fprintf(out, " %26s", text)
		}
		fmt.Fprintln(out)
	}
	fmt.Fprintf(out, "\n%d processors, %d rounds, loads of %v\n", runtime.NumCPU(), r.rounds, r.window)
	for _, line := range r.leftOut {
		fmt.Fprintln(out, "left out:", line)
	}
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
	text, err := json.MarshalIndent(map[string]any{"rows": r.rows, "leftOut": r.leftOut, "rounds": r.rounds}, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(jsonFile, append(text, '\n'), 0o644)
}
