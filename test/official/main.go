// official holds the registry to the code of the official MCP registry: its types, its publisher, its schemas.
//
//	official URL PUBLISHER SCHEMAS UPSTREAM DATABASE FOLLOWER
//
// The registry at URL is empty; PUBLISHER is the official publisher; SCHEMAS the folder of the published schemas.
// UPSTREAM is the official registry itself, which may have the DATABASE, and FOLLOWER our program, which takes in what it has. Prints "ok" or
// "FAIL" for each sentence, and "official: N passed, N failed".
package main

import (
	"fmt"
	"os"
	"strings"
)

type test struct {
	sentence string
	run      func(*client) error
}

func main() {
	if len(os.Args) != 7 {
		fmt.Fprintln(os.Stderr, "usage: official URL PUBLISHER SCHEMAS UPSTREAM DATABASE FOLLOWER")
		os.Exit(2)
	}
	c := &client{base: os.Args[1]}
	tests := append(apiTests, publisherTests(os.Args[1], os.Args[2])...)
	tests = append(tests, schemaTests(os.Args[3])...)
	upstreams, finish := upstreamTests(os.Args[4], os.Args[5], os.Args[6])
	tests = append(tests, upstreams...)
	passed, failed := 0, 0
	for _, t := range tests {
		if err := t.run(c); err != nil {
			first, rest, _ := strings.Cut(err.Error(), "\n")
			fmt.Printf("FAIL  %s: %s\n%s\n", t.sentence, first, rest)
			failed++
			continue
		}
		fmt.Printf("ok    %s\n", t.sentence)
		passed++
	}
	finish()
	fmt.Printf("official: %d passed, %d failed\n", passed, failed)
	if failed > 0 {
		os.Exit(1)
	}
}
