package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// results are samples by measure and controller, in the order in which the measures were first taken.
type results struct {
	Machine     map[string]any `json:"machine"`
	LeftOut     []string       `json:"leftOut,omitempty"`
	Controllers []string       `json:"controllers"`
	Measures    []*measure     `json:"measures"`
}

type measure struct {
	Scenario string               `json:"scenario"`
	Name     string               `json:"name"`
	Unit     string               `json:"unit"`
	Samples  map[string][]float64 `json:"samples"`
}

func (r *results) add(scenario, name, unit, controller string, value float64) {
	i := slices.IndexFunc(r.Measures, func(m *measure) bool { return m.Scenario == scenario && m.Name == name })
	if i < 0 {
		i = len(r.Measures)
		r.Measures = append(r.Measures, &measure{scenario, name, unit, map[string][]float64{}})
	}
	samples := r.Measures[i].Samples
	samples[controller] = append(samples[controller], value)
}

// leaveOut says, once, why a figure is missing.
func (r *results) leaveOut(reason string) {
	if !slices.Contains(r.LeftOut, reason) {
		r.LeftOut = append(r.LeftOut, reason)
	}
}

func (r *results) writeJSON(path string) error {
	text, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}

// print writes the table: medians with the smallest and largest sample, then the peers' medians by ours.
func (r *results) print(out io.Writer) {
	ours := r.Controllers[0]
	fmt.Fprintf(out, "%-34s", "median (smallest..largest)")
	for _, name := range r.Controllers {
		fmt.Fprintf(out, " %25s", title(name))
	}
	for _, name := range r.Controllers[1:] {
		fmt.Fprintf(out, " %9s", name+"/"+ours)
	}
	fmt.Fprintln(out)
	scenario := ""
	for _, m := range r.Measures {
		if m.Scenario != scenario {
			scenario = m.Scenario
			fmt.Fprintf(out, "\n%s\n", scenario)
		}
		fmt.Fprintf(out, "  %-32s", m.Name+", "+m.Unit)
		for _, name := range r.Controllers {
			fmt.Fprintf(out, " %25s", spread(m.Samples[name]))
		}
		for _, name := range r.Controllers[1:] {
			ratio := "-"
			if len(m.Samples[name]) > 0 && len(m.Samples[ours]) > 0 && median(m.Samples[ours]) > 0 {
				ratio = fmt.Sprintf("%.2f", median(m.Samples[name])/median(m.Samples[ours]))
			}
			fmt.Fprintf(out, " %9s", ratio)
		}
		fmt.Fprintln(out)
	}
	fmt.Fprintln(out)
	keys := make([]string, 0, len(r.Machine))
	for key := range r.Machine {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		fmt.Fprintf(out, "%s: %v\n", key, r.Machine[key])
	}
	for _, reason := range r.LeftOut {
		fmt.Fprintln(out, reason)
	}
}

func title(name string) string {
	switch name {
	case "go":
		return "controller-runtime (go)"
	case "rust":
		return "kube-rs (rust)"
	}
	return "this framework (" + name + ")"
}

func median(samples []float64) float64 {
	sorted := slices.Sorted(slices.Values(samples))
	return sorted[(len(sorted)-1)/2]
}

func percentile(samples []int64, part float64) float64 {
	if len(samples) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(samples))
	return float64(sorted[min(len(sorted)-1, int(part*float64(len(sorted))))])
}

func spread(samples []float64) string {
	if len(samples) == 0 {
		return "-"
	}
	return fmt.Sprintf("%s (%s..%s)", number(median(samples)), number(slices.Min(samples)), number(slices.Max(samples)))
}

func number(value float64) string {
	switch {
	case value >= 1000:
		return fmt.Sprintf("%.0f", value)
	case value >= 100:
		return fmt.Sprintf("%.1f", value)
	}
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.3f", value), "0"), ".")
}
