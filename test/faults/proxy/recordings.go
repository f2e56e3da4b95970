package main

import (
	"bytes"
	"io"
	"net/http"
	"sync"
)

const maxRecording = 16 << 20 // bytes

// Recordings keep, by path and selectors, the first watch and the first list: the past that a replay takes
// clients back to.
type Recordings struct {
	mutex  sync.Mutex
	byPath map[string]*Recording
}

func NewRecordings() *Recordings { return &Recordings{byPath: map[string]*Recording{}} }

// Recording is a list's body as one frame, or the frames of a watch.
type Recording struct {
	watch  bool
	mutex  sync.Mutex
	size   int
	frames [][]byte
}

func keyOf(request *Request) string {
	query := request.HTTP.URL.Query()
	key := "list "
	if request.Watch {
		key = "watch "
	}
	return key + request.HTTP.URL.Path + " " + query.Get("labelSelector") + " " + query.Get("fieldSelector")
}

// Begin answers nil when there is a recording already.
func (r *Recordings) Begin(request *Request) *Recording {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	key := keyOf(request)
	if r.byPath[key] != nil {
		return nil
	}
	recording := &Recording{watch: request.Watch}
	r.byPath[key] = recording
	return recording
}

func (r *Recordings) Find(request *Request) *Recording {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.byPath[keyOf(request)]
}

// Tee records the body of a list while it is read.
func (r *Recordings) Tee(request *Request, body io.ReadCloser) io.ReadCloser {
	recording := r.Begin(request)
	if recording == nil {
		return body
	}
	return struct {
		io.Reader
		io.Closer
	}{io.TeeReader(body, recording), body}
}

func (r *Recording) Add(frame []byte) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.size += len(frame); r.size <= maxRecording {
		r.frames = append(r.frames, bytes.Clone(frame))
	}
}

func (r *Recording) Write(bytes []byte) (int, error) {
	r.Add(bytes)
	return len(bytes), nil
}

// prefix is the initial events with the bookmark that ends them, and `changes` frames more.
func (r *Recording) prefix(changes int) [][]byte {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if !r.watch {
		return r.frames
	}
	for i, frame := range r.frames {
		if bytes.Contains(frame, []byte("k8s.io/initial-events-end")) {
			return r.frames[:min(i+1+changes, len(r.frames))]
		}
	}
	return r.frames[:min(changes, len(r.frames))]
}

// Play answers a request out of the recording.
func (r *Recording) Play(w http.ResponseWriter, strike *Strike) {
	w.Header().Set("Content-Type", "application/json")
	for _, frame := range r.prefix(strike.Replay.Changes) {
		_, _ = w.Write(frame)
	}
	_ = http.NewResponseController(w).Flush()
	if r.watch {
		strike.wait(strike.Replay.Hold)
	}
}
