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

// How often work was done in a second, by one who waits for each.
func rateOf(window time.Duration, work func() error) (float64, error) {
	done := 0
	begin := time.Now()
	for time.Since(begin) < window {
		if err := work(); err != nil {
			return 0, err
		}
		done++
	}
	return float64(done) / time.Since(begin).Seconds(), nil
}

// What each connection asks, one after the other.
type request struct {
	url      string // Path and query may hold placeholder.
	document string // Sent with POST; may hold placeholder. Empty for GET.
	token    string
}

// Stands for a number that no other request has.
const placeholder = "@NUMBER@"

var scripts atomic.Int64 // Those made so far: each has a million numbers of its own.

type load struct {
	rate     float64 // Requests answered in a second.
	p50, p99 float64 // Microseconds.
}

// Asks by wrk, which takes far less of the processors than a client in Go.
func applyLoad(work string, connections int, window time.Duration, asked request) (load, error) {
	seconds := max(1, int(window.Seconds()+0.5))
	arguments := []string{"--latency", "-t1", "-c" + strconv.Itoa(connections), "-d" + strconv.Itoa(seconds) + "s"}
	if strings.Contains(asked.url+asked.document, placeholder) {
		script := work + "/requests.lua"
		if err := os.WriteFile(script, []byte(luaOf(asked)), 0o600); err != nil {
			return load{}, err
		}
		arguments = append(arguments, "-s", script)
	}
	out, err := exec.Command("wrk", append(arguments, asked.url)...).CombinedOutput()
	if err != nil {
		return load{}, fmt.Errorf("wrk: %s", out)
	}
	if bytes.Contains(out, []byte("Non-2xx")) {
		return load{}, fmt.Errorf("not every answer of %s was good: %s", asked.url, out)
	}
	return readWrk(string(out))
}

func readWrk(out string) (load, error) {
	var seen load
	for _, line := range strings.Split(out, "\n") {
		words := strings.Fields(line)
		if len(words) != 2 {
			continue
		}
		var err error
		switch words[0] {
		case "Requests/sec:":
			seen.rate, err = strconv.ParseFloat(words[1], 64)
		case "50%":
			seen.p50, err = microseconds(words[1])
		case "99%":
			seen.p99, err = microseconds(words[1])
		}
		if err != nil {
			return load{}, err
		}
	}
	if seen.rate == 0 || seen.p50 == 0 || seen.p99 == 0 {
		return load{}, fmt.Errorf("wrk says nothing: %s", out)
	}
	return seen, nil
}

func microseconds(text string) (float64, error) {
	duration, err := time.ParseDuration(text)
	return float64(duration.Nanoseconds()) / 1000, err
}

func luaOf(asked request) string {
	path := asked.url[strings.Index(asked.url[len("http://"):], "/")+len("http://"):]
	headers := `["Content-Type"]="application/json"`
	if asked.token != "" {
		headers += `,["Authorization"]="Bearer ` + asked.token + `"`
	}
	method := "GET"
	if asked.document != "" {
		method = "POST"
	}
	return fmt.Sprintf(`local number = %d
local headers = {%s}
local path, document = [==[%s]==], [==[%s]==]
function request()
  number = number + 1
  local text = string.format("%%d", number)
  return wrk.format("%s", (path:gsub("%s", text)), headers, (document:gsub("%s", text)))
end
`, scripts.Add(1)*1_000_000, headers, path, asked.document, method, placeholder, placeholder)
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
