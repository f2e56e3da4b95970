// weather is a server of the Model Context Protocol, made with the official Go SDK, for the demo and the tests. What it offers
// follows from its release, so that a newer image is played by another argument:
//
//	weather -release 1.0.0            over HTTP, at /mcp of -listen, and at each path under it
//	weather -release 1.1.0 -stdio     over standard input and output
//
// Over HTTP, POST /release?number=1.1.0 makes it offer what another release offers, without a restart.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

func main() {
	listen := flag.String("listen", ":8080", "address to listen on")
	number := flag.String("release", "1.0.0", "which release it is: 1.0.0, 1.1.0, 2.0.0 or 2.0.0-two-tools")
	stdio := flag.Bool("stdio", false, "speak over standard input and output instead")
	flag.Parse()

	tools, known := releases[*number]
	if !known {
		log.Fatalf("there is no release %q", *number)
	}
	server := mcp.NewServer(&mcp.Implementation{Name: "weather", Title: "Weather", Version: *number}, nil)
	offer(server, tools)
	if *stdio {
		if err := server.Run(context.Background(), &mcp.StdioTransport{}); err != nil {
			log.Fatal(err)
		}
		return
	}
	handler := mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return server }, nil)
	mux := http.NewServeMux()
	mux.Handle("/mcp", handler)
	mux.Handle("/mcp/", handler) // one process that plays many servers
	mux.HandleFunc("POST /release", func(w http.ResponseWriter, r *http.Request) {
		tools, known := releases[r.URL.Query().Get("number")]
		if !known {
			http.Error(w, "there is no such release", http.StatusNotFound)
			return
		}
		offer(server, tools)
	})
	log.Printf("weather %s listens on %s", *number, *listen)
	log.Fatal((&http.Server{Addr: *listen, Handler: mux, ReadHeaderTimeout: 5 * time.Second}).ListenAndServe())
}

// offer makes these the server's tools, of which it tells those who listen.
func offer(server *mcp.Server, tools []*mcp.Tool) {
	gone := map[string]bool{}
	for _, known := range releases {
		for _, tool := range known {
			gone[tool.Name] = true
		}
	}
	for _, tool := range tools {
		delete(gone, tool.Name)
		server.AddTool(tool, answer)
	}
	for name := range gone {
		server.RemoveTools(name)
	}
}

// answer is what every tool does.
func answer(_ context.Context, request *mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	text := fmt.Sprintf("%s of %s: mild", request.Params.Name, request.Params.Arguments)
	host, err := os.Hostname()
	if err == nil {
		text += ", says " + host
	}
	return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: text}}}, nil
}

func tool(name, description, schema string) *mcp.Tool {
	return &mcp.Tool{
		Name:        name,
		Description: description,
		Annotations: &mcp.ToolAnnotations{ReadOnlyHint: true},
		InputSchema: json.RawMessage(schema),
	}
}

const (
	byCity = `{"type": "object", "required": ["city"], "properties": {
		"city": {"type": "string", "description": "Name of the city"}}}`
	byCityAndDays = `{"type": "object", "required": ["city"], "properties": {
		"city": {"type": "string", "description": "Name of the city"},
		"days": {"type": "integer", "minimum": 1, "maximum": 14}}}`
	byPlace = `{"type": "object", "required": ["latitude", "longitude"], "properties": {
		"latitude": {"type": "number", "minimum": -90, "maximum": 90},
		"longitude": {"type": "number", "minimum": -180, "maximum": 180},
		"days": {"type": "integer", "minimum": 1, "maximum": 14}}}`
)

var (
	current  = tool("current", "The weather of a city now.", byCity)
	forecast = tool("forecast", "The weather of a city in the next days.", byCity)
	longer   = tool("forecast", "The weather of a city in the next days.", byCityAndDays)
	located  = tool("forecast", "The weather of a city in the next days.", byPlace)
	alerts   = tool("alerts", "Warnings for a city.", byCity)
)

// releases says what each release offers. 1.1.0 takes all calls of 1.0.0, and 2.0.0 does not.
var releases = map[string][]*mcp.Tool{
	"1.0.0":           {current, forecast},
	"1.1.0":           {current, longer, alerts},
	"2.0.0":           {current, located, alerts},
	"2.0.0-two-tools": {current, located},
}
