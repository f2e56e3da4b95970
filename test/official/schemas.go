package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// validation is the answer of /v0.1/validate.
type validation struct {
	Valid  bool `json:"valid"`
	Issues []struct {
		Type, Path, Message, Severity, Reference string
	} `json:"issues"`
}

// beyond are the rules that the official service has, and so has this one, beyond what the schemas can say.
var beyond = []string{
	"invalid-server-name", "title-whitespace-only", "reserved-version-string", "version-looks-like-range",
	"invalid-remote-url", "invalid-templated-url", "stdio-transport-url-not-empty", "invalid-repository-url",
	"invalid-subfolder-path", "invalid-website-url", "invalid-registry-base-url", "icon-src-invalid-scheme",
	"package-name-has-spaces", "mcpb-file-sha256-required", "positional-argument-value-or-hint-required",
	"invalid-named-argument-name", "argument-value-starts-with-name", "publisher-provided-too-large", "reserved-meta-key",
}

// narrower are the places where the official service's types ask for more than its newest schema, and so does this registry: a text
// there is not empty. It asks for a $schema that is known, as the official service does. The schema refuses a server without a
// name for its argument or its repository's host, and takes one with an empty name.
var narrower = []string{"identifier] = \"\"", "registryType] = \"\"", "[version] = \"\"", "runtimeArguments 0 name] = \"\"", "[repository source] = \"\"", "[$schema]"}

// variant is a document that differs from a good one in one place.
type variant struct {
	what  string
	value map[string]any
}

// variants changes each member, one at a time, in every way that a schema speaks of.
func variants(good map[string]any) []variant {
	out := []variant{{"as it is", good}}
	var visit func(path []any, value any)
	visit = func(path []any, value any) {
		if len(path) > 0 {
			for _, other := range []any{nil, true, 7.5, "", "  ", strings.Repeat("x", 101), strings.Repeat("x", 256), "a b", "latest", "1.x",
				"https://example.com", "not a url", "stdio", "sse", []any{}, []any{1.0}, map[string]any{}} {
				out = append(out, variant{fmt.Sprintf("%v = %.20q", path, fmt.Sprint(other)), replaced(good, path, other, false)})
			}
			out = append(out, variant{fmt.Sprintf("%v removed", path), replaced(good, path, nil, true)})
		}
		switch value := value.(type) {
		case map[string]any:
			for key, each := range value {
				visit(append(slices.Clone(path), key), each)
			}
		case []any:
			for at, each := range value {
				visit(append(slices.Clone(path), at), each)
			}
		}
	}
	visit(nil, good)
	return out
}

// replaced is a copy of `good` with another value at `path`, or none.
func replaced(good map[string]any, path []any, other any, remove bool) map[string]any {
	var root any
	data, _ := json.Marshal(good)
	_ = json.Unmarshal(data, &root)
	at := root
	for _, step := range path[:len(path)-1] {
		if key, ok := step.(string); ok {
			at = at.(map[string]any)[key]
		} else {
			at = at.([]any)[step.(int)]
		}
	}
	switch last := path[len(path)-1].(type) {
	case string:
		if remove {
			delete(at.(map[string]any), last)
		} else {
			at.(map[string]any)[last] = other
		}
	case int:
		at.([]any)[last] = other
	}
	return root.(map[string]any)
}

func full(schema string) map[string]any {
	var value map[string]any
	data, _ := json.Marshal(server("io.example/full", "1.0.0"))
	_ = json.Unmarshal(data, &value)
	value["$schema"] = schema
	value["icons"] = []any{map[string]any{"src": "https://example.com/i.png", "mimeType": "image/png", "sizes": []any{"48x48"}, "theme": "dark"}}
	packages := value["packages"].([]any)
	packages = append(packages, map[string]any{"registryType": "mcpb", "identifier": "https://example.com/a.mcpb",
		"fileSha256": strings.Repeat("ab", 32), "transport": map[string]any{"type": "sse", "url": "http://localhost:{port}/sse"},
		"packageArguments": []any{map[string]any{"type": "positional", "valueHint": "port", "isRepeated": false}}})
	value["packages"] = packages
	return value
}

func schemaTests(folder string) []test {
	files, _ := filepath.Glob(filepath.Join(folder, "*.json"))
	slices.Sort(files)
	out := []test{{"there are published schemas to compare with", func(*client) error {
		if len(files) < 6 {
			return fmt.Errorf("%d in %s", len(files), folder)
		}
		return nil
	}}}
	for at, file := range files {
		version := strings.TrimSuffix(filepath.Base(file), ".json")
		current := at == len(files)-1
		sentence := fmt.Sprintf("a server.json of schema %s is taken with a warning, and judged by the newest schema", version)
		if current {
			sentence = fmt.Sprintf("what schema %s refuses is refused, and what it takes is taken unless a known rule says why", version)
		}
		out = append(out, test{sentence, func(c *client) error { return compare(c, file, current) }})
	}
	return out
}

func compare(c *client, file string, current bool) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var head struct {
		ID string `json:"$id"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return err
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat = true
	if err := compiler.AddResource(head.ID, bytes.NewReader(data)); err != nil {
		return err
	}
	schema, err := compiler.Compile(head.ID)
	if err != nil {
		return err
	}
	judge := func(value map[string]any) (validation, error) {
		var got validation
		err := c.want(200, "POST", "/v0.1/validate", value, &got)
		return got, err
	}
	if !current {
		got, err := judge(full(head.ID))
		if err != nil {
			return err
		}
		if !got.Valid || len(got.Issues) != 1 || got.Issues[0].Reference != "schema-version-deprecated" || got.Issues[0].Severity != "warning" {
			return fmt.Errorf("%+v", got.Issues)
		}
		return nil
	}
	all := variants(full(head.ID))
	var wrong []string
	taken, refused := 0, 0
	for _, each := range all {
		got, err := judge(each.value)
		if err != nil {
			return fmt.Errorf("%s: %w", each.what, err)
		}
		verdict := schema.Validate(any(each.value))
		if verdict != nil {
			refused++
			if got.Valid {
				wrong = append(wrong, fmt.Sprintf("%s: taken, and the schema says %v", each.what, verdict))
			}
			continue
		}
		taken++
		for _, issue := range got.Issues {
			known := slices.Contains(beyond, issue.Reference) ||
				slices.ContainsFunc(narrower, func(part string) bool { return strings.Contains(each.what, part) })
			if issue.Severity == "error" && !known {
				wrong = append(wrong, fmt.Sprintf("%s: refused, and the schema takes it: %s %s (%s)", each.what, issue.Path, issue.Message, issue.Reference))
			}
		}
	}
	fmt.Printf("      %d documents, of which the schema refuses %d\n", len(all), refused)
	if len(all) < 500 || taken < 100 || refused < 100 {
		return fmt.Errorf("too few documents: %d taken, %d refused", taken, refused)
	}
	if len(wrong) > 0 {
		return fmt.Errorf("%d of %d documents judged otherwise\n%s", len(wrong), len(all), strings.Join(wrong, "\n"))
	}
	return nil
}
