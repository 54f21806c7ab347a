package tests

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"danmaku/server"
)

// caller is one way to send requests: with a key in a header, with a console's session, as a
// phone, or without credentials.
type caller struct {
	name    string
	header  map[string]string
	session *browser // with cookies; nil for the other callers
	key     string   // also for the address of a socket
}

// callers returns all kinds of callers, for the room live and for another.
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
		{name: "observer", key: p.link("observer").Key},
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

// ask sends a request. Callers without a session keep no cookie either.
func (c caller) ask(p *program, method, path string, body any) (int, string) {
	p.t.Helper()
	b := c.session
	if b == nil {
		b = p.browser()
		b.http.Jar = nil
	}
	return b.do(method, path, body, c.header)
}

// The callers that a route accepts.
var (
	everybody  = []string{"nobody", "wrong", "phone", "audience", "overlay", "sender", "observer", "moderator", "owner", "foreign", "moderator's session", "owner's session", "foreign session"}
	owners     = []string{"owner", "owner's session"}
	moderators = append([]string{"moderator", "moderator's session"}, owners...)
	anyRooms   = append([]string{"foreign", "foreign session"}, moderators...)
	sessions   = []string{"moderator's session", "owner's session"}
	anySession = append([]string{"foreign session"}, sessions...)
	phones     = []string{"phone"}
	noSession  = everybody[:10]
	programs   = append([]string{"sender"}, moderators...)
	writers    = append([]string{"phone", "sender"}, moderators...)
)

// Every kind of caller requests every route; a route without a row fails the
// test. 401 is for unknown clients, 403 for those without permission, and neither
// reveals anything about the refused resource.
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
	const comments, items = "/api/rooms/:room/comments", "/api/rooms/:room/items"
	tested := map[string]bool{}
	for _, tt := range []struct {
		method, route string
		path          string // after the last fixed part, if the route alone does not define it
		who           []string
		body          any
		unknown       []string // callers that get 401, if they differ from: no key, a wrong key, phones
	}{
		{method: "DELETE", route: comments + "/:id", path: "/api/rooms/live/comments/" + own.ID, who: phones}, // before any other caller has visited the audience's page
		{method: "POST", route: items + "/:id/take_part", who: phones, unknown: everybody},
		{method: "GET", route: "/", who: everybody},
		{method: "GET", route: "/r/:room", who: everybody},
		{method: "POST", route: "/r/:room", who: everybody},
		{method: "GET", route: "/r/:room/app.webmanifest", who: everybody},
		{method: "GET", route: "/r/:room/picture/:file", path: "/r/live/picture/0.jpg", who: everybody},
		{method: "GET", route: "/overlay/:room", who: everybody},
		{method: "GET", route: "/chat/:room", who: everybody},
		{method: "GET", route: "/a/:hash/*", path: "/a/0/overlay/main.js", who: everybody},
		{method: "GET", route: "/emotes/:name", path: "/emotes/0", who: everybody},
		{method: "GET", route: "/photos/:key", path: "/photos/0", who: everybody},
		{method: "GET", route: "/favicon.ico", who: everybody},
		{method: "GET", route: "/r/:room/privacy", who: everybody},
		{method: "POST", route: "/r/:room/privacy", who: everybody},
		{method: "GET", route: "/healthz", who: everybody},
		{method: "GET", route: "/readyz", who: everybody},
		{method: "GET", route: "/poster/:room", who: everybody},
		{method: "GET", route: "/secure/:room", who: everybody},
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
		{method: "GET", route: "/api/openapi.json", who: everybody},
		{method: "GET", route: "/api/local"}, // commands on this machine alone
		{method: "GET", route: "/api/links", who: owners},
		{method: "POST", route: "/api/links", who: owners, body: body{"room": "live", "role": "sender"}},
		{method: "DELETE", route: "/api/links/:id", who: owners, path: "/api/links/999"},
		{method: "POST", route: "/api/links/:id/restore", who: owners, path: "/api/links/999/restore"},
		{method: "GET", route: "/api/links/:id/qr.svg", who: owners, path: "/api/links/999/qr.svg"},
		{method: "GET", route: "/api/keep", who: owners},
		{method: "PUT", route: "/api/keep", who: owners, body: body{"days": -1}},
		{method: "GET", route: "/api/rooms", who: anyRooms},
		{method: "POST", route: "/api/rooms", who: owners, body: body{"id": "Not Valid"}},
		{method: "GET", route: "/api/rooms/:room", who: moderators},
		{method: "PATCH", route: "/api/rooms/:room", who: moderators, body: body{"title": "live"}},
		{method: "PUT", route: "/api/rooms/:room/picture", who: owners},
		{method: "GET", route: "/api/rooms/:room/wifi", who: moderators},
		{method: "PUT", route: "/api/rooms/:room/wifi", who: moderators, body: body{"name": ""}},
		{method: "GET", route: "/api/rooms/:room/emotes", who: everybody},
		{method: "PUT", route: "/api/rooms/:room/emotes/:name", path: "/api/rooms/live/emotes/wave", who: moderators, body: body{}},
		{method: "PATCH", route: "/api/rooms/:room/emotes/:name", path: "/api/rooms/live/emotes/wave", who: moderators, body: body{"name": "hello"}},
		{method: "DELETE", route: "/api/rooms/:room/emotes/:name", path: "/api/rooms/live/emotes/wave", who: moderators},
		{method: "GET", route: "/api/rooms/:room/addresses", who: moderators},
		{method: "GET", route: "/api/rooms/:room/events", path: "/api/rooms/live/events?since=x", who: append([]string{"observer"}, moderators...)}, // without it the answer never ends
		{method: "GET", route: "/api/rooms/:room/stats", who: moderators},
		{method: "GET", route: "/api/rooms/:room/export", path: "/api/rooms/live/export?format=csv", who: moderators},
		{method: "GET", route: "/api/rooms/:room/report", who: moderators},
		{method: "GET", route: "/api/rooms/:room/sessions", who: moderators},
		{method: "GET", route: "/api/rooms/:room/replay", who: moderators},
		{method: "POST", route: "/api/rooms/:room/replay", who: owners, body: body{"from": 0, "to": 1}},
		{method: "PUT", route: "/api/rooms/:room/replay/file", who: owners, body: body{}},
		{method: "PATCH", route: "/api/rooms/:room/replay", who: moderators, body: body{}},
		{method: "DELETE", route: "/api/rooms/:room/replay", who: moderators},
		{method: "POST", route: "/api/rooms/:room/obs", who: owners, body: body{"password": ""}},
		{method: "GET", route: comments, who: moderators},
		{method: "POST", route: comments, who: writers, body: body{"text": ""}},
		{method: "POST", route: comments + "/batch", who: programs, body: body{"comments": []body{{"text": ""}}}},
		{method: "DELETE", route: comments, path: "/api/rooms/live/comments?ref=none", who: programs},
		{method: "POST", route: comments + "/bulk", who: moderators, body: body{"act": "approve", "ids": []string{id}}},
		{method: "POST", route: comments + "/:id/approve", who: moderators},
		{method: "POST", route: comments + "/:id/refuse", who: moderators},
		{method: "POST", route: comments + "/:id/pin", who: moderators},
		{method: "DELETE", route: comments + "/:id/pin", who: moderators},
		{method: "GET", route: comments + "/:id/address", who: moderators},
		{method: "POST", route: comments + "/:id/remove", who: moderators},
		{method: "PUT", route: "/api/rooms/:room/looking", who: moderators, body: body{"console": "tab"}},
		{method: "GET", route: "/api/rooms/:room/review", who: moderators},
		{method: "POST", route: "/api/rooms/:room/review/:group/approve", path: "/api/rooms/live/review/none/approve", who: moderators},
		{method: "POST", route: "/api/rooms/:room/review/:group/refuse", path: "/api/rooms/live/review/none/refuse", who: moderators},
		{method: "POST", route: comments + "/:id/feature", who: moderators},
		{method: "GET", route: items, who: moderators},
		{method: "POST", route: items, who: moderators, body: body{"kind": "dance"}},
		{method: "GET", route: items + "/export", path: "/api/rooms/live/items/export?format=csv", who: moderators},
		{method: "GET", route: "/api/rooms/:room/reactions/export", path: "/api/rooms/live/reactions/export?format=csv", who: moderators},
		{method: "GET", route: items + "/:id", who: everybody},
		{method: "PATCH", route: items + "/:id", who: moderators, body: body{"rank": 1}},
		{method: "DELETE", route: items + "/:id", who: moderators},
		{method: "POST", route: items + "/order", who: moderators, body: body{"ids": []string{"a", "b"}}},
		{method: "GET", route: items + "/:id/questions", who: everybody},
		{method: "PATCH", route: items + "/:id/questions/:question", who: moderators, body: body{"answered": true}},
		{method: "GET", route: items + "/:id/photos", who: append([]string{"phone", "foreign session"}, moderators...), unknown: everybody}, // a session may have the audience's cookie, too,
		{method: "POST", route: items + "/:id/photos", who: append(phones, anySession...), unknown: everybody},
		{method: "POST", route: items + "/:id/queue", who: moderators},
		{method: "POST", route: items + "/:id/start", who: moderators},
		{method: "POST", route: items + "/:id/stop", who: moderators},
		{method: "POST", route: items + "/:id/redraw", who: moderators, body: body{"person": "u1"}},
		{method: "GET", route: "/api/rooms/:room/users/:user", who: moderators},
		{method: "GET", route: "/api/rooms/:room/users/:user/data", who: moderators},
		{method: "GET", route: "/api/rooms/:room/me", who: everybody}, // the caller's own identity, found only by a cookie
		{method: "DELETE", route: "/api/rooms/:room/me", who: everybody},
		{method: "POST", route: "/api/rooms/:room/users/:user/notes", who: moderators, body: body{"text": "asks well"}},
		{method: "DELETE", route: "/api/rooms/:room/users/:user/notes/:id", path: "/api/rooms/live/users/" + user + "/notes/1", who: moderators},
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
		{method: "GET", route: "/api/rooms/:room/chats", who: moderators},
		{method: "POST", route: "/api/rooms/:room/chats", who: owners, body: body{"link": ""}},
		{method: "POST", route: "/api/rooms/:room/chats/recognize", who: owners, body: body{"link": "twitch.tv/mika"}},
		{method: "PATCH", route: "/api/rooms/:room/chats/:id", path: "/api/rooms/live/chats/none", who: owners, body: body{"off": true}},
		{method: "DELETE", route: "/api/rooms/:room/chats/:id", path: "/api/rooms/live/chats/none", who: owners},
		{method: "POST", route: "/api/rooms/:room/chats/:id/test", path: "/api/rooms/live/chats/none/test", who: owners},
		{method: "GET", route: "/api/rooms/:room/buttons", who: owners},
		{method: "POST", route: "/api/rooms/:room/buttons", who: owners, body: body{"act": "dance"}},
		{method: "GET", route: "/api/rooms/:room/press/:act", path: "/api/rooms/live/press/dance", who: []string{"moderator", "owner"}, unknown: sessions}, // no session acts by a GET
		{method: "POST", route: "/api/rooms/:room/press/:act", path: "/api/rooms/live/press/dance", who: moderators},
		{method: "GET", route: "/api/rooms/:room/webhooks", who: owners},
		{method: "POST", route: "/api/rooms/:room/webhooks", who: owners, body: body{"url": ""}},
		{method: "PATCH", route: "/api/rooms/:room/webhooks/:id", path: "/api/rooms/live/webhooks/none", who: owners, body: body{"off": true}},
		{method: "DELETE", route: "/api/rooms/:room/webhooks/:id", path: "/api/rooms/live/webhooks/none", who: owners},
		{method: "POST", route: "/api/rooms/:room/webhooks/:id/test", path: "/api/rooms/live/webhooks/none/test", who: owners},
		{method: "POST", route: "/api/rooms/:room/ingest", who: programs, body: body{"chatname": "a", "chatmessage": "", "type": "kick"}},
		{method: "OPTIONS", route: "/api/rooms/:room/ingest", who: everybody},
		{method: "GET", route: "/api/rooms/:room/audit", who: moderators},
		{method: "GET", route: "/api/rooms/:room/audit", path: "/api/rooms/live/audit?format=csv", who: moderators},
		{method: "POST", route: "/api/rooms/:room/audit/:id/undo", path: "/api/rooms/live/audit/9999/undo", who: moderators},
		{method: "POST", route: "/api/rooms/:room/clear", who: moderators},
		{method: "POST", route: "/api/rooms/:room/lockdown", who: moderators},
		{method: "DELETE", route: "/api/rooms/:room/lockdown", who: moderators},
		{method: "DELETE", route: "/api/rooms/:room/users/:user", who: moderators},
		{method: "DELETE", route: "/api/rooms/:room", who: owners}, // the last: it closes the room
	} {
		tested[tt.method+" "+tt.route] = true
		path := tt.path
		if path == "" {
			path = strings.NewReplacer(":room", "live", ":id", id, ":user", user, ":question", id).Replace(tt.route)
		}
		for _, c := range who {
			status, text := c.ask(p, tt.method, path, tt.body)
			allowed := status != 401 && status != 403
			if allowed != slices.Contains(tt.who, c.name) || status >= 500 || status == 405 {
				t.Errorf("%s %s by %s: %d %s", tt.method, path, c.name, status, text)
			}
			if !allowed && strings.Contains(text, secret) {
				t.Errorf("%s %s by %s reveals the refused resource: %d %s", tt.method, path, c.name, status, text)
			}
			unknown := c.name == "nobody" || c.name == "wrong" || c.name == "phone" || slices.Contains(tt.unknown, c.name)
			if !allowed && unknown != (status == 401) {
				t.Errorf("%s %s by %s: %d", tt.method, path, c.name, status)
			}
		}
	}
	// TestSocketsByRole tests the sockets.
	tested["GET /api/rooms/:room/socket"] = true
	var routes []string
	for _, r := range server.Routes() {
		routes = append(routes, r.Method+" "+r.Path)
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

// TestSocketsByRole opens each socket as each caller, in an open and in a secret room, by a
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
			{"overlay", []string{"overlay", "moderator", "owner"}}, // an overlay has no session
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
				if f := s.nextFrame(); f.Type != map[bool]string{true: "hello", false: "bye"}[in] || !in && f.Code != "not_allowed" {
					t.Errorf("%s as %s, secret %v: %+v", c.name, tt.view, secret, f)
				} else if !in && s.closeCode() != 4001 {
					t.Errorf("%s as %s: closed with another code", c.name, tt.view)
				}
			}
		}
	}
	// A program that watches as a console sends its key in a header.
	for _, c := range who {
		if c.key == "" {
			continue
		}
		s, _, err := p.browser().dial("console", "", http.Header{"Authorization": {"Bearer " + c.key}})
		if err != nil {
			t.Fatal(err)
		}
		if f := s.nextFrame(); (f.Type == "hello") != slices.Contains(moderators, c.name) {
			t.Errorf("%s by a header: %+v", c.name, f)
		}
	}
}
