// Command probe is the one program in the pods of test.sh.
//
//	probe serve FOLDER   adds a line to FOLDER/starts, then serves FOLDER on port 8080
//	probe get URL        prints what URL answers within two seconds
//	probe wait           does nothing until it is killed
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	var err error
	switch strings.Join(os.Args[1:min(2, len(os.Args))], "") {
	case "serve":
		err = serve(os.Args[2])
	case "get":
		err = get(os.Args[2])
	case "wait":
		time.Sleep(time.Hour)
	default:
		err = fmt.Errorf("usage: probe serve FOLDER | get URL | wait")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "probe:", err)
		os.Exit(1)
	}
}

func serve(folder string) error {
	starts, err := os.OpenFile(filepath.Join(folder, "starts"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(starts, time.Now().Format(time.RFC3339)); err != nil {
		return err
	}
	if err := starts.Close(); err != nil {
		return err
	}
	return http.ListenAndServe(":8080", http.FileServer(http.Dir(folder)))
}

func get(url string) error {
	dialer := net.Dialer{Timeout: time.Second} // shorter than the whole, so that the error names what did not answer
	client := http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DialContext: dialer.DialContext}}
	response, err := client.Get(url)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, response.Status)
	}
	_, err = io.Copy(os.Stdout, response.Body)
	return err
}
