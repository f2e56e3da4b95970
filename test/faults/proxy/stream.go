package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"
	"unicode/utf8"
)

var errBroken = errors.New("broken by plan")

// Stream is the body of a watch, struck frame by frame. Each Read answers one piece, which the reverse proxy
// flushes: what is split here arrives split.
type Stream struct {
	source    io.ReadCloser
	lines     *bufio.Reader
	ex        *exchange
	recording *Recording // nil: another one of the same path was recorded already
	log       *Log
	frames    int
	pieces    []piece
	left      []byte // of a piece that was larger than the reader's buffer
	end       error  // after the pieces
}

type piece struct {
	bytes []byte
	pause time.Duration // before it
}

func NewStream(source io.ReadCloser, ex *exchange, recording *Recording, log *Log) *Stream {
	return &Stream{source: source, lines: bufio.NewReader(source), ex: ex, recording: recording, log: log}
}

func (s *Stream) Close() error {
	s.log.Write(Entry{Event: "end", ID: s.ex.request.ID, Frames: s.frames})
	return s.source.Close()
}

func (s *Stream) Read(buffer []byte) (int, error) {
	for len(s.left) == 0 {
		if len(s.pieces) == 0 {
			if s.end != nil {
				return 0, s.end
			}
			s.next()
			continue
		}
		if !s.pause(s.pieces[0].pause) {
			return 0, errBroken
		}
		s.left, s.pieces = s.pieces[0].bytes, s.pieces[1:]
	}
	n := copy(buffer, s.left)
	s.left = s.left[n:]
	return n, nil
}

func (s *Stream) pause(length time.Duration) bool {
	if length <= 0 {
		return true
	}
	return s.ex.strike.wait(length)
}

// next reads a frame and decides what becomes of it.
func (s *Stream) next() {
	strike := s.ex.strike
	if strike != nil {
		// These strike between frames, also when none comes.
		switch {
		case s.due(strike.Freeze):
			strike.Happens()
			<-s.ex.request.HTTP.Context().Done()
			s.end = errBroken
			return
		case s.due(strike.Cut):
			strike.Happens()
			s.end = errBroken
			return
		case s.due(strike.Expire):
			strike.Happens()
			s.pieces, s.end = []piece{{bytes: expired()}}, io.EOF
			return
		}
	}
	frame, err := s.lines.ReadBytes('\n')
	if err != nil {
		s.end = err
		s.pieces = []piece{{bytes: frame}} // what there is of it
		return
	}
	s.frames++
	if s.recording != nil {
		s.recording.Add(frame)
	}
	switch {
	case strike == nil:
		s.pieces = []piece{{bytes: frame}}
	case strike.Slow != nil:
		strike.Happens()
		s.pieces = []piece{{frame, strike.length(strike.Slow)}}
	case strike.Duplicate != nil && s.frames > strike.Duplicate.After:
		strike.Happens()
		s.pieces = []piece{{bytes: frame}, {bytes: frame}}
	case strike.Split != nil:
		s.pieces = split(frame, strike.Split)
		if len(s.pieces) > 1 {
			strike.Happens()
		}
	case strike.Truncate != nil && s.frames > strike.Truncate.After:
		strike.Happens()
		s.pieces, s.end = []piece{{bytes: frame[:len(frame)/2]}}, errBroken
	default:
		s.pieces = []piece{{bytes: frame}}
	}
}

func (s *Stream) due(fault *Frames) bool { return fault != nil && s.frames >= fault.After }

// expired is what the API server says when it no longer has the history that a watch asks for.
func expired() []byte {
	event, err := json.Marshal(map[string]any{"type": "ERROR",
		"object": statusObject(http.StatusGone, "Expired", "too old resource version, says the fault proxy")})
	if err != nil {
		panic(err) // strings and numbers only
	}
	return append(event, '\n')
}

func split(frame []byte, how *Split) []piece {
	var pieces []piece
	begin := 0
	for i := 1; i < len(frame); i++ {
		if (how.UTF8 && !utf8.RuneStart(frame[i])) || (!how.UTF8 && i-begin >= how.Bytes) {
			pieces = append(pieces, piece{frame[begin:i], how.Pause})
			begin = i
		}
	}
	return append(pieces, piece{frame[begin:], how.Pause})
}
