package main

import (
	"encoding/json"
	"os"
	"sync"
	"time"
)

// Entry is a line of the log. No header and no body is ever in it: they may hold secrets.
type Entry struct {
	Time  string `json:"time"`
	Event string `json:"event"` // start, plan, request, response, fault, end

	ID     uint64 `json:"id,omitempty"` // of a request, and of all that follows from it
	Method string `json:"method,omitempty"`
	Path   string `json:"path,omitempty"`
	Query  string `json:"query,omitempty"`
	Agent  string `json:"agent,omitempty"`
	Watch  bool   `json:"watch,omitempty"`
	Write  bool   `json:"write,omitempty"`

	Status int `json:"status,omitempty"` // of a response: what the API server said
	Frames int `json:"frames,omitempty"` // of the end of a watch: what the client was sent

	Rule  *int   `json:"rule,omitempty"` // of a fault: its rule's place in the plan, from 0
	Fault string `json:"fault,omitempty"`

	Description string `json:"description,omitempty"` // of a plan
	Rules       int    `json:"rules,omitempty"`
	Seed        uint64 `json:"seed,omitempty"`
}

// Log is safe for use by several goroutines. A line is in the file before what it tells of goes on.
type Log struct {
	mutex sync.Mutex
	file  *os.File
}

func OpenLog(name string) (*Log, error) {
	file, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	return &Log{file: file}, err
}

func (l *Log) Write(entry Entry) {
	entry.Time = time.Now().UTC().Format(time.RFC3339Nano)
	line, err := json.Marshal(entry)
	if err != nil {
		panic(err) // strings and numbers only
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if _, err := l.file.Write(append(line, '\n')); err != nil {
		panic(err) // a test that cannot see what was done must not go on
	}
}
