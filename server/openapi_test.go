package server

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"danmaku/room"
)

var update = flag.Bool("update", false, "write docs/openapi.json anew")

// Every route of the API has its operation, and every operation its route and a summary.
func TestOperationsAreComplete(t *testing.T) {
	var keys []string
	for _, r := range table {
		if key := r.method + " " + r.path; strings.HasPrefix(r.path, "/api/") {
			keys = append(keys, key)
			if operations[key].says == "" {
				t.Errorf("%s is not in operations", key)
			}
		}
	}
	for key := range operations {
		if !slices.Contains(keys, key) {
			t.Errorf("there is no route %s", key)
		}
	}
}

// The error codes of operations are codes of the wire.
func TestOperationsNameKnownCodes(t *testing.T) {
	for key, op := range operations {
		for _, code := range op.errors {
			if !slices.Contains(room.Codes(), code) {
				t.Errorf("%s: %q is no code", key, code)
			}
		}
		if op.body != "" && !json.Valid([]byte(op.body)) {
			t.Errorf("%s: the example is no JSON", key)
		}
	}
}

// The document is valid OpenAPI 3.1 by the official schema (of the OpenAPI Initiative,
// Apache-2.0), every reference in it resolves, its examples match their schemas, and docs/
// has the same document as the server.
func TestDocument(t *testing.T) {
	compiler := jsonschema.NewCompiler()
	file, err := os.ReadFile("testdata/openapi-3.1.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	official, err := jsonschema.UnmarshalJSON(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(Document()))
	if err != nil {
		t.Fatal(err)
	}
	for name, doc := range map[string]any{"mem:///openapi-3.1": official, "mem:///document": document} {
		if err := compiler.AddResource(name, doc); err != nil {
			t.Fatal(err)
		}
	}
	schema, err := compiler.Compile("mem:///openapi-3.1")
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(document); err != nil {
		t.Errorf("it is no OpenAPI 3.1: %v", err)
	}
	wrong := map[string]any{"openapi": "3.1.0", "info": map[string]any{"title": "x"}, "paths": map[string]any{}}
	if schema.Validate(wrong) == nil {
		t.Error("the official schema lets everything pass")
	}
	ids := map[string]bool{}
	examples := 0
	for path, item := range document.(map[string]any)["paths"].(map[string]any) {
		for method, op := range item.(map[string]any) {
			fields := op.(map[string]any)
			id := fields["operationId"].(string)
			if ids[id] {
				t.Errorf("two operations are called %s", id)
			}
			ids[id] = true
			place := "mem:///document#/paths/" + strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(path) + "/" + method
			for status, answer := range fields["responses"].(map[string]any) {
				for media := range content(answer) {
					if _, err := compiler.Compile(place + "/responses/" + status + "/content/" + strings.ReplaceAll(media, "/", "~1") + "/schema"); err != nil {
						t.Errorf("%s %s, %s: %v", method, path, status, err)
					}
				}
			}
			for media, c := range content(fields["requestBody"]) {
				s, err := compiler.Compile(place + "/requestBody/content/" + strings.ReplaceAll(strings.ReplaceAll(media, "/", "~1"), "*", "%2A") + "/schema")
				if err != nil {
					t.Errorf("%s %s: %v", method, path, err)
					continue
				}
				if example, ok := c.(map[string]any)["example"]; ok {
					examples++
					if err := s.Validate(example); err != nil {
						t.Errorf("%s %s: the example: %v", method, path, err)
					}
				}
			}
		}
	}
	if examples < 10 {
		t.Errorf("only %d examples", examples)
	}
	const page = "../docs/openapi.json"
	if *update {
		if err := os.WriteFile(page, Document(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if kept, err := os.ReadFile(page); err != nil || !bytes.Equal(kept, Document()) {
		t.Errorf("%s is not what the server answers (%v): go test ./server -run TestDocument -update", page, err)
	}
}

// content returns the content of an answer or a body, by media type.
func content(of any) map[string]any {
	fields, _ := of.(map[string]any)
	c, _ := fields["content"].(map[string]any)
	return c
}
