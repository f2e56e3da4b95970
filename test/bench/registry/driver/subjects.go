package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

const namespace = "io.modelcontextprotocol.anonymous"

var words = strings.Repeat("says what there is to say about the subject, at some length. ", 12)

// A tool of about 1.3 KB as it is served; number is one, or what stands for one.
func toolText(number string) string {
	return `{"name":"tool-` + number + `","version":"1.0.0","description":"Number ` + number + ` ` + words + `","inputSchema":` +
		`{"type":"object","properties":{"subject":{"type":"string"},"length":{"type":"integer","minimum":1}}}}`
}

func toolDocument(number int) string { return toolText(fmt.Sprintf("%06d", number)) }

// A server of about 1.3 KB as it is served.
func serverDocument(name string) string {
	return fmt.Sprintf(`{"$schema":"https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",`+
		`"name":"%s/%s","description":"Says what there is to say","version":"1.0.0","_meta":{`+
		`"io.modelcontextprotocol.registry/publisher-provided":{"text":"%s"}}}`, namespace, name, words)
}

func serverName(number int) string { return fmt.Sprintf("server-%06d", number) }

const (
	toolPath   = "/api/v1/tools"
	oneTool    = "/api/v1/tools/tool-000042"
	listTools  = "/api/v1/tools?limit=30"
	findTools  = "/api/v1/tools?search=subject+4242"
	oneServer  = "/v0.1/servers/" + namespace + "%2Fserver-000042/versions/1.0.0"
	listServer = "/v0.1/servers?limit=30"
	findServer = "/v0.1/servers?search=server-0042"

	// Each search is for something else, so that no answer is kept ready.
	findNewTools  = "/api/v1/tools?search=subject+" + placeholder
	findNewServer = "/v0.1/servers?search=server-" + placeholder

	publishPath = "/v0.1/publish"
)

var (
	newTool   = toolText(placeholder)
	newServer = serverDocument("new-" + placeholder)
)

// This project's registry.
type ours struct {
	settings
	name     string
	data     string // Names its database, and with name its folder.
	folder   string
	database *postgres
	redis    *redis
	running  *process
	port     int
}

// With its tools in files, in a database, and in that database with a cache; none is started.
func makeOurs(s settings, data string, database *postgres, cache *redis) (files, rows, cached *ours, err error) {
	made := func(name string) *ours {
		return &ours{settings: s, name: name, data: data, folder: s.work + "/" + data + "-" + name}
	}
	files, rows, cached = made("files"), made("postgresql"), made("postgresql+redis")
	rows.database, cached.database, cached.redis = database, database, cache
	return files, rows, cached, database.create(data)
}

func (o *ours) url(path string) string { return fmt.Sprintf("http://127.0.0.1:%d%s", o.port, path) }

func (o *ours) start() error {
	if err := os.MkdirAll(o.folder, 0o755); err != nil {
		return err
	}
	o.port = freePort()
	config := "logLevel: warn\nlimits: {tools: 1000000, memoryBytes: 4294967296}\n"
	if o.database == nil {
		config += "storage: {path: " + o.folder + "/data}\n"
	} else {
		config += fmt.Sprintf("database: {host: %s, port: %d, name: %s, user: postgres}\n", o.database.folder, o.database.port, o.data)
	}
	if o.redis != nil {
		config += fmt.Sprintf("cache: {redis: {url: 'redis://127.0.0.1:%d'}}\n", o.redis.port)
	}
	if err := os.WriteFile(o.folder+"/config.yaml", []byte(config), 0o644); err != nil {
		return err
	}
	server := fmt.Sprintf("address: 127.0.0.1\nport: %d\nthreads: 2\n", o.port)
	if err := os.WriteFile(o.folder+"/server.yaml", []byte(server), 0o644); err != nil {
		return err
	}
	var err error
	o.running, err = start(o.folder+"/log", nil, o.registry, "serve", "--config", o.folder+"/config.yaml", "--server",
		o.folder+"/server.yaml")
	if err != nil {
		return err
	}
	return o.running.waitFor(o.url("/ready"), 120*time.Second)
}

func (o *ours) stop() {
	o.running.stop()
	o.running = nil
}

// Registers the tools from..to.
func (o *ours) fillTools(from, to int) error {
	return o.fill(from, to, toolPath, toolDocument)
}

func (o *ours) fillServers(count int) error {
	return o.fill(0, count, publishPath, func(i int) string { return serverDocument(serverName(i)) })
}

func (o *ours) fill(from, to int, path string, document func(int) string) error {
	if err := o.start(); err != nil {
		return err
	}
	defer o.stop()
	if err := post(32, from, to, o.url(path), "", document); err != nil {
		return fmt.Errorf("%s: %w", o.name, err)
	}
	return nil
}

// Starts it once, so that its cache is as recent as it gets.
func (o *ours) fillCache() error {
	if err := o.start(); err != nil {
		return err
	}
	defer o.stop()
	for deadline := time.Now().Add(60 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if o.metric("mcp_registry_cache_writes_total") != "0" {
			return nil
		}
	}
	return fmt.Errorf("the cache was not written")
}

func (o *ours) metric(name string) string {
	answer, err := http.Get(o.url("/metrics"))
	if err != nil {
		return ""
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	for _, line := range strings.Split(string(text), "\n") {
		if value, found := strings.CutPrefix(line, name+" "); found {
			return value
		}
	}
	return ""
}

// The reference implementation, on the same PostgreSQL server.
type official struct {
	settings
	database *postgres
	running  *process
	port     int
}

func (o *official) url(path string) string { return fmt.Sprintf("http://127.0.0.1:%d%s", o.port, path) }

func (o *official) start(seed string) error {
	o.port = freePort()
	environment := []string{
		fmt.Sprintf("MCP_REGISTRY_SERVER_ADDRESS=127.0.0.1:%d", o.port),
		fmt.Sprintf("MCP_REGISTRY_DATABASE_URL=postgres://postgres@/official?host=%s&port=%d&sslmode=disable",
			o.database.folder, o.database.port),
		"MCP_REGISTRY_DATABASE_MAX_CONNECTIONS=40",
		"MCP_REGISTRY_SEED_FROM=" + seed,
		"MCP_REGISTRY_ENABLE_REGISTRY_VALIDATION=false",
		"MCP_REGISTRY_ENABLE_ANONYMOUS_AUTH=true",
		"MCP_REGISTRY_JWT_PRIVATE_KEY=" + strings.Repeat("2a", 32),
	}
	var err error
	if o.running, err = start(o.work+"/official.log", environment, o.settings.official); err != nil {
		return err
	}
	return o.running.waitFor(o.url("/v0.1/health"), 60*time.Second)
}

func (o *official) stop() {
	o.running.stop()
	o.running = nil
}

func (o *official) fill(servers int) error {
	if err := o.start(""); err != nil {
		return err
	}
	defer o.stop()
	token, err := o.token()
	if err != nil {
		return err
	}
	return post(32, 0, servers, o.url(publishPath), token, func(i int) string { return serverDocument(serverName(i)) })
}

// A token of five minutes for the namespace that anybody may publish to.
func (o *official) token() (string, error) {
	answer, err := http.Post(o.url("/v0.1/auth/none"), "application/json", nil)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	var body struct {
		Token string `json:"registry_token"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&body); err != nil || body.Token == "" {
		return "", fmt.Errorf("no token: status %d", answer.StatusCode)
	}
	return body.Token, nil
}
