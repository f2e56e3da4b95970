package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"strings"
)

// calls counts requests by what they do, as the API server's audit log has them.
type calls struct{ reads, writes int }

// audit reads the audit log as it grows.
type audit struct{ path string }

func (a audit) end() int64 {
	info, err := os.Stat(a.path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// since counts what a user agent asked of Widgets and ConfigMaps from an offset on.
func (a audit) since(offset int64, userAgent string) (calls, error) {
	var counted calls
	file, err := os.Open(a.path)
	if err != nil {
		return counted, err
	}
	defer file.Close()
	if _, err := file.Seek(offset, io.SeekStart); err != nil {
		return counted, err
	}
	text, err := io.ReadAll(file)
	if err != nil {
		return counted, err
	}
	for line := range bytes.Lines(text) {
		var entry struct {
			UserAgent, Verb, Stage string
			ObjectRef              *struct{ Resource string }
		}
		if json.Unmarshal(line, &entry) != nil || !strings.HasPrefix(entry.UserAgent, userAgent) || entry.ObjectRef == nil ||
			entry.Stage != "ResponseComplete" {
			continue
		}
		switch entry.Verb {
		case "create", "update", "patch", "delete":
			counted.writes++
		case "get":
			counted.reads++
		}
	}
	return counted, nil
}
