package main

import (
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Request is what rules and log see of a request.
type Request struct {
	ID    uint64
	Watch bool
	Write bool // changes something, if it is carried out
	HTTP  *http.Request
}

func NewRequest(id uint64, r *http.Request) *Request {
	query := r.URL.Query()
	return &Request{ID: id, HTTP: r, Watch: query.Get("watch") == "true" || query.Get("watch") == "1", Write: isWrite(r, query)}
}

func isWrite(r *http.Request, query url.Values) bool {
	if r.Method == http.MethodGet || r.Method == http.MethodHead || query.Has("dryRun") {
		return false
	}
	// Reviews are questions, though they are POSTed.
	return !strings.HasPrefix(r.URL.Path, "/apis/authorization.k8s.io/") && !strings.HasPrefix(r.URL.Path, "/apis/authentication.k8s.io/")
}

func (m *Match) fits(request *Request) bool {
	r := request.HTTP
	return (m.Method == "" || m.Method == r.Method) &&
		(m.Path == nil || m.Path.MatchString(r.URL.Path)) &&
		(m.UserAgent == nil || m.UserAgent.MatchString(r.UserAgent())) &&
		(m.Watch == nil || *m.Watch == request.Watch) &&
		(m.Write == nil || *m.Write == request.Write)
}

// Striker says which request is struck by what. Safe for use by several goroutines.
type Striker struct {
	log    *Log
	mutex  sync.Mutex
	plan   *Plan
	random *rand.Rand
}

func NewStriker(plan *Plan, random *rand.Rand, log *Log) *Striker {
	striker := &Striker{random: random, log: log}
	striker.Replace(plan)
	return striker
}

// Replace begins to count anew; requests under way stay struck.
func (s *Striker) Replace(plan *Plan) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.plan = plan
	s.log.Write(Entry{Event: "plan", Description: plan.Description, Rules: len(plan.Rules)})
}

// Strike is a fault that is due for a request. It is logged when it happens, which may be never: a watch may end
// before the frame that would have been struck.
type Strike struct {
	*Fault
	striker *Striker
	request *Request
	rule    int
	logged  sync.Once
}

// Choose answers nil when the request is to pass unharmed.
func (s *Striker) Choose(request *Request) *Strike {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for i, rule := range s.plan.Rules {
		if !rule.Match.fits(request) {
			continue
		}
		rule.matched++
		if rule.matched < rule.Match.Nth || (rule.Match.Count > 0 && rule.struck >= rule.Match.Count) {
			continue
		}
		if rule.Match.Chance > 0 && s.random.Float64() >= rule.Match.Chance {
			continue
		}
		rule.struck++
		return &Strike{Fault: &rule.Fault, striker: s, request: request, rule: i}
	}
	return nil
}

// Happens says once that the fault strikes now.
func (s *Strike) Happens() {
	s.logged.Do(func() {
		names, _ := s.names()
		r := s.request.HTTP
		s.striker.log.Write(Entry{Event: "fault", ID: s.request.ID, Method: r.Method, Path: r.URL.Path, Rule: &s.rule, Fault: names[0]})
	})
}

// wait is false when the client left meanwhile.
func (s *Strike) wait(delay time.Duration) bool {
	select {
	case <-time.After(delay):
		return true
	case <-s.request.HTTP.Context().Done():
		return false
	}
}

// length of a delay, which is random as the plan says.
func (s *Strike) length(d *Delay) time.Duration {
	if d.Jitter <= 0 {
		return d.Time
	}
	s.striker.mutex.Lock()
	defer s.striker.mutex.Unlock()
	return d.Time + time.Duration(s.striker.random.Int64N(int64(d.Jitter)))
}
