package server

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"danmaku/room"
	"danmaku/server/wire"
)

// operation describes what a route of the API accepts and answers; see [operations].
type operation struct {
	says   string   // in a few words
	query  []string // names of query parameters, each with a description after a space
	in     any      // a value of the body's type; nil means none
	raw    string   // media type of a body that is not JSON
	needed bool     // the body is required
	out    any      // a value of the answer's type; nil means none
	status int      // of success; 0 means 200, or 204 where out is nil
	also   []int    // other statuses of success, with the same answer
	media  string   // media type of an answer that is not JSON
	errors []string // codes of refusals besides those that all have
	body   string   // an example of the body
}

// Document is the API as OpenAPI 3.1, generated from the table of routes and the types on
// the wire.
var Document = sync.OnceValue(func() []byte {
	d := &documenter{schemas: schemas{}}
	paths := map[string]map[string]any{}
	for _, r := range table {
		if !strings.HasPrefix(r.path, "/api/") {
			continue
		}
		path := pathOf(r.path)
		if paths[path] == nil {
			paths[path] = map[string]any{}
		}
		paths[path][strings.ToLower(r.method)] = d.operation(r)
	}
	out := map[string]any{
		"openapi": "3.1.0",
		"info": map[string]any{
			"title": "danmaku", "version": "1",
			"description": "The HTTP API of danmaku, by which everything is done that its console does. docs/api.md shows it by example, docs/dev/protocol.md has every rule. Fields may be added; a client ignores what it does not know.\n\n" +
				"Errors have a `code` for programs and a `message` for people; `wait_ms`, and the header Retry-After, say when to try again.\n\n" +
				"Limits: a body of 64 KiB unless its operation says otherwise (413); 200 comments in a batch; for a sender link 200 comments a second (`--sender-rate`), for a room 40 (`--room-rate`), for a person one in two seconds (`--user-rate`); a button five times at once and one a second (429).",
			"license": map[string]any{"name": "MIT", "identifier": "MIT"},
		},
		"servers": []any{map[string]any{"url": "/"}},
		"paths":   paths,
		"components": map[string]any{
			"schemas": d.schemas,
			"securitySchemes": map[string]any{
				"key":     map[string]any{"type": "http", "scheme": "bearer", "description": "The key of an access link, as `danmaku link new` prints it."},
				"address": map[string]any{"type": "apiKey", "in": "query", "name": "key", "description": "The same key in the address, for clients that send no header of their own."},
				"session": map[string]any{"type": "apiKey", "in": "cookie", "name": sessionCookie, "description": "A console's session. What changes something also needs `X-Requested-With: danmaku`."},
			},
		},
	}
	b, err := json.MarshalIndent(out, "", " ")
	if err != nil {
		panic("openapi: " + err.Error()) // it consists of our own types
	}
	return append(b, '\n')
})

// openapi handles GET /api/openapi.json.
func (s *Server) openapi(c echo.Context) error {
	return c.Blob(http.StatusOK, echo.MIMEApplicationJSON, s.document())
}

// pathOf converts a route's path to OpenAPI's form.
func pathOf(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if name, ok := strings.CutPrefix(p, ":"); ok {
			parts[i] = "{" + name + "}"
		}
	}
	return strings.Join(parts, "/")
}

// documenter collects the schemas that operations name.
type documenter struct{ schemas schemas }

// operation is an OpenAPI operation.
func (d *documenter) operation(r route) map[string]any {
	op := operations[r.method+" "+r.path]
	out := map[string]any{"summary": op.says, "operationId": operationID(r), "tags": []string{tagOf(r.path)}}
	if params := parameters(r, op); len(params) > 0 {
		out["parameters"] = params
	}
	describe := "Limit of the body: " + strconv.FormatInt(max(r.body, formBody)>>10, 10) + " KiB."
	if r.needs != "" {
		out["description"] = "For a key with the permission `" + string(r.needs) + "`: " + roleList(r.needs) + "."
		out["security"] = security(r)
	}
	switch {
	case op.raw != "":
		out["requestBody"] = map[string]any{"required": true, "description": describe, "content": map[string]any{op.raw: map[string]any{"schema": map[string]any{"type": "string", "contentMediaType": op.raw}}}}
	case op.in != nil:
		content := map[string]any{"schema": d.schemas.of(op.in, false)}
		if op.body != "" {
			content["example"] = json.RawMessage(op.body)
		}
		out["requestBody"] = map[string]any{"required": op.needed, "description": describe, "content": map[string]any{"application/json": content}}
	}
	out["responses"] = d.responses(r, op)
	return out
}

// operationID names an operation for generated clients: "postRoomsRoomComments".
func operationID(r route) string {
	var b strings.Builder
	b.WriteString(strings.ToLower(r.method))
	for part := range strings.FieldsFuncSeq(strings.TrimPrefix(r.path, "/api/"), func(c rune) bool { return c == '/' || c == ':' || c == '_' || c == '.' }) {
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return b.String()
}

// tagOf returns the group of an operation by its path.
func tagOf(path string) string {
	rest := strings.TrimPrefix(path, "/api/")
	if inRoom, ok := strings.CutPrefix(rest, "rooms/:room/"); ok {
		rest = inRoom
	}
	tag, _, _ := strings.Cut(rest, "/")
	return tag
}

// roleList names the roles that have a permission.
func roleList(p room.Permission) string {
	var names []string
	for _, r := range room.RolesWith(p) {
		names = append(names, string(r))
	}
	return strings.Join(names, ", ")
}

// security returns the ways in which a request may authenticate.
func security(r route) []any {
	list := []any{map[string]any{"key": []string{}}}
	if r.keyed {
		list = append(list, map[string]any{"address": []string{}})
	}
	if r.needs != room.WatchEvents && (r.needs != room.PressButton || r.method == http.MethodPost) {
		list = append(list, map[string]any{"session": []string{}})
	}
	return list
}

// parameters returns the parameters in the path and in the query.
func parameters(r route, op operation) (list []any) {
	for part := range strings.SplitSeq(r.path, "/") {
		if name, ok := strings.CutPrefix(part, ":"); ok {
			schema := map[string]any{"type": "string"}
			if name == "act" {
				schema["enum"] = room.Presses
			}
			list = append(list, map[string]any{"name": name, "in": "path", "required": true, "schema": schema})
		}
	}
	for _, q := range op.query {
		name, says, _ := strings.Cut(q, " ")
		schema := map[string]any{"type": "string"}
		if n, ok := strings.CutPrefix(says, "# "); ok {
			schema, says = map[string]any{"type": "integer"}, n
		}
		list = append(list, map[string]any{"name": name, "in": "query", "description": says, "schema": schema})
	}
	return list
}

// responses returns the answers of an operation. Each refusal lists its codes.
func (d *documenter) responses(r route, op operation) map[string]any {
	success := map[string]any{"description": "Done."}
	status := op.status
	switch {
	case op.media != "":
		success["content"] = map[string]any{op.media: map[string]any{"schema": map[string]any{"type": "string", "contentMediaType": op.media}}}
		status = max(status, http.StatusOK)
	case op.out != nil:
		success["content"] = map[string]any{"application/json": map[string]any{"schema": d.schemas.of(op.out, true)}}
		status = max(status, http.StatusOK)
	case status == 0:
		status = http.StatusNoContent
	}
	out := map[string]any{}
	for _, s := range append([]int{status}, op.also...) {
		out[strconv.Itoa(s)] = success
	}
	for s, list := range refusals(r, op) {
		if _, success := out[strconv.Itoa(s)]; success {
			continue // already in the answer
		}
		slices.Sort(list)
		schema := d.schemas.of(wire.Error{}, true)
		if strings.HasSuffix(r.path, "/comments") && r.method == http.MethodPost || strings.HasSuffix(r.path, "/take_part") {
			schema = map[string]any{"anyOf": []any{schema, d.schemas.of(op.out, true)}} // a refusal is an answer like the others
		}
		out[strconv.Itoa(s)] = map[string]any{
			"description": "Refused: `" + strings.Join(list, "`, `") + "`.",
			"content":     map[string]any{"application/json": map[string]any{"schema": schema}},
		}
	}
	return out
}

// refusals returns the codes with which an operation can be refused, by status: its own, and
// those that follow from its route and its input.
func refusals(r route, op operation) map[int][]string {
	codes := map[int][]string{}
	add := func(list ...string) {
		for _, code := range list {
			s := wire.StatusOf(code)
			if !slices.Contains(codes[s], code) {
				codes[s] = append(codes[s], code)
			}
		}
	}
	add(op.errors...)
	add(wire.Internal.Code)
	if r.needs != "" || op.in != nil || slices.Contains(op.errors, "not_allowed") {
		codes[http.StatusUnauthorized], codes[http.StatusForbidden] = []string{"not_allowed"}, []string{"not_allowed"}
	}
	if strings.Contains(r.path, ":") {
		add("not_found")
	}
	if op.in != nil || op.raw != "" || len(op.query) > 0 {
		add("bad_frame")
		codes[http.StatusUnprocessableEntity] = append(codes[http.StatusUnprocessableEntity], "bad_frame") // a value out of bounds
	}
	if op.in != nil || op.raw != "" {
		codes[http.StatusRequestEntityTooLarge], codes[http.StatusUnsupportedMediaType] = []string{"too_long"}, []string{"bad_frame"}
		codes[http.StatusRequestTimeout] = []string{"bad_frame"}
	}
	if r.method != http.MethodGet {
		add("busy")
	}
	return codes
}
