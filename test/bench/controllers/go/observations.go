package main

import (
	"encoding/json"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// observations is what the controller tells the driver, a line of JSON each.
type observations struct {
	expected uint64 // passes after which to say "settled"; 0: never
	passes   atomic.Uint64

	mutex           sync.Mutex
	passed          sync.Cond
	awaited         uint64
	collectingSince int64 // nanoseconds of the system clock; 0: not collecting
	expectedChanges int
	latencies       []int64 // nanoseconds
}

type message struct {
	Event     string  `json:"event"`
	Count     uint64  `json:"count,omitempty"`
	Longest   int64   `json:"longest,omitempty"`
	Latencies []int64 `json:"latencies,omitempty"`
}

func newObservations(expected uint64) *observations {
	o := &observations{expected: expected}
	o.passed.L = &o.mutex
	return o
}

func (o *observations) reconciled() {
	passes := o.passes.Add(1)
	if passes == o.expected {
		say(message{Event: "settled"})
	}
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if o.awaited != 0 && passes >= o.awaited {
		o.passed.Broadcast()
	}
}

// changed records that a pass saw the change that the driver made at sent.
func (o *observations) changed(sent string) {
	at := time.Now().UnixNano()
	since, _ := strconv.ParseInt(sent, 10, 64)
	o.mutex.Lock()
	if o.collectingSince == 0 || since < o.collectingSince {
		o.mutex.Unlock()
		return
	}
	o.latencies = append(o.latencies, at-since)
	complete := len(o.latencies) == o.expectedChanges
	o.mutex.Unlock()
	if complete {
		o.reportChanges()
	}
}

func (o *observations) collectChanges(expected int) {
	o.mutex.Lock()
	o.latencies = make([]int64, 0, expected)
	o.expectedChanges = expected
	o.collectingSince = time.Now().UnixNano()
	o.mutex.Unlock()
	say(message{Event: "collecting"})
}

func (o *observations) reportChanges() {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.collectingSince = 0
	say(message{Event: "changes", Latencies: o.latencies})
}

func (o *observations) waitForPasses(count uint64) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.awaited = count
	for o.passes.Load() < count {
		o.passed.Wait()
	}
	o.awaited = 0
}

var standardOutput sync.Mutex

func say(m message) {
	line, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	standardOutput.Lock()
	defer standardOutput.Unlock()
	_, _ = os.Stdout.Write(append(line, '\n'))
}
