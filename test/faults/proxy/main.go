// Command proxy stands between a client and a Kubernetes API server and breaks what passes, as a plan says.
//
//	proxy --kubeconfig FILE --write-kubeconfig FILE --log FILE [--plan FILE] [--seed N]
//	proxy check PLAN...
//
// It listens on loopback with a certificate of its own making and admits only the token in the kubeconfig that it
// writes. Onward it is whoever --kubeconfig says. PUT /faults/plan takes another plan in.
package main

import (
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	stdlog "log"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"time"
)

// Connections that break are what this program is for: they are no news.
var discard = stdlog.New(io.Discard, "", 0)

func main() {
	var err error
	if len(os.Args) > 1 && os.Args[1] == "check" {
		err = check(os.Args[2:])
	} else {
		err = serve(os.Args[1:])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "proxy:", err)
		os.Exit(1)
	}
}

func check(files []string) error {
	if len(files) == 0 {
		return errors.New("usage: proxy check PLAN...")
	}
	var wrong []error
	for _, file := range files {
		if _, err := ReadPlan(file); err != nil {
			wrong = append(wrong, err)
		}
	}
	return errors.Join(wrong...)
}

func serve(arguments []string) error {
	flags := flag.NewFlagSet("proxy", flag.ContinueOnError)
	onward := flags.String("kubeconfig", "", "kubeconfig `file` of the API server, with a client certificate")
	written := flags.String("write-kubeconfig", "", "`file` to write, once ready: a kubeconfig of this proxy")
	logFile := flags.String("log", "", "`file` to append requests and faults to, as JSON lines")
	planFile := flags.String("plan", "", "`file` with the plan to begin with; else nothing is broken")
	seed := flags.Uint64("seed", 0, "of all randomness; 0 takes one from the clock")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if *onward == "" || *written == "" || *logFile == "" || flags.NArg() > 0 {
		return errors.New("--kubeconfig, --write-kubeconfig and --log are needed, and nothing else but flags")
	}
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	plan := &Plan{Description: "nothing is broken"}
	if *planFile != "" {
		var err error
		if plan, err = ReadPlan(*planFile); err != nil {
			return err
		}
	}
	server, err := ReadKubeconfig(*onward)
	if err != nil {
		return err
	}
	log, err := OpenLog(*logFile)
	if err != nil {
		return err
	}
	log.Write(Entry{Event: "start", Seed: *seed})
	fmt.Fprintln(os.Stderr, "proxy: seed", *seed)

	identity, err := NewIdentity()
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	striker := NewStriker(plan, rand.New(rand.NewPCG(*seed, 0)), log)
	proxy := &http.Server{
		Handler:   NewHandler(server, identity.Token, striker, log),
		TLSConfig: identity.TLS,
		// HTTP/1.1 only: a fault is to a connection, and must not hit the requests beside it.
		TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){},
		ErrorLog:     discard,
	}
	if err := WriteKubeconfig(*written, listener.Addr().String(), identity); err != nil {
		return err
	}
	return proxy.ServeTLS(listener, "", "")
}
