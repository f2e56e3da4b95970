package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"time"

	apiv0 "github.com/modelcontextprotocol/registry/pkg/api/v0"
	"github.com/modelcontextprotocol/registry/pkg/model"
)

const servers = 25

func name(n int) string { return fmt.Sprintf("io.example/server-%02d", n) }

// names gives "name:version" for each.
func names(list []apiv0.ServerResponse) []string {
	out := []string{}
	for _, each := range list {
		out = append(out, each.Server.Name+":"+each.Server.Version)
	}
	return out
}

func same(got, expected any) error {
	if !reflect.DeepEqual(got, expected) {
		return fmt.Errorf("expected %v, got %v", expected, got)
	}
	return nil
}

var middle time.Time // Between the first and the second versions.

// The tests build on each other, in this order.
var apiTests = []test{
	{"a published server comes back as the official types have it, with every member", func(c *client) error {
		for n := range servers {
			sent := server(name(n), "1.0.0")
			var got apiv0.ServerResponse
			if err := c.want(200, "POST", "/v0.1/publish", sent, &got); err != nil {
				return err
			}
			if err := same(asJSON(got.Server), asJSON(sent)); err != nil {
				return err
			}
			official := got.Meta.Official
			if official == nil || official.Status != model.StatusActive || !official.IsLatest || official.PublishedAt.IsZero() ||
				!official.PublishedAt.Equal(official.UpdatedAt) || !official.StatusChangedAt.Equal(official.PublishedAt) {
				return fmt.Errorf("metadata: %+v", official)
			}
		}
		return nil
	}},
	{"a version is published once, and the highest one is the latest", func(c *client) error {
		middle = time.Now()
		time.Sleep(5 * time.Millisecond) // Times have milliseconds.
		for n := range 5 {
			for _, version := range []string{"2.0.0", "1.5.0"} {
				var got apiv0.ServerResponse
				if err := c.want(200, "POST", "/v0.1/publish", server(name(n), version), &got); err != nil {
					return err
				}
				if err := same(got.Meta.Official.IsLatest, version == "2.0.0"); err != nil {
					return err
				}
			}
		}
		return c.want(400, "POST", "/v0.1/publish", server(name(0), "2.0.0"), nil)
	}},
	{"pages lead to the end, each version once, by name and version", func(c *client) error {
		for _, limit := range []int{1, 7, 35, 100} {
			all, err := c.list("", limit)
			if err != nil {
				return err
			}
			got := names(all)
			if len(got) != servers+10 || !slices.IsSorted(got) || len(slices.Compact(slices.Clone(got))) != len(got) {
				return fmt.Errorf("limit %d: %v", limit, got)
			}
		}
		return nil
	}},
	{"version=latest gives one version of each server", func(c *client) error {
		all, err := c.list("version=latest", 10)
		if err != nil {
			return err
		}
		for _, each := range all {
			if !each.Meta.Official.IsLatest {
				return fmt.Errorf("%s %s is not the latest", each.Server.Name, each.Server.Version)
			}
		}
		return same(len(all), servers)
	}},
	{"search finds a part of the name", func(c *client) error {
		all, err := c.list("version=latest&search=SERVER-1", 4)
		if err != nil {
			return err
		}
		return same(len(all), 10)
	}},
	{"updated_since gives what changed after it", func(c *client) error {
		all, err := c.list("updated_since="+url.QueryEscape(middle.UTC().Format(time.RFC3339Nano)), 100)
		if err != nil {
			return err
		}
		if len(all) < 10 || len(all) > 15 { // The first versions lost their place as the latest, which may count as a change.
			return fmt.Errorf("%v", names(all))
		}
		none, err := c.list("updated_since=2100-01-01T00:00:00Z", 100)
		if err != nil {
			return err
		}
		return same(len(none), 0)
	}},
	{"versions of a server are listed, the last published first", func(c *client) error {
		var list apiv0.ServerListResponse
		if err := c.want(200, "GET", serverPath(name(0), ""), nil, &list); err != nil {
			return err
		}
		return same(names(list.Servers), []string{name(0) + ":1.5.0", name(0) + ":2.0.0", name(0) + ":1.0.0"})
	}},
	{"one version is read by its number, or as the latest", func(c *client) error {
		for asked, expected := range map[string]string{"latest": "2.0.0", "1.5.0": "1.5.0"} {
			var got apiv0.ServerResponse
			if err := c.want(200, "GET", serverPath(name(0), asked), nil, &got); err != nil {
				return err
			}
			if err := same(got.Server.Version, expected); err != nil {
				return err
			}
		}
		return nil
	}},
	{"an edit changes what a version says, and not its name or version", func(c *client) error {
		edited := server(name(1), "2.0.0")
		edited.Description = "Edited."
		var got apiv0.ServerResponse
		if err := c.want(200, "PUT", serverPath(name(1), "2.0.0"), edited, &got); err != nil {
			return err
		}
		if got.Server.Description != "Edited." || !got.Meta.Official.UpdatedAt.After(got.Meta.Official.PublishedAt) {
			return fmt.Errorf("%+v", got.Meta.Official)
		}
		edited.Version = "9.0.0"
		return c.want(400, "PUT", serverPath(name(1), "2.0.0"), edited, nil)
	}},
	{"a version is deprecated with a message, and active again without", func(c *client) error {
		var got apiv0.ServerResponse
		status := map[string]string{"status": "deprecated", "statusMessage": "Use another."}
		if err := c.want(200, "PATCH", serverPath(name(2), "2.0.0")+"/status", status, &got); err != nil {
			return err
		}
		official := got.Meta.Official
		if official.Status != model.StatusDeprecated || official.StatusMessage == nil || *official.StatusMessage != "Use another." || !official.IsLatest {
			return fmt.Errorf("%+v", official)
		}
		got = apiv0.ServerResponse{}
		if err := c.want(200, "PATCH", serverPath(name(2), "2.0.0")+"/status", map[string]string{"status": "active"}, &got); err != nil {
			return err
		}
		if got.Meta.Official.StatusMessage != nil {
			return fmt.Errorf("the message stayed: %s", *got.Meta.Official.StatusMessage)
		}
		return c.want(400, "PATCH", serverPath(name(2), "2.0.0")+"/status", map[string]string{"status": "active", "statusMessage": "x"}, nil)
	}},
	{"a deleted version is kept, left out, and makes another the latest", func(c *client) error {
		if err := c.want(200, "DELETE", serverPath(name(3), "2.0.0"), nil, nil); err != nil {
			return err
		}
		if err := c.want(404, "GET", serverPath(name(3), "2.0.0"), nil, nil); err != nil {
			return err
		}
		var latest, deleted apiv0.ServerResponse
		if err := c.want(200, "GET", serverPath(name(3), "latest"), nil, &latest); err != nil {
			return err
		}
		if err := c.want(200, "GET", serverPath(name(3), "2.0.0")+"?include_deleted=true", nil, &deleted); err != nil {
			return err
		}
		if latest.Server.Version != "1.5.0" || deleted.Meta.Official.Status != model.StatusDeleted || deleted.Meta.Official.IsLatest {
			return fmt.Errorf("latest %s, deleted %+v", latest.Server.Version, deleted.Meta.Official)
		}
		with, err := c.list("include_deleted=true", 100)
		if err != nil {
			return err
		}
		without, err := c.list("", 100)
		if err != nil {
			return err
		}
		return same(len(with)-len(without), 1)
	}},
	{"errors have the statuses of the official service", func(c *client) error {
		unnamed := server("unnamed", "1.0.0")
		for _, each := range []struct {
			status         int
			method, target string
			body           any
		}{
			{404, "GET", serverPath("io.example/nobody", "latest"), nil},
			{404, "GET", serverPath("io.example/nobody", ""), nil},
			{404, "GET", serverPath(name(0), "7.0.0"), nil},
			{422, "GET", "/v0.1/servers?limit=0", nil},
			{422, "GET", "/v0.1/servers?limit=x", nil},
			{400, "GET", "/v0.1/servers?updated_since=yesterday", nil},
			{422, "POST", "/v0.1/publish", unnamed},
			{422, "POST", "/v0.1/publish", map[string]any{}},
			{404, "PUT", serverPath("io.example/nobody", "1.0.0"), server("io.example/nobody", "1.0.0")},
			{404, "PATCH", serverPath("io.example/nobody", "1.0.0") + "/status", map[string]string{"status": "active"}},
			{422, "PATCH", serverPath(name(0), "1.0.0") + "/status", map[string]string{"status": "gone"}},
		} {
			if err := c.want(each.status, each.method, each.target, each.body, nil); err != nil {
				return err
			}
		}
		return nil
	}},
	{"/v0 is the same as /v0.1", func(c *client) error {
		var old, now apiv0.ServerListResponse
		if err := c.want(200, "GET", "/v0/servers?limit=100", nil, &old); err != nil {
			return err
		}
		if err := c.want(200, "GET", "/v0.1/servers?limit=100", nil, &now); err != nil {
			return err
		}
		return same(asJSON(old), asJSON(now))
	}},
}

func asJSON(value any) string {
	data, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	return string(data)
}
