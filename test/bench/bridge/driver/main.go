// driver starts each bridge in front of the same stdio server on this machine, in turns within each round, and measures it:
//
//	driver -bridge 'mcp-bridge=COMMAND' -bridge 'supergateway=COMMAND' ...
//
// In a COMMAND, {port} is where it has to listen on 127.0.0.1 and speak MCP at /mcp.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"time"
)

// bridge is a program to measure; with several processes of the server, one a session, it says so in its name.
type bridge struct {
	name    string
	command []string
}

type bridges []bridge

func (b *bridges) String() string { return fmt.Sprint(*b) }

func (b *bridges) Set(text string) error {
	name, command, found := strings.Cut(text, "=")
	if !found {
		return fmt.Errorf("%q is not NAME=COMMAND", text)
	}
	*b = append(*b, bridge{name, strings.Split(command, "|")})
	return nil
}

func main() {
	var all bridges
	flag.Var(&all, "bridge", "NAME=PROGRAM|ARGUMENT|..., may be repeated")
	rounds := flag.Int("rounds", 3, "how often each is measured")
	window := flag.Duration("window", 3*time.Second, "how long each load lasts")
	text := flag.String("text", "", "file for the table")
	json := flag.String("json", "", "file for all samples")
	leftOut := flag.String("left-out", "", "what was left out and why, separated by ;")
	flag.Parse()

	results := newReport(*rounds, *window, *leftOut)
	for round := 1; round <= *rounds; round++ {
		for _, each := range all {
			fmt.Fprintf(os.Stderr, "round %d of %d: %s\n", round, *rounds, each.name)
			if err := measure(each, *window, results); err != nil {
				fmt.Fprintf(os.Stderr, "%s: %v\n", each.name, err)
				os.Exit(1)
			}
		}
	}
	if err := results.write(*text, *json); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// measure takes one turn of one bridge: started, resting with a session, loaded by 1 and by 16 clients, with 50 sessions.
func measure(b bridge, window time.Duration, results *report) error {
	began := time.Now()
	p, err := start(b.command)
	if err != nil {
		return err
	}
	defer p.stop()
	first, err := p.firstSession(30 * time.Second)
	if err != nil {
		return err
	}
	results.add("start to the first session", "ms", b.name, float64(time.Since(began).Microseconds())/1000)
	if err := first.call(0); err != nil {
		return err
	}
	time.Sleep(200 * time.Millisecond) // What it does after an answer belongs to rest.
	results.add("resident with one session", "MB", b.name, p.resident())
	for _, clients := range []int{1, 16} {
		took, rate, err := load(p.url, clients, window)
		if err != nil {
			return err
		}
		results.add(fmt.Sprintf("tools/call, %d clients", clients), "1/s", b.name, rate)
		results.add(fmt.Sprintf("tools/call, %d clients, median", clients), "ms", b.name, quantile(took, 0.5))
		results.add(fmt.Sprintf("tools/call, %d clients, 99th percentile", clients), "ms", b.name, quantile(took, 0.99))
	}
	results.add("resident after that", "MB", b.name, p.resident())
	results.add("processes of the server after that", "", b.name, float64(p.children()))
	return nil
}
