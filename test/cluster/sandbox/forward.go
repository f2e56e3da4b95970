package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"time"
)

// forward hands every connection of listener to target, for as long as the process lives.
func forward(listener net.Listener, target string) {
	for {
		client, err := listener.Accept()
		if err != nil { // out of descriptors: connections that end free some
			fmt.Fprintln(os.Stderr, "sandbox: accept:", err)
			time.Sleep(100 * time.Millisecond)
			continue
		}
		go func() {
			defer client.Close()
			server, err := net.DialTimeout("tcp4", target, 5*time.Second)
			if err != nil {
				return // the client sees a closed connection, as it would from a server that is not up
			}
			defer server.Close()
			relay(client.(*net.TCPConn), server.(*net.TCPConn))
		}()
	}
}

// relay copies both ways until both sides have finished; an end of stream is passed on alone, a failure ends both.
func relay(a, b *net.TCPConn) {
	done := make(chan struct{}, 2)
	pass := func(to, from *net.TCPConn) {
		if _, err := io.Copy(to, from); err != nil {
			to.Close()
			from.Close()
		} else {
			to.CloseWrite()
		}
		done <- struct{}{}
	}
	go pass(a, b)
	go pass(b, a)
	<-done
	<-done
}
