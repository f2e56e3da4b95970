package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"

	apiv0 "github.com/modelcontextprotocol/registry/pkg/api/v0"
	"github.com/modelcontextprotocol/registry/pkg/model"
)

type client struct{ base string }

// problem is an error of the official service.
type problem struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
}

// send gives the status; the body is decoded into out, which must know every field of it.
func (c *client) send(method, target string, body, out any) (int, error) {
	var reader io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return 0, err
		}
		reader = bytes.NewReader(data)
	}
	request, err := http.NewRequest(method, c.base+target, reader)
	if err != nil {
		return 0, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err
	}
	if response.StatusCode >= 400 {
		var p problem
		if err := json.Unmarshal(data, &p); err != nil || p.Status != response.StatusCode || p.Title == "" || p.Detail == "" {
			return 0, fmt.Errorf("%s %s: %d without a problem document: %s", method, target, response.StatusCode, data)
		}
		return response.StatusCode, nil
	}
	if out != nil {
		decoder := json.NewDecoder(bytes.NewReader(data))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(out); err != nil {
			return 0, fmt.Errorf("%s %s: %w in %s", method, target, err, data)
		}
	}
	return response.StatusCode, nil
}

// want is send for a status that must come.
func (c *client) want(status int, method, target string, body, out any) error {
	got, err := c.send(method, target, body, out)
	if err != nil {
		return err
	}
	if got != status {
		return fmt.Errorf("%s %s: expected %d, got %d", method, target, status, got)
	}
	return nil
}

// list reads pages to the end.
func (c *client) list(query string, limit int) ([]apiv0.ServerResponse, error) {
	var all []apiv0.ServerResponse
	cursor := ""
	for page := 0; ; page++ {
		if page > 1000 {
			return nil, fmt.Errorf("%s: the pages do not end", query)
		}
		var list apiv0.ServerListResponse
		target := fmt.Sprintf("/v0.1/servers?limit=%d&cursor=%s&%s", limit, url.QueryEscape(cursor), query)
		if err := c.want(200, "GET", target, nil, &list); err != nil {
			return nil, err
		}
		if list.Metadata.Count != len(list.Servers) || len(list.Servers) > limit {
			return nil, fmt.Errorf("%s: count %d of %d servers, limit %d", target, list.Metadata.Count, len(list.Servers), limit)
		}
		all = append(all, list.Servers...)
		if cursor = list.Metadata.NextCursor; cursor == "" {
			return all, nil
		}
	}
}

func serverPath(name, version string) string {
	path := "/v0.1/servers/" + url.PathEscape(name) + "/versions"
	if version != "" {
		path += "/" + url.PathEscape(version)
	}
	return path
}

// server is a server.json that uses every type of the official package.
func server(name, version string) apiv0.ServerJSON {
	input := model.Input{Description: "d", IsRequired: true, Format: model.FormatString, Default: "x", Choices: []string{"x", "y"}}
	return apiv0.ServerJSON{
		Schema: model.CurrentSchemaURL, Name: name, Description: "A server.", Title: "Server", Version: version,
		Repository: &model.Repository{URL: "https://github.com/example/server", Source: "github", ID: "1", Subfolder: "src/a"},
		WebsiteURL: "https://example.com",
		Packages: []model.Package{{
			RegistryType: "npm", RegistryBaseURL: "https://packages.example.com", Identifier: "@example/server", Version: "1.0.0",
			RunTimeHint: "npx", Transport: model.Transport{Type: "stdio"},
			RuntimeArguments: []model.Argument{{Type: model.ArgumentTypeNamed, Name: "--port",
				InputWithVariables: model.InputWithVariables{Input: model.Input{Value: "{port}"}, Variables: map[string]model.Input{"port": input}}}},
			EnvironmentVariables: []model.KeyValueInput{{Name: "TOKEN", InputWithVariables: model.InputWithVariables{Input: input}}},
		}},
		Remotes: []model.Transport{{Type: "streamable-http", URL: "https://{tenant}.example.com/mcp", Variables: map[string]model.Input{"tenant": input},
			Headers: []model.KeyValueInput{{Name: "X-Tenant", InputWithVariables: model.InputWithVariables{Input: input}}}}},
		Meta: &apiv0.ServerMeta{PublisherProvided: map[string]any{"build": "1"}},
	}
}
