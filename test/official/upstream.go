package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	apiv0 "github.com/modelcontextprotocol/registry/pkg/api/v0"
	"github.com/modelcontextprotocol/registry/pkg/model"
)

// The namespace in which the official registry lets anybody publish when it is told to.
const anonymous = "io.modelcontextprotocol.anonymous/"

// upstream is the official registry itself, as a process that tests end and start again.
type upstream struct {
	program, database, address, log string
	process                         *exec.Cmd
	token                           string
}

func (u *upstream) start() error {
	log, err := os.OpenFile(u.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	u.process = exec.Command(u.program)
	u.process.Env = append(os.Environ(), "MCP_REGISTRY_SERVER_ADDRESS="+u.address, "MCP_REGISTRY_DATABASE_URL="+u.database,
		"MCP_REGISTRY_DATABASE_MAX_CONNECTIONS=10", "MCP_REGISTRY_DATABASE_MIN_CONNECTIONS=1",
		"MCP_REGISTRY_ENABLE_ANONYMOUS_AUTH=true", "MCP_REGISTRY_ENABLE_REGISTRY_VALIDATION=false",
		"MCP_REGISTRY_JWT_PRIVATE_KEY="+strings.Repeat("0123456789abcdef", 4))
	u.process.Stdout, u.process.Stderr = log, log
	if err := u.process.Start(); err != nil {
		return err
	}
	return within(30*time.Second, func() error {
		var answer struct {
			Token string `json:"registry_token"`
		}
		if err := u.send("POST", "/v0.1/auth/none", nil, &answer); err != nil {
			return err
		}
		u.token = answer.Token
		return nil
	})
}

func (u *upstream) stop() { end(u.process) }

// end does nothing to a process that has ended, or never began.
func end(process *exec.Cmd) {
	if process == nil || process.Process == nil || process.ProcessState != nil {
		return
	}
	_ = process.Process.Kill()
	_ = process.Wait()
}

// freeAddress is one that nobody listened on a moment ago: the official registry takes no port 0.
func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

func (u *upstream) send(method, target string, body, out any) error {
	return exchange(method, "http://"+u.address+target, u.token, body, out)
}

func (u *upstream) publish(name, version string) error {
	return u.send("POST", "/v0.1/publish", described(name, version, "A server."), nil)
}

func (u *upstream) setStatus(name, version, status string) error {
	return u.send("PATCH", serverPath(anonymous+name, version)+"/status", map[string]string{"status": status}, nil)
}

func described(name, version, description string) apiv0.ServerJSON {
	return apiv0.ServerJSON{Schema: model.CurrentSchemaURL, Name: anonymous + name, Description: description, Version: version}
}

// exchange fails for every status but 200.
func exchange(method, target, token string, body, out any) error {
	var reader io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return err
		}
		reader = bytes.NewReader(data)
	}
	request, err := http.NewRequest(method, target, reader)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %d %s", method, target, response.StatusCode, data)
	}
	if out == nil {
		return nil
	}
	if text, ok := out.(*string); ok {
		*text = string(data)
		return nil
	}
	return json.Unmarshal(data, out)
}

// within repeats what fails until it does not.
func within(limit time.Duration, try func() error) error {
	deadline := time.Now().Add(limit)
	for {
		err := try()
		if err == nil || time.Now().After(deadline) {
			return err
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// follower is a registry of ours that takes in what the other has.
type follower struct{ base string }

// taken is a version as the follower shows it: "name version status description", with a star for the latest, and the upstream's name
// in brackets.
func (f follower) taken() ([]string, error) {
	var list struct {
		Servers []struct {
			Server apiv0.ServerJSON `json:"server"`
			Meta   struct {
				Official apiv0.RegistryExtensions `json:"io.modelcontextprotocol.registry/official"`
				Upstream struct {
					Name string `json:"name"`
				} `json:"mcpregistry.dev/upstream"`
			} `json:"_meta"`
		} `json:"servers"`
	}
	if err := exchange("GET", f.base+"/v0.1/servers?limit=100&include_deleted=true", "", nil, &list); err != nil {
		return nil, err
	}
	out := []string{}
	for _, each := range list.Servers {
		latest := ""
		if each.Meta.Official.IsLatest {
			latest = "*"
		}
		out = append(out, fmt.Sprintf("%s %s%s %s (%s)", strings.TrimPrefix(each.Server.Name, anonymous), each.Server.Version, latest,
			each.Meta.Official.Status, each.Meta.Upstream.Name))
	}
	return out, nil
}

// shows waits for what the follower is to have: a look is due every five seconds.
func (f follower) shows(expected ...string) error {
	return within(30*time.Second, func() error {
		got, err := f.taken()
		if err != nil {
			return err
		}
		if !slices.Equal(got, expected) {
			return fmt.Errorf("expected %q\n     got %q", expected, got)
		}
		return nil
	})
}

func (f follower) says(target, part string) error {
	return within(30*time.Second, func() error {
		var text string
		if err := exchange("GET", f.base+target, "", nil, &text); err != nil {
			return err
		}
		if !strings.Contains(text, part) {
			return fmt.Errorf("%s has no %q: %s", target, part, text)
		}
		return nil
	})
}

// startFollower returns once it has the address that the system gave it.
func startFollower(program, folder, upstreamURL string) (follower, *exec.Cmd, error) {
	config := fmt.Sprintf(`storage: {path: "%s/follower"}
upstreams:
- name: official
  url: %s
  interval: 5s
  fullInterval: 10s
  exclude: ["*/hidden*"]
  addresses: [127.0.0.1]
`, folder, upstreamURL)
	if err := os.WriteFile(filepath.Join(folder, "follower-config"), []byte(config), 0o600); err != nil {
		return follower{}, nil, err
	}
	server := filepath.Join(folder, "follower-server")
	if err := os.WriteFile(server, []byte("{address: 127.0.0.1, port: 0}\n"), 0o600); err != nil {
		return follower{}, nil, err
	}
	logName := filepath.Join(folder, "follower-log")
	log, err := os.Create(logName)
	if err != nil {
		return follower{}, nil, err
	}
	defer log.Close()
	process := exec.Command(program, "serve", "--config", filepath.Join(folder, "follower-config"), "--server", server)
	process.Stdout, process.Stderr = log, log
	if err := process.Start(); err != nil {
		return follower{}, nil, err
	}
	var f follower
	err = within(30*time.Second, func() error {
		text, err := os.ReadFile(logName)
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(text)) {
			var entry struct{ Msg, Port string }
			if json.Unmarshal([]byte(line), &entry) == nil && entry.Msg == "listening" {
				f.base = "http://127.0.0.1:" + entry.Port
				return f.says("/ready", "ready")
			}
		}
		return fmt.Errorf("the follower does not listen: %s", text)
	})
	return f, process, err
}

// upstreamTests build on each other, in this order. To be called after them: what ends all that they began.
func upstreamTests(officialRegistry, database, registry string) ([]test, func()) {
	folder, err := os.MkdirTemp("", "official-upstream.")
	u := &upstream{program: officialRegistry, database: database, log: filepath.Join(folder, "upstream-log")}
	var f follower
	var process *exec.Cmd
	finish := func() {
		u.stop()
		end(process)
		_ = os.RemoveAll(folder)
	}
	return []test{
		{"what the official registry has is taken in, but for what is excluded, and says where it comes from", func(*client) error {
			if err != nil {
				return err
			}
			if u.address, err = freeAddress(); err != nil {
				return err
			}
			if err := u.start(); err != nil {
				return err
			}
			for _, each := range []string{"alpha", "beta", "hidden-one"} {
				if err := u.publish(each, "1.0.0"); err != nil {
					return err
				}
			}
			if f, process, err = startFollower(registry, folder, "http://"+u.address); err != nil {
				return err
			}
			return f.shows("alpha 1.0.0* active (official)", "beta 1.0.0* active (official)")
		}},
		{"new versions, edits and deprecations of the official registry follow", func(*client) error {
			if err := u.publish("alpha", "1.1.0"); err != nil {
				return err
			}
			if err := u.setStatus("alpha", "1.0.0", "deprecated"); err != nil {
				return err
			}
			edited := described("beta", "1.0.0", "An edited server.")
			if err := u.send("PUT", serverPath(edited.Name, edited.Version), edited, nil); err != nil {
				return err
			}
			if err := f.shows("alpha 1.0.0 deprecated (official)", "alpha 1.1.0* active (official)", "beta 1.0.0* active (official)"); err != nil {
				return err
			}
			return f.says(serverPath(edited.Name, "latest"), "An edited server.")
		}},
		{"what is deleted in the official registry is marked, and another version is the latest", func(*client) error {
			if err := u.setStatus("alpha", "1.1.0", "deleted"); err != nil {
				return err
			}
			return f.shows("alpha 1.0.0* deprecated (official)", "alpha 1.1.0 deleted (official)", "beta 1.0.0* active (official)")
		}},
		{"who publishes here takes a name over from the official registry, and the conflict is told", func(*client) error {
			if err := exchange("POST", f.base+"/v0.1/publish", "", described("beta", "0.1.0", "Ours."), nil); err != nil {
				return err
			}
			if err := f.shows("alpha 1.0.0* deprecated (official)", "alpha 1.1.0 deleted (official)", "beta 0.1.0* active ()",
				"beta 1.0.0 deleted (official)"); err != nil {
				return err
			}
			return f.says("/metrics", `mcp_registry_upstream_conflicts{upstream="official"} 1`)
		}},
		{"what the official registry loses without a word is marked", func(*client) error {
			if err := u.publish("gamma", "1.0.0"); err != nil {
				return err
			}
			if err := f.shows("alpha 1.0.0* deprecated (official)", "alpha 1.1.0 deleted (official)", "beta 0.1.0* active ()",
				"beta 1.0.0 deleted (official)", "gamma 1.0.0* active (official)"); err != nil {
				return err
			}
			lost := exec.Command("psql", "-q", u.database, "-c", "DELETE FROM servers WHERE server_name = '"+anonymous+"gamma'")
			if out, err := lost.CombinedOutput(); err != nil {
				return fmt.Errorf("%w: %s", err, out)
			}
			if err := f.shows("alpha 1.0.0* deprecated (official)", "alpha 1.1.0 deleted (official)", "beta 0.1.0* active ()",
				"beta 1.0.0 deleted (official)", "gamma 1.0.0* deleted (official)"); err != nil {
				return err
			}
			return f.says(serverPath(anonymous+"gamma", "1.0.0")+"?include_deleted=true", "does not list it any more")
		}},
		{"while the official registry is down nothing is lost, and it is told; when it is back it is followed", func(*client) error {
			before, err := f.taken()
			if err != nil {
				return err
			}
			u.stop()
			if err := f.says("/ready", `"upstreams":{"official":"`); err != nil {
				return err
			}
			if err := f.shows(before...); err != nil {
				return err
			}
			if err := u.start(); err != nil {
				return err
			}
			if err := u.publish("delta", "1.0.0"); err != nil {
				return err
			}
			if err := f.says("/v0.1/servers?search="+url.QueryEscape("delta"), `"version":"1.0.0"`); err != nil {
				return err
			}
			if err := f.says("/metrics", `mcp_registry_upstream_failing{upstream="official"} 0`); err != nil {
				return err
			}
			if err := process.Process.Signal(os.Interrupt); err != nil {
				return err
			}
			if err := process.Wait(); err != nil {
				return fmt.Errorf("the follower ended badly: %w", err)
			}
			return nil
		}},
	}, finish
}
