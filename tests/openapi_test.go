package tests

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// apiDocument is the OpenAPI document of a running program.
type apiDocument struct {
	t        testing.TB
	compiler *jsonschema.Compiler
	paths    map[string]any

	mu   sync.Mutex
	seen map[string]bool // operations with a checked exchange
}

// document fetches the document from the program; it must be the one in docs/.
func (p *program) document() *apiDocument {
	p.t.Helper()
	status, text := p.browser().do("GET", "/api/openapi.json", nil, nil)
	kept, err := os.ReadFile("docs/openapi.json")
	if status != http.StatusOK || err != nil || string(kept) != text {
		p.t.Fatalf("/api/openapi.json answers %d, and not what is in docs/openapi.json (%v)", status, err)
	}
	parsed, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		p.t.Fatal(err)
	}
	d := &apiDocument{t: p.t, compiler: jsonschema.NewCompiler(), paths: parsed.(map[string]any)["paths"].(map[string]any), seen: map[string]bool{}}
	if err := d.compiler.AddResource("mem:///api", parsed); err != nil {
		p.t.Fatal(err)
	}
	return d
}

// proxyTo starts a proxy in front of the program that checks every call and every answer
// against the document, and returns its URL.
func (d *apiDocument) proxyTo(p *program) string {
	to, err := url.Parse(p.base)
	if err != nil {
		p.t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) },
		ModifyResponse: func(resp *http.Response) error {
			answer, err := io.ReadAll(resp.Body)
			if err != nil {
				return err
			}
			resp.Body = io.NopCloser(bytes.NewReader(answer))
			d.check(resp.Request, resp, answer)
			return nil
		},
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		if strings.HasPrefix(r.URL.Path, "/api/") {
			d.checkBody(r, body)
		}
		proxy.ServeHTTP(w, r)
	}))
	p.t.Cleanup(server.Close)
	return server.URL
}

// operation returns the operation of a request, and its place in the document.
func (d *apiDocument) operation(method, path string) (op map[string]any, place string) {
	parts := strings.Split(path, "/")
	best := -1
	for template, item := range d.paths {
		names := strings.Split(template, "/")
		fixed := 0
		for i := range names {
			if len(names) != len(parts) || !strings.HasPrefix(names[i], "{") && names[i] != parts[i] {
				fixed = -1
				break
			}
			if names[i] == parts[i] {
				fixed++
			}
		}
		if found, ok := item.(map[string]any)[strings.ToLower(method)].(map[string]any); ok && fixed > best {
			best, op = fixed, found
			place = "mem:///api#/paths/" + strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(template) + "/" + strings.ToLower(method)
		}
	}
	return op, place
}

// fits checks JSON against a schema of the document.
func (d *apiDocument) fits(what, place string, body []byte) {
	d.t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	schema, err := d.compiler.Compile(place)
	if err != nil {
		d.t.Errorf("%s: %v", what, err)
		return
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err == nil {
		err = schema.Validate(value)
	}
	if err != nil {
		d.t.Errorf("%s: %s\nis not what the document says: %v", what, body, err)
	}
}

// checkBody checks the body of a call against the document.
func (d *apiDocument) checkBody(r *http.Request, body []byte) {
	op, place := d.operation(r.Method, r.URL.Path)
	what := r.Method + " " + r.URL.Path
	for name := range r.URL.Query() {
		known := false
		for _, param := range listOf(op["parameters"]) {
			known = known || param["in"] == "query" && param["name"] == name
		}
		if !known && op != nil {
			d.t.Errorf("%s: ?%s= is not in the document", what, name)
		}
	}
	if op == nil || len(body) == 0 {
		return // an unknown operation is reported with its answer
	}
	if _, ok := op["requestBody"]; !ok {
		d.t.Errorf("%s: the document knows no body", what)
		return
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") && json.Valid(body) {
		d.fits(what+", the call", place+"/requestBody/content/application~1json/schema", body)
	}
}

// listOf is a list of objects.
func listOf(v any) (out []map[string]any) {
	list, _ := v.([]any)
	for _, e := range list {
		if fields, ok := e.(map[string]any); ok {
			out = append(out, fields)
		}
	}
	return out
}

// check checks an answer against the document.
func (d *apiDocument) check(r *http.Request, resp *http.Response, answer []byte) {
	if !strings.HasPrefix(r.URL.Path, "/api/") {
		return
	}
	op, place := d.operation(r.Method, r.URL.Path)
	what := fmt.Sprintf("%s %s, %d", r.Method, r.URL.Path, resp.StatusCode)
	if op == nil {
		d.t.Errorf("%s is not in the document", what)
		return
	}
	d.mu.Lock()
	d.seen[op["operationId"].(string)] = true
	d.mu.Unlock()
	response, ok := op["responses"].(map[string]any)[strconv.Itoa(resp.StatusCode)].(map[string]any)
	if !ok {
		d.t.Errorf("%s: the document has no such answer", what)
		return
	}
	content, _ := response["content"].(map[string]any)
	if _, isJSON := content["application/json"]; isJSON {
		d.fits(what, place+"/responses/"+strconv.Itoa(resp.StatusCode)+"/content/application~1json/schema", answer)
	} else if len(answer) > 0 && len(content) == 0 {
		d.t.Errorf("%s: an answer where the document has none: %s", what, answer)
	}
}
