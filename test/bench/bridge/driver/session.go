package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"sort"
	"sync"
	"time"
)

var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: 30 * time.Second}

// session is a client's of 2025-06-18, which all bridges speak.
type session struct {
	url, id string
}

const initialize = `{"jsonrpc":"2.0","id":"i","method":"initialize","params":{"protocolVersion":"2025-06-18",` +
	`"capabilities":{},"clientInfo":{"name":"bench","version":"1"}}}`

func open(url string) (*session, error) {
	s := &session{url: url}
	header, _, err := s.post(initialize, `"serverInfo"`)
	if err != nil {
		return nil, err
	}
	s.id = header.Get("Mcp-Session-Id")
	_, _, err = s.post(`{"jsonrpc":"2.0","method":"notifications/initialized"}`, "")
	return s, err
}

// call asks for the weather, and holds the answer against the question.
func (s *session) call(number int) error {
	city := fmt.Sprintf("city-%d", number)
	_, _, err := s.post(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"current",`+
		`"arguments":{"city":"%s"}}}`, number+1, city), city)
	return err
}

func (s *session) close() {
	request, err := http.NewRequest(http.MethodDelete, s.url, nil)
	if err != nil || s.id == "" {
		return
	}
	request.Header.Set("Mcp-Session-Id", s.id)
	if answer, err := client.Do(request); err == nil {
		answer.Body.Close()
	}
}

// post sends a message; the whole answer, JSON or a stream of one event, has to hold `expected`.
func (s *session) post(message, expected string) (http.Header, []byte, error) {
	request, err := http.NewRequest(http.MethodPost, s.url, bytes.NewBufferString(message))
	if err != nil {
		return nil, nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json, text/event-stream")
	if s.id != "" {
		request.Header.Set("Mcp-Session-Id", s.id)
		request.Header.Set("MCP-Protocol-Version", "2025-06-18")
	}
	answer, err := client.Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		return nil, nil, err
	}
	if answer.StatusCode/100 != 2 || !bytes.Contains(body, []byte(expected)) {
		return nil, nil, fmt.Errorf("%s answered with %s: %.300s", s.url, answer.Status, body)
	}
	return answer.Header, body, nil
}

// load has `clients` with a session each call one after another, and answers the milliseconds of each call, and calls a second.
func load(url string, clients int, window time.Duration) (took []float64, rate float64, err error) {
	sessions := make([]*session, clients)
	for i := range sessions {
		if sessions[i], err = open(url); err != nil {
			return nil, 0, err
		}
		defer sessions[i].close()
	}
	var together sync.WaitGroup
	var mutex sync.Mutex
	began := time.Now()
	for number, each := range sessions {
		together.Add(1)
		go func() {
			defer together.Done()
			var own []float64
			var failed error
			for count := 0; time.Since(began) < window && failed == nil; count++ {
				sent := time.Now()
				failed = each.call(number*1_000_000 + count)
				own = append(own, float64(time.Since(sent).Microseconds())/1000)
			}
			mutex.Lock()
			defer mutex.Unlock()
			took = append(took, own...)
			if failed != nil {
				err = failed
			}
		}()
	}
	together.Wait()
	sort.Float64s(took)
	return took, float64(len(took)) / time.Since(began).Seconds(), err
}

// quantile of sorted samples.
func quantile(sorted []float64, part float64) float64 {
	return sorted[min(len(sorted)-1, int(float64(len(sorted))*part))]
}
