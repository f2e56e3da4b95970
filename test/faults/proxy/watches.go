package main

import (
	"context"
	"sync"
)

// Watches are those that are open. The zero value has none. Safe for use by several goroutines.
type Watches struct {
	mutex sync.Mutex
	next  uint64
	open  map[uint64]context.CancelFunc
}

// Begin answers the context of a watch, which Cut ends, and what to call when the watch has ended.
func (w *Watches) Begin(parent context.Context) (context.Context, context.CancelFunc) {
	watch, cut := context.WithCancel(parent)
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.open == nil {
		w.open = map[uint64]context.CancelFunc{}
	}
	w.next++
	id := w.next
	w.open[id] = cut
	return watch, func() {
		w.mutex.Lock()
		defer w.mutex.Unlock()
		delete(w.open, id)
		cut()
	}
}

// Cut breaks the connections of all that are open, so that rules of watches meet them when they come again.
func (w *Watches) Cut() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for _, cut := range w.open {
		cut()
	}
}
