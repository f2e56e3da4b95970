package main

import (
	"bufio"
	"context"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// takeCommands follows standard input to its end.
func takeCommands(ctx context.Context, mgr ctrl.Manager, r *widgetReconciler) error {
	var reading *reader
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		command, argument, _ := strings.Cut(lines.Text(), " ")
		number, _ := strconv.Atoi(argument)
		switch command {
		case "passes":
			if err := runPasses(ctx, r, number); err != nil {
				return err
			}
		case "collect":
			r.observations.collectChanges(number)
		case "report":
			r.observations.reportChanges()
		case "read":
			namespace, name, _ := strings.Cut(argument, "/")
			reading = startReader(ctx, mgr.GetCache(), types.NamespacedName{Namespace: namespace, Name: name})
			say(message{Event: "reading"})
		case "end-read":
			say(message{Event: "read", Longest: reading.end()})
		}
	}
	return lines.Err()
}

// runPasses wakes every Widget as many times as rounds says, and waits each time until all had their pass.
func runPasses(ctx context.Context, r *widgetReconciler, rounds int) error {
	list := &WidgetList{}
	if err := r.List(ctx, list); err != nil {
		return err
	}
	q := <-r.queue
	r.queue <- q
	before := r.observations.passes.Load()
	for round := 1; round <= rounds; round++ {
		for i := range list.Items {
			q.Add(reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&list.Items[i])})
		}
		r.observations.waitForPasses(before + uint64(round*len(list.Items)))
	}
	say(message{Event: "passes", Count: r.observations.passes.Load() - before})
	return nil
}

// reader reads one object from the cache, over and over: keeps the longest time that took, and says "seen" when the
// driver's change is there.
type reader struct {
	stop atomic.Bool
	done chan int64
}

func startReader(ctx context.Context, cache client.Reader, key types.NamespacedName) *reader {
	r := &reader{done: make(chan int64)}
	go func() {
		var longest time.Duration
		stamp := func() string {
			widget := &Widget{}
			start := time.Now()
			_ = cache.Get(ctx, key, widget)
			longest = max(longest, time.Since(start))
			return widget.Annotations[sentAnnotation]
		}
		before, seen := stamp(), false
		for !r.stop.Load() {
			if stamp() != before && !seen {
				seen = true
				say(message{Event: "seen"})
			}
			time.Sleep(200 * time.Microsecond)
		}
		r.done <- longest.Nanoseconds()
	}()
	return r
}

func (r *reader) end() int64 {
	r.stop.Store(true)
	return <-r.done
}
