package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}

func postOne(url, token, body string) error {
	request, err := http.NewRequest("POST", url, strings.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode/100 != 2 {
		err = fmt.Errorf("%s answers %d: %s", url, answer.StatusCode, text[:min(len(text), 300)])
	}
	return err
}

// Sends the documents from..to, with so many clients at once.
func post(clients, from, to int, url, token string, document func(int) string) error {
	next := atomic.Int64{}
	next.Store(int64(from))
	return together(clients, func() error {
		for {
			i := int(next.Add(1)) - 1
			if i >= to {
				return nil
			}
			if err := postOne(url, token, document(i)); err != nil {
				return err
			}
		}
	})
}

func together(workers int, work func() error) error {
	errors := make([]error, workers)
	var group sync.WaitGroup
	for i := range workers {
		group.Add(1)
		go func() {
			defer group.Done()
			errors[i] = work()
		}()
	}
	group.Wait()
	for _, err := range errors {
		if err != nil {
			return err
		}
	}
	return nil
}

// Writes per second that were answered.
func writeRate(clients int, window time.Duration, write func(number int64) error) (float64, error) {
	var done atomic.Int64
	begin := time.Now()
	err := together(clients, func() error {
		for time.Since(begin) < window {
			if err := write(counter.Add(1)); err != nil {
				return err
			}
			done.Add(1)
		}
		return nil
	})
	return float64(done.Load()) / time.Since(begin).Seconds(), err
}

var counter atomic.Int64 // Names what is written, so that nothing is written twice.

// Reads per second, by wrk.
func readRate(connections int, window time.Duration, url string) (float64, error) {
	seconds := max(1, int(window.Seconds()+0.5))
	out, err := exec.Command("wrk", "-t1", "-c"+strconv.Itoa(connections), "-d"+strconv.Itoa(seconds)+"s", url).CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("wrk: %s", out)
	}
	if bytes.Contains(out, []byte("Non-2xx")) {
		return 0, fmt.Errorf("not every answer of %s was good: %s", url, out)
	}
	for _, line := range strings.Split(string(out), "\n") {
		if rest, found := strings.CutPrefix(line, "Requests/sec:"); found {
			return strconv.ParseFloat(strings.TrimSpace(rest), 64)
		}
	}
	return 0, fmt.Errorf("wrk says nothing: %s", out)
}

func fetch(url, file string) error {
	answer, err := http.Get(url)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %d (%v)", url, answer.StatusCode, err)
	}
	return os.WriteFile(file, text, 0o644)
}
