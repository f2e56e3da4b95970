package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"regexp"
	"time"

	"go.yaml.in/yaml/v3"
)

// Plan is an ordered list of rules; a request is struck by the first rule that is due. README.md says the same to
// who writes one.
type Plan struct {
	Description string  `yaml:"description"`
	Rules       []*Rule `yaml:"rules"`
}

type Rule struct {
	Match Match `yaml:"match"`
	Fault Fault `yaml:"fault"`

	matched int // requests so far
	struck  int
}

// Match says which requests; what is left out is any.
type Match struct {
	Method    string  `yaml:"method"`
	Path      *Regexp `yaml:"path"`
	UserAgent *Regexp `yaml:"userAgent"`
	Watch     *bool   `yaml:"watch"`
	Write     *bool   `yaml:"write"`
	Nth       int     `yaml:"nth"`    // the first that is struck, from 1
	Count     int     `yaml:"count"`  // how many are; 0: all from then on
	Chance    float64 `yaml:"chance"` // of each; 0: struck for certain
}

// Fault is one of these.
type Fault struct {
	Delay     *Delay  `yaml:"delay"`
	Drop      *Point  `yaml:"drop"`
	BlackHole *Point  `yaml:"blackHole"`
	Answer    *Answer `yaml:"answer"`
	Replay    *Replay `yaml:"replay"`

	// Of a watch.
	Slow      *Delay  `yaml:"slow"`
	Duplicate *Frames `yaml:"duplicate"`
	Split     *Split  `yaml:"split"`
	Cut       *Frames `yaml:"cut"`
	Truncate  *Frames `yaml:"truncate"`
	Freeze    *Frames `yaml:"freeze"`
	Expire    *Frames `yaml:"expire"`
}

// Delay is Time, and at random up to Jitter more.
type Delay struct {
	Time   time.Duration `yaml:"time"`
	Jitter time.Duration `yaml:"jitter"`
}

// Point is where on its way a request is struck.
type Point struct {
	At string `yaml:"at"` // "request": before the API server has it; "response": after it has answered
}

type Answer struct {
	Status     int    `yaml:"status"`
	Reason     string `yaml:"reason"`     // of the Status object
	RetryAfter int    `yaml:"retryAfter"` // seconds; 0: no such header
}

// Replay answers a list or watch with what another one of the same path and selectors got before.
type Replay struct {
	Changes int           `yaml:"changes"` // of a watch: frames after its initial events
	Hold    time.Duration `yaml:"hold"`    // how long the stream then stays open, silent
}

type Frames struct {
	After int `yaml:"after"` // frames that pass as they are
}

type Split struct {
	Bytes int           `yaml:"bytes"` // of a piece, at most
	UTF8  bool          `yaml:"utf8"`  // only, and always, inside of a character
	Pause time.Duration `yaml:"pause"` // between pieces
}

// Regexp is unanchored.
type Regexp struct{ *regexp.Regexp }

func (r *Regexp) UnmarshalYAML(node *yaml.Node) (err error) {
	r.Regexp, err = regexp.Compile(node.Value)
	return err
}

func ReadPlan(file string) (*Plan, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	plan, err := ParsePlan(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return plan, nil
}

func ParsePlan(text []byte) (*Plan, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	plan := &Plan{}
	if err := decoder.Decode(plan); err != nil {
		return nil, err
	}
	if plan.Description == "" {
		return nil, errors.New("description: is needed, and says what happens")
	}
	for i, rule := range plan.Rules {
		if rule == nil {
			return nil, fmt.Errorf("rules[%d]: is empty", i)
		}
		if err := rule.validate(); err != nil {
			return nil, fmt.Errorf("rules[%d].%w", i, err)
		}
	}
	return plan, nil
}

func (r *Rule) validate() error {
	names, ofWatch := r.Fault.names()
	switch {
	case len(names) != 1:
		return fmt.Errorf("fault: needs exactly one, has %d %v", len(names), names)
	case ofWatch && (r.Match.Watch == nil || !*r.Match.Watch):
		return fmt.Errorf("fault.%s: is one of watches only: add match.watch: true", names[0])
	case r.Match.Nth < 0 || r.Match.Count < 0 || r.Match.Chance < 0 || r.Match.Chance > 1:
		return errors.New("match: nth and count must not be negative, chance is from 0 to 1")
	}
	for _, point := range []*Point{r.Fault.Drop, r.Fault.BlackHole} {
		if point != nil && point.At != "request" && point.At != "response" {
			return fmt.Errorf("fault.%s.at: is %q, must be request or response", names[0], point.At)
		}
	}
	if answer := r.Fault.Answer; answer != nil && (answer.Status < 400 || answer.Status > 599) {
		return fmt.Errorf("fault.answer.status: is %d, must be from 400 to 599", answer.Status)
	}
	if split := r.Fault.Split; split != nil && (split.Bytes > 0) == split.UTF8 {
		return errors.New("fault.split: needs either bytes, above 0, or utf8: true")
	}
	return nil
}

// names lists what is set, and says whether it needs the frames of a watch.
func (f *Fault) names() (names []string, ofWatch bool) {
	for _, fault := range []struct {
		name    string
		set     bool
		ofWatch bool
	}{
		{"delay", f.Delay != nil, false}, {"drop", f.Drop != nil, false}, {"blackHole", f.BlackHole != nil, false},
		{"answer", f.Answer != nil, false}, {"replay", f.Replay != nil, false}, {"slow", f.Slow != nil, true},
		{"duplicate", f.Duplicate != nil, true}, {"split", f.Split != nil, true}, {"cut", f.Cut != nil, true},
		{"truncate", f.Truncate != nil, true}, {"freeze", f.Freeze != nil, true}, {"expire", f.Expire != nil, true},
	} {
		if fault.set {
			names = append(names, fault.name)
			ofWatch = ofWatch || fault.ofWatch
		}
	}
	return names, ofWatch
}
