package main

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httputil"
	"strconv"
	"sync/atomic"
)

const maxPlan = 1 << 20 // bytes

// Handler passes requests on to the API server, struck or not.
type Handler struct {
	token      string
	striker    *Striker
	log        *Log
	recordings *Recordings
	upstream   http.RoundTripper
	proxy      *httputil.ReverseProxy
	requests   atomic.Uint64
	watches    Watches
}

func NewHandler(server *Server, token string, striker *Striker, log *Log) *Handler {
	h := &Handler{token: token, striker: striker, log: log, recordings: NewRecordings(), upstream: server.Transport}
	h.proxy = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(server.URL)
			r.Out.Header.Del("Authorization")
			r.Out.Header.Del("Accept-Encoding") // frames are to be seen
		},
		Transport:     h,
		FlushInterval: -1,
		ErrorLog:      discard,
		// What breaks onward breaks towards the client: no answer of the API server is made up.
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}
	return h
}

type exchangeKey struct{}

// exchange is a request and what it is struck by.
type exchange struct {
	request *Request
	strike  *Strike // nil: nothing
}

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte("Bearer "+h.token)) != 1 {
		writeStatus(w, &Answer{Status: http.StatusUnauthorized, Reason: "Unauthorized"}, "not the token of the fault proxy")
		return
	}
	if r.URL.Path == "/faults/plan" {
		h.takePlan(w, r)
		return
	}
	request := NewRequest(h.requests.Add(1), r)
	h.log.Write(Entry{Event: "request", ID: request.ID, Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery,
		Agent: r.UserAgent(), Watch: request.Watch, Write: request.Write})
	if request.Watch {
		watch, end := h.watches.Begin(r.Context())
		defer end()
		r = r.WithContext(watch)
		request.HTTP = r
	}
	ex := &exchange{request, h.striker.Choose(request)}
	if ex.strike != nil && h.strikeRequest(w, ex.strike) {
		return
	}
	h.proxy.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), exchangeKey{}, ex)))
}

func (h *Handler) takePlan(w http.ResponseWriter, r *http.Request) {
	text, err := io.ReadAll(io.LimitReader(r.Body, maxPlan))
	if err != nil || r.Method != http.MethodPut {
		http.Error(w, "PUT a plan", http.StatusMethodNotAllowed)
		return
	}
	plan, err := ParsePlan(text)
	if err != nil {
		writeStatus(w, &Answer{Status: http.StatusBadRequest, Reason: "BadRequest"}, err.Error())
		return
	}
	h.striker.Replace(plan)
	if r.URL.Query().Get("watches") == "cut" {
		h.watches.Cut()
	}
	w.WriteHeader(http.StatusNoContent)
}

// strikeRequest is true when the request goes no further.
func (h *Handler) strikeRequest(w http.ResponseWriter, strike *Strike) bool {
	r := strike.request.HTTP
	switch {
	case strike.Delay != nil:
		strike.Happens()
		if !strike.wait(strike.length(strike.Delay)) {
			panic(http.ErrAbortHandler)
		}
	case strike.Drop != nil && strike.Drop.At == "request":
		strike.Happens()
		panic(http.ErrAbortHandler)
	case strike.BlackHole != nil && strike.BlackHole.At == "request":
		strike.Happens()
		silence(r)
	case strike.Answer != nil:
		strike.Happens()
		writeStatus(w, strike.Answer, "by the fault proxy")
		return true
	case strike.Replay != nil:
		recording := h.recordings.Find(strike.request)
		if recording == nil {
			return false // nothing to replay: not struck, which the test will see in the log
		}
		strike.Happens()
		recording.Play(w, strike)
		return true
	}
	return false
}

// RoundTrip is between the reverse proxy and the API server.
func (h *Handler) RoundTrip(r *http.Request) (*http.Response, error) {
	ex, _ := r.Context().Value(exchangeKey{}).(*exchange)
	strike := ex.strike
	lost := strike != nil && ((strike.Drop != nil && strike.Drop.At == "response") || (strike.BlackHole != nil && strike.BlackHole.At == "response"))
	if lost {
		// It is carried out, whatever the client does meanwhile.
		r = r.WithContext(context.WithoutCancel(r.Context()))
	}
	response, err := h.upstream.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	h.log.Write(Entry{Event: "response", ID: ex.request.ID, Status: response.StatusCode})
	if lost {
		response.Body.Close()
		strike.Happens()
		if strike.BlackHole != nil {
			silence(ex.request.HTTP)
		}
		return nil, errors.New("the response is lost")
	}
	if response.StatusCode != http.StatusOK || r.Method != http.MethodGet {
		return response, nil
	}
	if ex.request.Watch {
		response.Body = NewStream(response.Body, ex, h.recordings.Begin(ex.request), h.log)
		response.ContentLength = -1
	} else {
		response.Body = h.recordings.Tee(ex.request, response.Body)
	}
	return response, nil
}

// silence lasts until the client gives up.
func silence(r *http.Request) {
	// The server notices that the client left once the body has been read.
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
	panic(http.ErrAbortHandler)
}

// writeStatus answers as an API server does that refuses.
func writeStatus(w http.ResponseWriter, answer *Answer, message string) {
	w.Header().Set("Content-Type", "application/json")
	if answer.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(answer.RetryAfter))
	}
	w.WriteHeader(answer.Status)
	_ = json.NewEncoder(w).Encode(statusObject(answer.Status, answer.Reason, message))
}

func statusObject(code int, reason, message string) map[string]any {
	return map[string]any{"kind": "Status", "apiVersion": "v1", "metadata": map[string]any{}, "status": "Failure",
		"code": code, "reason": reason, "message": message}
}
