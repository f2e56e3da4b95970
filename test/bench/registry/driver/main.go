// Measures MCP registries side by side: this project's on files and on PostgreSQL (with and without Redis for its starts), the
// official registry, and nginx serving the same bytes from files. ../README.md in the folder above says what is measured.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"time"
)

type settings struct {
	registry   string // The program mcp-registry.
	official   string // The official registry's; empty when it could not be built.
	postgres   string // postgres.sh.
	tools      int
	large      int
	rounds     int
	window     time.Duration
	work       string
	connection []int
}

func main() {
	var s settings
	var seconds float64
	var leftOut, textFile, jsonFile, connections string
	flag.StringVar(&s.registry, "registry", "", "the program mcp-registry")
	flag.StringVar(&s.official, "official", "", "the official registry's program")
	flag.StringVar(&s.postgres, "postgres", "", "the script that runs a PostgreSQL server")
	flag.IntVar(&s.tools, "tools", 10_000, "tools and servers while reads are measured")
	flag.IntVar(&s.large, "large", 100_000, "tools for the larger start; 0 for none")
	flag.IntVar(&s.rounds, "rounds", 3, "rounds")
	flag.Float64Var(&seconds, "seconds", 2, "length of one measurement")
	flag.StringVar(&connections, "connections", "16,256", "how many connections read at once")
	flag.StringVar(&leftOut, "left-out", "", "peers that are missing, and why, with ; between")
	flag.StringVar(&textFile, "text", "", "where the table goes")
	flag.StringVar(&jsonFile, "json", "", "where all samples go")
	flag.Parse()
	s.window = time.Duration(seconds * float64(time.Second))
	for _, word := range strings.Split(connections, ",") {
		var count int
		if _, err := fmt.Sscan(word, &count); err != nil {
			fail(err)
		}
		s.connection = append(s.connection, count)
	}
	var err error
	if s.work, err = os.MkdirTemp("", "registry-bench-"); err != nil {
		fail(err)
	}
	report := newReport(s, leftOut)
	err = measure(s, report)
	os.RemoveAll(s.work)
	if err == nil {
		err = report.write(textFile, jsonFile)
	}
	if err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "bench:", err)
	os.Exit(1)
}

func say(format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, time.Now().Format("15:04:05 ")+format+"\n", arguments...)
}

func measure(s settings, r *report) error {
	database, err := startPostgres(s.postgres)
	if err != nil {
		return err
	}
	defer database.stop()
	cache, err := startRedis(s.work)
	if err != nil {
		return err
	}
	defer cache.stop()

	files, rows, cached, err := makeOurs(s, "ours", database, cache)
	if err != nil {
		return err
	}
	official := &official{settings: s, database: database}
	if err := measureStarts(s, r, "empty", []*ours{files, rows}, nil); err != nil {
		return err
	}
	say("seeding %d tools", s.tools)
	for _, each := range []*ours{files, rows} {
		if err := each.fillTools(0, s.tools); err != nil {
			return err
		}
	}
	if err := measureStarts(s, r, count(s.tools)+" tools", []*ours{files, rows}, nil); err != nil {
		return err
	}
	say("seeding %d servers", s.tools)
	for _, each := range []*ours{files, rows} {
		if err := each.fillServers(s.tools); err != nil {
			return err
		}
	}
	if s.official != "" {
		if err := database.create("official"); err != nil {
			return err
		}
		if err := official.fill(s.tools); err != nil {
			// The others are worth measuring without it.
			r.leftOut = append(r.leftOut, "official registry: "+err.Error())
			official = nil
		}
	} else {
		official = nil
	}
	if err := cached.fillCache(); err != nil {
		return err
	}
	if err := measureStarts(s, r, count(s.tools)+" tools and servers", []*ours{files, rows, cached}, official); err != nil {
		return err
	}
	if err := measureReads(s, r, files, rows, official); err != nil {
		return err
	}
	if err := measureWrites(s, r, files, rows, official); err != nil {
		return err
	}
	if s.large == 0 {
		return nil
	}
	say("seeding %d tools", s.large)
	files, rows, cached, err = makeOurs(s, "large", database, cache)
	if err != nil {
		return err
	}
	for _, each := range []*ours{files, rows} {
		if err := each.fillTools(0, s.large); err != nil {
			return err
		}
	}
	if err := cached.fillCache(); err != nil {
		return err
	}
	return measureStarts(s, r, count(s.large)+" tools", []*ours{files, rows, cached}, nil)
}

func count(number int) string {
	if number%1000 == 0 {
		return fmt.Sprintf("%dk", number/1000)
	}
	return fmt.Sprint(number)
}
