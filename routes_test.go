package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// caller is somebody who asks: by a key in a header, by a console's session, as
// a phone, or as nobody.
type caller struct {
	name    string
	header  map[string]string
	session *browser // with cookies; nil for the others
	key     string   // also for the address of a socket
}

// callers are all kinds of people there are, on the room live and on another.
func callers(p *program) []caller {
	p.t.Helper()
	owner := p.console()
	owner.call("POST", "/api/rooms", map[string]any{"id": "other"}, 201)
	foreign := owner.call("POST", "/api/links", map[string]any{"room": "other", "role": "moderator"}, 201).Key
	session := func(key string) *browser {
		b := p.browser()
		if status, body := b.do("GET", "/console?key="+key, nil, nil); status != http.StatusOK {
			p.t.Fatalf("the console answers %d: %s", status, body)
		}
		return b
	}
	moderator := p.link("moderator").Key
	all := []caller{
		{name: "nobody"},
		{name: "wrong", key: strings.Repeat("A", 24)},
		{name: "phone", session: p.phone()},
		{name: "audience", key: p.link("audience").Key},
		{name: "overlay", key: p.overlay},
		{name: "sender", key: p.link("sender").Key},
		{name: "moderator", key: moderator},
		{name: "owner", key: p.link("owner").Key},
		{name: "foreign", key: foreign},
		{name: "moderator's session", session: session(moderator)},
		{name: "owner's session", session: owner},
		{name: "foreign session", session: session(foreign)},
	}
	for i, c := range all {
		if c.key != "" {
			all[i].header = map[string]string{"Authorization": "Bearer " + c.key}
		}
		if c.session != nil {
			all[i].header = ours
		}
	}
	return all
}

// ask sends a request. Those without a session keep no cookie either.
func (c caller) ask(p *program, method, path string, body any) (int, string) {
	p.t.Helper()
	b := c.session
	if b == nil {
		b = p.browser()
		b.http.Jar = nil
	}
	return b.do(method, path, body, c.header)
}

// Whom a route lets in.
var (
	everybody  = []string{"nobody", "wrong", "phone", "audience", "overlay", "sender", "moderator", "owner", "foreign", "moderator's session", "owner's session", "foreign session"}
	owners     = []string{"owner", "owner's session"}
	moderators = append([]string{"moderator", "moderator's session"}, owners...)
	anyRooms   = append([]string{"foreign", "foreign session"}, moderators...)
	sessions   = []string{"moderator's session", "owner's session"}
	anySession = append([]string{"foreign session"}, sessions...)
	phones     = []string{"phone"}
	noSession  = everybody[:9]
	writers    = append([]string{"phone", "sender"}, moderators...)
)

// Every route is asked by every kind of caller; a route without a row fails the
// test. 401 is for those whom nobody knows, 403 for who may not, and neither
// tells anything of what it refuses.
func TestRoutesByRole(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0", "--address-rate", "0")
	who := callers(p)
	s := p.phone().open("audience", "")
	user := s.next("hello").User.ID
	const secret = "something"
	s.send("c1", secret)
	id := s.next("ack").ID
	mine := who[slices.IndexFunc(who, func(c caller) bool { return c.name == "phone" })]
	_, answer := mine.ask(p, "POST", liveRoom+"/comments", map[string]any{"text": "mine"})
	var own frame
	decode(t, answer, &own)

	type body = map[string]any
	const comments = "/api/rooms/:room/comments"
	tested := map[string]bool{}
	for _, tt := range []struct {
		method, route string
		path          string // after the last fixed part, where the route alone does not say it
		who           []string
		body          any
		unknown       []string // who are answered 401, when that is more than nobody, a wrong key and a phone
	}{
		{method: "DELETE", route: comments + "/:id", path: "/api/rooms/live/comments/" + own.ID, who: phones, unknown: everybody}, // before any of the others has been at the audience's page
		{method: "GET", route: "/", who: everybody},
		{method: "GET", route: "/r/:room", who: everybody},
		{method: "POST", route: "/r/:room", who: everybody},
		{method: "GET", route: "/r/:room/app.webmanifest", who: everybody},
		{method: "GET", route: "/r/:room/picture/:file", path: "/r/live/picture/0.jpg", who: everybody},
		{method: "GET", route: "/overlay/:room", who: everybody},
		{method: "GET", route: "/a/:hash/*", path: "/a/0/overlay/main.js", who: everybody},
		{method: "GET", route: "/favicon.ico", who: everybody},
		{method: "GET", route: "/healthz", who: everybody},
		{method: "GET", route: "/readyz", who: everybody},
		{method: "GET", route: "/poster/:room", who: everybody},
		{method: "GET", route: "/console", who: anySession, unknown: noSession},
		{method: "GET", route: "/console/:room", who: sessions, unknown: noSession},
		{method: "GET", route: "/dock/:room", who: sessions, unknown: noSession},
		{method: "GET", route: "/welcome/:room", who: sessions, unknown: noSession},
		{method: "GET", route: "/builder/:room", who: sessions, unknown: noSession},
		{method: "GET", route: "/screen/:room", who: sessions, unknown: noSession},
		{method: "GET", route: "/screen/:room", path: "/screen/live?key=" + p.overlay, who: everybody},
		{method: "GET", route: "/overlay-loader/:room", who: sessions, unknown: noSession},
		{method: "GET", route: "/overlay-loader/:room", path: "/overlay-loader/live?key=" + p.overlay, who: everybody},

		{method: "GET", route: "/api/rooms/:room/qr.svg", who: everybody},
		{method: "GET", route: "/api/rooms/:room/qr.png", who: everybody},
		{method: "GET", route: "/api/links", who: owners},
		{method: "POST", route: "/api/links", who: owners, body: body{"room": "live", "role": "sender"}},
		{method: "DELETE", route: "/api/links/:id", who: owners, path: "/api/links/999"},
		{method: "POST", route: "/api/links/:id/restore", who: owners, path: "/api/links/999/restore"},
		{method: "GET", route: "/api/links/:id/qr.svg", who: owners, path: "/api/links/999/qr.svg"},
		{method: "GET", route: "/api/rooms", who: anyRooms},
		{method: "POST", route: "/api/rooms", who: owners, body: body{"id": "Not Valid"}},
		{method: "GET", route: "/api/rooms/:room", who: moderators},
		{method: "PATCH", route: "/api/rooms/:room", who: moderators, body: body{"title": "live"}},
		{method: "PUT", route: "/api/rooms/:room/picture", who: owners},
		{method: "GET", route: "/api/rooms/:room/addresses", who: moderators},
		{method: "GET", route: "/api/rooms/:room/stats", who: moderators},
		{method: "GET", route: "/api/rooms/:room/export", path: "/api/rooms/live/export?format=csv", who: moderators},
		{method: "GET", route: "/api/rooms/:room/sessions", who: moderators},
		{method: "GET", route: "/api/rooms/:room/replay", who: moderators},
		{method: "POST", route: "/api/rooms/:room/replay", who: owners, body: body{"from": 0, "to": 1}},
		{method: "PUT", route: "/api/rooms/:room/replay/file", who: owners, body: body{}},
		{method: "PATCH", route: "/api/rooms/:room/replay", who: moderators, body: body{}},
		{method: "DELETE", route: "/api/rooms/:room/replay", who: moderators},
		{method: "POST", route: "/api/rooms/:room/obs", who: owners, body: body{"password": ""}},
		{method: "GET", route: comments, who: moderators},
		{method: "POST", route: comments, who: writers, body: body{"text": ""}},
		{method: "POST", route: comments + "/bulk", who: moderators, body: body{"act": "approve", "ids": []string{id}}},
		{method: "POST", route: comments + "/:id/approve", who: moderators},
		{method: "POST", route: comments + "/:id/refuse", who: moderators},
		{method: "POST", route: comments + "/:id/pin", who: moderators},
		{method: "DELETE", route: comments + "/:id/pin", who: moderators},
		{method: "GET", route: comments + "/:id/address", who: moderators},
		{method: "POST", route: comments + "/:id/remove", who: moderators},
		{method: "GET", route: "/api/rooms/:room/users/:user", who: moderators},
		{method: "POST", route: "/api/rooms/:room/users/:user/remove", who: moderators},
		{method: "GET", route: "/api/rooms/:room/bans", who: moderators},
		{method: "POST", route: "/api/rooms/:room/bans", who: moderators, body: body{"user": user, "kind": "mute", "seconds": 1}},
		{method: "DELETE", route: "/api/rooms/:room/bans/:id", path: "/api/rooms/live/bans/1", who: moderators},
		{method: "GET", route: "/api/rooms/:room/rules", who: moderators},
		{method: "PUT", route: "/api/rooms/:room/rules", who: moderators, body: body{"name": "mine", "text": "word"}},
		{method: "PUT", route: "/api/rooms/:room/rules", who: owners, body: body{"name": "mine", "text": "word", "all": true}},
		{method: "DELETE", route: "/api/rooms/:room/rules/:name", path: "/api/rooms/live/rules/mine", who: moderators},
		{method: "DELETE", route: "/api/rooms/:room/rules/:name", path: "/api/rooms/live/rules/mine?all=1", who: owners},
		{method: "POST", route: "/api/rooms/:room/rules/check", who: moderators, body: body{"text": "word"}},
		{method: "GET", route: "/api/rooms/:room/styles", who: moderators},
		{method: "PUT", route: "/api/rooms/:room/styles", who: moderators, body: body{"name": "mine"}},
		{method: "DELETE", route: "/api/rooms/:room/styles/:name", path: "/api/rooms/live/styles/mine", who: moderators},
		{method: "GET", route: "/api/rooms/:room/audit", who: moderators},
		{method: "GET", route: "/api/rooms/:room/audit", path: "/api/rooms/live/audit?format=csv", who: moderators},
		{method: "POST", route: "/api/rooms/:room/audit/:id/undo", path: "/api/rooms/live/audit/9999/undo", who: moderators},
		{method: "POST", route: "/api/rooms/:room/clear", who: moderators},
		{method: "POST", route: "/api/rooms/:room/lockdown", who: moderators},
		{method: "DELETE", route: "/api/rooms/:room/lockdown", who: moderators},
		{method: "DELETE", route: "/api/rooms/:room", who: owners}, // the last: it closes the room
	} {
		tested[tt.method+" "+tt.route] = true
		path := tt.path
		if path == "" {
			path = strings.NewReplacer(":room", "live", ":id", id, ":user", user).Replace(tt.route)
		}
		for _, c := range who {
			status, text := c.ask(p, tt.method, path, tt.body)
			allowed := status != 401 && status != 403
			if allowed != slices.Contains(tt.who, c.name) || status >= 500 || status == 405 {
				t.Errorf("%s %s by %s: %d %s", tt.method, path, c.name, status, text)
			}
			if !allowed && strings.Contains(text, secret) {
				t.Errorf("%s %s by %s tells what it refuses: %d %s", tt.method, path, c.name, status, text)
			}
			unknown := c.name == "nobody" || c.name == "wrong" || c.name == "phone" || slices.Contains(tt.unknown, c.name)
			if !allowed && unknown != (status == 401) {
				t.Errorf("%s %s by %s: %d", tt.method, path, c.name, status)
			}
		}
	}
	// Who sits at a socket is TestSocketsByRole's.
	tested["GET /api/rooms/:room/socket"] = true
	routes := routesOf(t, "server/routes.go")
	if len(routes) < 50 {
		t.Fatalf("only %d routes were found", len(routes))
	}
	for _, route := range routes {
		if !tested[route] {
			t.Errorf("%s has no row", route)
		}
	}
	for route := range tested {
		if !slices.Contains(routes, route) {
			t.Errorf("there is no route %s", route)
		}
	}
}

// routesOf reads the routes out of the page that has them all: calls such as
// room.GET("/bans", …) of groups that are made there.
func routesOf(t *testing.T, file string) (routes []string) {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	const verbs = 7 // of the methods; the others are names of much else, too
	methods := []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "Any", "Add", "Match", "Static", "File"}
	prefix := map[string]string{"e": ""}
	call := func(n ast.Node) (on, method, path string) {
		c, ok := n.(*ast.CallExpr)
		if !ok || len(c.Args) == 0 {
			return "", "", ""
		}
		f, ok := c.Fun.(*ast.SelectorExpr)
		if !ok {
			return "", "", ""
		}
		x, ok1 := f.X.(*ast.Ident)
		if lit, ok2 := c.Args[0].(*ast.BasicLit); ok1 && ok2 && lit.Kind == token.STRING {
			path, err = strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			return x.Name, f.Sel.Name, path
		}
		return "", f.Sel.Name, ""
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		if a, ok := n.(*ast.AssignStmt); ok && len(a.Lhs) == 1 && len(a.Rhs) == 1 {
			if on, method, path := call(a.Rhs[0]); method == "Group" {
				name, ok := a.Lhs[0].(*ast.Ident)
				if _, known := prefix[on]; !ok || !known {
					t.Fatalf("a group that this test cannot read: %s", path)
				}
				prefix[name.Name] = prefix[on] + path
			}
		}
		on, method, path := call(n)
		at, known := prefix[on]
		switch {
		case known && slices.Contains(methods, method):
			routes = append(routes, method+" "+at+path)
		case !known && slices.Contains(methods[:verbs], method):
			t.Fatalf("a route that this test cannot read: %s %s", method, path)
		}
		return true
	})
	return routes
}

// Who may sit down at which socket, in an open room and in a secret one, by a
// key in the address, a key in a header and a session.
func TestSocketsByRole(t *testing.T) {
	p := start(t, t.TempDir())
	who := callers(p)
	for _, secret := range []bool{false, true} {
		if secret {
			p.console().call("PATCH", liveRoom, map[string]any{"secret": true}, 200)
		}
		guests := everybody
		if secret {
			guests = []string{"audience", "moderator", "owner", "moderator's session", "owner's session"}
		}
		for _, tt := range []struct {
			view string
			who  []string
		}{
			{"audience", guests},
			{"overlay", []string{"overlay", "moderator", "owner"}}, // it has no session
			{"console", moderators},
		} {
			for _, c := range who {
				b, query := c.session, ""
				if b == nil {
					b = p.browser()
				}
				if c.key != "" {
					query = "&key=" + c.key
				}
				s, _, err := b.dial(tt.view, query, nil)
				if err != nil {
					t.Fatal(err)
				}
				in := slices.Contains(tt.who, c.name)
				if f := s.anything(); f.Type != map[bool]string{true: "hello", false: "bye"}[in] || !in && f.Code != "not_allowed" {
					t.Errorf("%s as %s, secret %v: %+v", c.name, tt.view, secret, f)
				} else if !in && s.closeCode() != 4001 {
					t.Errorf("%s as %s: closed with another code", c.name, tt.view)
				}
			}
		}
	}
	// A program that watches a console has its key in a header.
	for _, c := range who {
		if c.key == "" {
			continue
		}
		s, _, err := p.browser().dial("console", "", http.Header{"Authorization": {"Bearer " + c.key}})
		if err != nil {
			t.Fatal(err)
		}
		if f := s.anything(); (f.Type == "hello") != slices.Contains(moderators, c.name) {
			t.Errorf("%s by a header: %+v", c.name, f)
		}
	}
}
