package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// Connections are kept, as toolhive-operator keeps them.
var web = &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 8, IdleConnTimeout: 90 * time.Second}}

const largestAnswer = 2 << 20

func call(ctx context.Context, method, address string, body any, answer any) (int, error) {
	var sent io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return 0, err
		}
		sent = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, address, sent)
	if err != nil {
		return 0, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := web.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, largestAnswer))
	if err != nil || response.StatusCode == http.StatusNotFound {
		return response.StatusCode, err
	}
	if response.StatusCode >= 300 {
		return response.StatusCode, fmt.Errorf("%s %s: %s: %s", method, address, response.Status, text[:min(len(text), 200)])
	}
	if answer != nil {
		err = json.Unmarshal(text, answer)
	}
	return response.StatusCode, err
}

func serves(ctx context.Context, registry string) error {
	status, err := call(ctx, http.MethodGet, registry+"/ready", nil, nil)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("/ready answers %d", status)
	}
	return err
}

func toolURL(registry, name string) string { return registry + "/api/v1/tools/" + url.PathEscape(name) }
