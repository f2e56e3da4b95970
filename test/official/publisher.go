package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	apiv0 "github.com/modelcontextprotocol/registry/pkg/api/v0"
	"github.com/modelcontextprotocol/registry/pkg/model"
)

// publisher is the official program, with a home of its own.
type publisher struct{ program, home string }

func (p publisher) run(arguments ...string) (string, error) {
	command := exec.Command(p.program, arguments...)
	command.Env = append(os.Environ(), "HOME="+p.home)
	command.Dir = p.home
	out, err := command.CombinedOutput()
	return string(out), err
}

// write makes server.json.
func (p publisher) write(value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(p.home, "server.json"), data, 0o600)
}

func publisherTests(registry, program string) []test {
	const published = "io.example/by-publisher"
	home, err := os.MkdirTemp("", "official-publisher.")
	p := publisher{program, home}
	read := func(c *client, version string) (apiv0.RegistryExtensions, error) {
		var got apiv0.ServerResponse
		if err := c.want(200, "GET", serverPath(published, version)+"?include_deleted=true", nil, &got); err != nil {
			return apiv0.RegistryExtensions{}, err
		}
		return *got.Meta.Official, nil
	}
	return []test{
		{"the official publisher logs in, validates and publishes", func(c *client) error {
			if err != nil {
				return err
			}
			if out, err := p.run("login", "none", "--registry", registry); err != nil {
				return fmt.Errorf("%w: %s", err, out)
			}
			for _, version := range []string{"1.0.0", "1.1.0"} {
				if err := p.write(server(published, version)); err != nil {
					return err
				}
				for _, command := range []string{"validate", "publish"} {
					if out, err := p.run(command); err != nil {
						return fmt.Errorf("%s: %w: %s", command, err, out)
					}
				}
			}
			official, err := read(c, "latest")
			if err != nil {
				return err
			}
			return same(official.Status, model.StatusActive)
		}},
		{"the official publisher shows why a server is refused", func(*client) error {
			out, err := p.run("publish")
			if err == nil || !strings.Contains(out, "status 400") || !strings.Contains(out, "1.1.0") {
				return fmt.Errorf("a second publication: %v: %s", err, out)
			}
			broken := server(published, "1.x")
			broken.Remotes[0].URL = "ftp://example.com"
			if err := p.write(broken); err != nil {
				return err
			}
			for _, command := range []string{"validate", "publish"} {
				out, err := p.run(command)
				if err == nil || !strings.Contains(out, "remotes[0].url") || !strings.Contains(out, "version-looks-like-range") {
					return fmt.Errorf("%s: %v: %s", command, err, out)
				}
			}
			return nil
		}},
		{"the official publisher deprecates a version, and deletes them all", func(c *client) error {
			if out, err := p.run("status", "--status", "deprecated", "--message", "Use 1.1.0.", published, "1.0.0"); err != nil {
				return fmt.Errorf("%w: %s", err, out)
			}
			official, err := read(c, "1.0.0")
			if err != nil {
				return err
			}
			if official.Status != model.StatusDeprecated || *official.StatusMessage != "Use 1.1.0." {
				return fmt.Errorf("%+v", official)
			}
			out, err := p.run("status", "--status", "deleted", "--all-versions", "-y", published)
			if err != nil || !strings.Contains(out, "updated 2 version(s)") {
				return fmt.Errorf("%v: %s", err, out)
			}
			if official, err = read(c, "1.1.0"); err != nil {
				return err
			}
			_ = os.RemoveAll(home)
			return same(official.Status, model.StatusDeleted)
		}},
	}
}
