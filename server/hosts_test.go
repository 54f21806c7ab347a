package server

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"slices"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"danmaku/room"
	"danmaku/server/socket"
)

// forVisitors are the routes that a client without a key may use. All others answer 401 or
// 403.
var forVisitors = []string{
	"GET /", "GET /r/:room", "POST /r/:room", "GET /r/:room/app.webmanifest", "GET /r/:room/picture/:file",
	"GET /overlay/:room", "GET /chat/:room", "GET /poster/:room", "GET /secure/:room",
	"GET /a/:hash/*", "GET /favicon.ico", "GET /healthz", "GET /readyz", "GET /api/openapi.json",
	"GET /api/rooms/:room/socket", "GET /api/rooms/:room/qr.svg", "GET /api/rooms/:room/qr.png",
	"POST /api/rooms/:room/comments", "DELETE /api/rooms/:room/comments/:id",
	"GET /api/rooms/:room/items/:id", "GET /api/rooms/:room/items/:id/questions", "POST /api/rooms/:room/items/:id/take_part",
	"GET /api/rooms/:room/items/:id/photos", "POST /api/rooms/:room/items/:id/photos", // with a visitor's own cookie
	"GET /r/:room/privacy", "POST /r/:room/privacy",
	"GET /api/rooms/:room/me", "DELETE /api/rooms/:room/me", // with a visitor's own cookie, for that name only
	"GET /api/rooms/:room/emotes",     // what the room's phones may choose from
	"OPTIONS /api/rooms/:room/ingest", // says what may be sent, and does nothing
	"GET /emotes/:name",               // public pictures of chats
	"GET /photos/:key",                // for a browser that was shown the photo
}

// A foreign page whose name was made to lead here (DNS rebinding) sends requests like our
// own pages, from the same origin, in its browser's view. It has no cookie of ours, and
// nothing else gives it permissions: not even that it comes from this machine.
func TestAForeignHostMayDoWhatAVisitorMay(t *testing.T) {
	var out logs
	h := newTestServerWith(t, func(o *Options) { o.Log = loggedTo(&out) })
	_, port, _ := net.SplitHostPort(h.base)
	foreign := "rebound.example:" + port
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	// One browser, in which the owner has signed in, and whose name server gives false
	// answers.
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{Timeout: patience}).DialContext(ctx, network, h.base)
	}
	transport := &http.Transport{DialContext: dial}
	t.Cleanup(transport.CloseIdleConnections)
	browser := &http.Client{Jar: jar, Transport: transport, Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	ask := func(method, host, path string) int {
		t.Helper()
		req, err := http.NewRequest(method, "http://"+host+path, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		for k, v := range map[string]string{
			"Origin": "http://" + host, "Sec-Fetch-Site": "same-origin", "X-Requested-With": "danmaku", "Content-Type": "application/json",
		} {
			req.Header.Set(k, v)
		}
		resp, err := browser.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		_, _ = io.Copy(io.Discard, resp.Body)
		return resp.StatusCode
	}
	_, key, err := h.Service.NewLink(t.Context(), room.Actor{Role: room.Owner}, "", room.Owner, "")
	if err != nil {
		t.Fatalf("make an owner's link: %v", err)
	}
	ask(http.MethodGet, h.base, "/console/live?key="+key)
	if status := ask(http.MethodGet, h.base, "/api/links"); status != http.StatusOK {
		t.Fatalf("under our own name the owner is answered %d", status)
	}

	for _, route := range Routes() {
		path := strings.NewReplacer(":room", "live", ":id", "1", ":question", "2", ":user", "u", ":name", "n", ":file", "f.jpg", ":hash", "h", "*", "x.js").Replace(route.Path)
		status := ask(route.Method, foreign, path)
		refused := status == http.StatusUnauthorized || status == http.StatusForbidden
		if !refused && !slices.Contains(forVisitors, route.Method+" "+route.Path) {
			t.Errorf("%s %s is answered %d under a foreign name", route.Method, route.Path, status)
		}
	}

	for role, want := range map[string]string{"audience": "hello", "overlay": "bye", "console": "bye"} {
		d := websocket.Dialer{Jar: jar, NetDialContext: dial, HandshakeTimeout: patience, Subprotocols: []string{socket.Subprotocol}}
		conn, _, err := d.Dial("ws://"+foreign+"/api/rooms/live/socket?role="+role, http.Header{"Origin": {"http://" + foreign}})
		if err != nil {
			t.Fatalf("%s: %v", role, err)
		}
		t.Cleanup(func() { conn.Close() })
		if _, b, err := conn.ReadMessage(); err != nil || !strings.HasPrefix(string(b), `{"type":"`+want) {
			t.Errorf("%s: the first frame is %s, %v; want %s", role, b, err, want)
		}
	}

	if n := out.count("host=rebound.example"); n != 1 || out.count("--public-url") != 1 {
		t.Errorf("the log has the foreign name %d times: %s", n, &out.b)
	}
}

// The log has each foreign name once, and no more than a few, so that an attacker cannot
// fill it with names.
func TestUnknownHostsAreNamedOnce(t *testing.T) {
	var out logs
	h := newHosts(loggedTo(&out), "https://live.example.org", "http://192.168.1.20:2333", "https://chat.example.com:8443", "")
	for _, host := range []string{
		"127.0.0.1:2333", "[::1]:2333", "::1", "192.168.7.7", "8.8.8.8:80", "localhost", "localhost:2333", "studio", "studio:2333",
		"studio.local", "Studio.LOCAL.:2333", "pc.fritz.box", "pc.lan:2333", "server.home.arpa", "pod.cluster.internal",
		"live.example.org", "LIVE.example.org:443", "live.example.org.", "chat.example.com", "",
	} {
		h.note(host)
		if out.count("WARN") != 0 {
			t.Fatalf("%q is not known: %s", host, &out.b)
		}
	}
	for range 3 {
		h.note("abc.trycloudflare.com")
		h.note("ABC.trycloudflare.com.:8443")
		h.note("evil-live.example.org")
	}
	if out.count("WARN") != 2 || out.count("host=abc.trycloudflare.com") != 1 || out.count("host=evil-live.example.org") != 1 {
		t.Errorf("the log says %s", &out.b)
	}
	for i := range 1000 {
		h.note(strings.Repeat("a", i) + ".example.net")
	}
	if n := out.count("WARN"); n != maxUnknownHosts {
		t.Errorf("a thousand names make %d lines, want %d", n, maxUnknownHosts)
	}
}
