package main

import (
	"encoding/json"
	"fmt"
)

// Objects of about 1.2 KB as they are held, without managedFields: some structure, mostly short strings.

func settings() map[string]string {
	values := map[string]string{}
	for i := range 14 {
		values[fmt.Sprintf("setting-%02d", i)] = fmt.Sprintf("a value of some length, as configuration has it, %02d", i)
	}
	return values
}

func name(i int) string { return fmt.Sprintf("object-%06d", i) }

func widget(i, children int) string {
	return encode(map[string]any{
		"apiVersion": "bench.mcpregistry.dev/v1", "kind": "Widget",
		"metadata": map[string]any{"name": name(i), "labels": map[string]string{"app.kubernetes.io/part-of": "bench"}},
		"spec":     map[string]any{"children": children, "note": "as created", "settings": settings()},
	})
}

func configMap(i int) string {
	return encode(map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap",
		"metadata": map[string]any{"name": name(i), "labels": map[string]string{"bench.mcpregistry.dev/part": "true"}},
		"data":     settings(),
	})
}

func encode(object any) string {
	text, err := json.Marshal(object)
	if err != nil {
		panic(err)
	}
	return string(text)
}
