package tests

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
)

// Refusals before the upgrade.
func TestHandshakeRefusals(t *testing.T) {
	p := start(t, t.TempDir())
	b := p.phone()
	host := strings.TrimPrefix(p.base, "http://")
	for _, tt := range []struct {
		name, origin, protocol, path string
		status                       int // 101 means accepted
	}{
		{name: "own origin", origin: "http://" + host, status: 101},
		{name: "no origin", status: 101},
		{name: "foreign origin", origin: "https://evil.example", status: 403},
		{name: "null origin", origin: "null", status: 403},
		{name: "own host, other port", origin: "http://127.0.0.1:1", status: 403},
		{name: "look-alike before", origin: "http://evil-" + host, status: 403},
		{name: "look-alike behind", origin: "http://" + host + ".evil.example", status: 403},
		{name: "look-alike user", origin: "http://" + host + "@evil.example", status: 403},
		{name: "look-alike path", origin: "http://" + host + "/", status: 403},
		{name: "another scheme", origin: "file://" + host, status: 403},
		{name: "other subprotocol", protocol: "graphql-ws", status: 400},
		{name: "ours among others", protocol: "graphql-ws, danmaku.v1", status: 101},
		{name: "unknown room", path: "/api/rooms/nowhere/socket?role=audience", status: 404},
		{name: "unknown role", path: "/api/rooms/live/socket?role=owner", status: 400},
		{name: "no role", path: "/api/rooms/live/socket", status: 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := tt.path
			if path == "" {
				path = "/api/rooms/live/socket?role=audience"
			}
			h := http.Header{}
			if tt.origin != "" {
				h.Set("Origin", tt.origin)
			}
			if tt.protocol != "" {
				h.Set("Sec-WebSocket-Protocol", tt.protocol)
			}
			conn, resp, err := (&websocket.Dialer{Jar: b.http.Jar}).Dial("ws://"+host+path, h)
			if err == nil {
				defer conn.Close()
				if want := map[bool]string{true: "danmaku.v1"}[tt.protocol != ""]; conn.Subprotocol() != want {
					t.Errorf("subprotocol %q", conn.Subprotocol())
				}
			}
			if resp == nil || resp.StatusCode != tt.status {
				t.Errorf("got %v, %v, want %d", resp, err, tt.status)
			}
		})
	}
}

// Accepted sockets that are told why they must close.
func TestByeRefusals(t *testing.T) {
	p := start(t, t.TempDir())
	audience, sender, moderator := p.link("audience"), p.link("sender"), p.link("moderator")
	revoked := p.link("overlay")
	if code := run(t.Context(), environment{args: []string{"link", "revoke", "--data", p.data, revoked.ID}, out: &strings.Builder{}, err: &strings.Builder{}}); code != 0 {
		t.Fatal(code)
	}
	for _, tt := range []struct{ name, role, key, bye string }{
		{name: "overlay without a key", role: "overlay", bye: "not_allowed"},
		{name: "overlay with nonsense", role: "overlay", key: "nonsense", bye: "not_allowed"},
		{name: "overlay with a wrong key", role: "overlay", key: strings.Repeat("A", 24), bye: "not_allowed"},
		{name: "overlay with a revoked key", role: "overlay", key: revoked.Key, bye: "revoked"},
		{name: "overlay with an audience key", role: "overlay", key: audience.Key, bye: "not_allowed"},
		{name: "overlay with a sender key", role: "overlay", key: sender.Key, bye: "not_allowed"},
		{name: "console without a session", role: "console", bye: "not_allowed"},
		{name: "console with the overlay key", role: "console", key: p.overlay, bye: "not_allowed"},
		{name: "console with a sender key", role: "console", key: sender.Key, bye: "not_allowed"},
		{name: "console with a moderator key", role: "console", key: moderator.Key},
		{name: "overlay with a moderator key", role: "overlay", key: moderator.Key},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q := ""
			if tt.key != "" {
				q = "&key=" + tt.key
			}
			s := p.browser().open(tt.role, q)
			s.t = t
			if tt.bye == "" {
				s.next("hello")
				return
			}
			if f := s.next("bye"); f.Code != tt.bye {
				t.Errorf("bye %q, want %q", f.Code, tt.bye)
			}
			if code := s.closeCode(); code != 4001 {
				t.Errorf("closed with %d", code)
			}
		})
	}
}

// A session in a cookie changes nothing without our header or from
// another site.
func TestSessionsAreGuardedAgainstOtherSites(t *testing.T) {
	p := start(t, t.TempDir())
	s := p.phone().open("audience", "")
	s.send("c1", "something")
	path := "/api/rooms/live/comments/" + s.next("ack").ID + "/remove"
	boss := p.console()
	for name, header := range map[string]map[string]string{
		"no header":     nil,
		"cross-site":    {"X-Requested-With": "danmaku", "Sec-Fetch-Site": "cross-site"},
		"other origin":  {"X-Requested-With": "danmaku", "Origin": "https://evil.example"},
		"simple header": {"X-Requested-With": "XMLHttpRequest"},
	} {
		if status, body := boss.do("POST", path, nil, header); status != 401 && status != 403 {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	if status, body := boss.do("POST", path, nil, ours); status != 204 {
		t.Errorf("our own page: %d %s", status, body)
	}
}

// Invalid frames get an error or close the socket; nothing else comes of
// them.
func TestBadFrames(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0")
	big := fmt.Sprintf(`{"type":"send","text":%q}`, strings.Repeat("x", 5<<10))
	deep := `{"type":"send","text":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + `}`
	for _, tt := range []struct {
		name   string
		kind   int
		in     string
		code   string // of the answer
		closed int    // or the close code
	}{
		{name: "5 KiB", in: big, closed: websocket.CloseMessageTooBig},
		{name: "not UTF-8", in: "{\"type\":\"send\",\"text\":\"\xff\"}", closed: websocket.CloseInvalidFramePayloadData},
		{name: "binary", kind: websocket.BinaryMessage, in: `{"type":"send","text":"x"}`, code: "bad_frame"},
		{name: "deep", in: deep, code: "bad_frame"},
		{name: "no JSON", in: "hello", code: "bad_frame"},
		{name: "unknown type", in: `{"type":"shout"}`, code: "bad_frame"},
		{name: "obs on a phone", in: `{"type":"obs","event":"stream_start"}`, code: "bad_frame"},
		{name: "empty", in: `{"type":"send","text":""}`, code: "empty"},
		{name: "blank", in: `{"type":"send","text":"   \n"}`, code: "empty"},
		{name: "invisible", in: `{"type":"send","text":"\u200b\u3164"}`, code: "empty"},
		{name: "too long", in: `{"type":"send","text":"` + strings.Repeat("哈", 101) + `"}`, code: "too_long"},
		{name: "2,000 characters", in: `{"type":"send","text":"` + strings.Repeat("x", 2000) + `"}`, code: "too_long"},
		{name: "bad colour", in: `{"type":"send","text":"x","color":"red"}`, code: "bad_style"},
		{name: "bad ref", in: `{"type":"send","text":"x","ref":"a b"}`, code: "bad_frame"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := p.phone().open("audience", "")
			s.t = t
			kind := tt.kind
			if kind == 0 {
				kind = websocket.TextMessage
			}
			s.mu.Lock()
			err := s.conn.WriteMessage(kind, []byte(tt.in))
			s.mu.Unlock()
			if err != nil {
				t.Fatal(err)
			}
			if tt.closed != 0 {
				if code := s.closeCode(); code != tt.closed {
					t.Errorf("closed with %d, want %d", code, tt.closed)
				}
				return
			}
			f := s.nextFrame()
			for f.Type != "ack" && f.Type != "error" {
				f = s.nextFrame()
			}
			if f.Code != tt.code {
				t.Errorf("answered %+v, want %s", f, tt.code)
			}
		})
	}
	if _, body := p.console().do("GET", "/api/rooms/live/comments", nil, nil); !strings.Contains(body, `"comments":[]`) {
		t.Errorf("something is in the log: %s", body)
	}
}

// Comments that may not be posted. None of them is a server error.
func TestPostRefusals(t *testing.T) {
	p := start(t, t.TempDir())
	b := p.phone()
	for _, tt := range []struct {
		name, kind, body string
		length           int64 // the stated length, if it is not the body's
		status           int
	}{
		{name: "no JSON", kind: "application/json", body: "{", status: http.StatusBadRequest},
		{name: "a form's type", kind: "text/plain", body: `{"text":"x"}`, status: http.StatusBadRequest},
		{name: "not UTF-8", kind: "application/json", body: "{\"text\":\"\xff\"}", status: http.StatusBadRequest},
		{name: "empty", kind: "application/json", body: `{"text":" "}`, status: http.StatusUnprocessableEntity},
		{name: "more than 64 KiB", kind: "application/json", body: `{"text":"` + strings.Repeat("x", 70_000) + `"}`, status: http.StatusRequestEntityTooLarge},
		{name: "cut off", kind: "application/json", body: `{"text":"x"}`, length: 100, status: http.StatusBadRequest},
	} {
		if tt.length == 0 {
			tt.length = int64(len(tt.body))
		}
		if status := b.postRaw(tt.kind, tt.body, tt.length); status != tt.status {
			t.Errorf("%s: %d, want %d", tt.name, status, tt.status)
		}
	}
	p.stop()
	if strings.Contains(p.logs.String(), "level=ERROR") {
		t.Errorf("the log complains:\n%s", p.logs)
	}
}

// postRaw posts a comment over its own connection, whose sending half ends
// after the body, and returns the status.
func (b *browser) postRaw(kind, body string, length int64) int {
	b.t.Helper()
	at, err := url.Parse(b.p.base)
	if err != nil {
		b.t.Fatal(err)
	}
	conn, err := net.Dial("tcp", at.Host)
	if err != nil {
		b.t.Fatal(err)
	}
	defer conn.Close()
	cookies := ""
	for _, c := range b.http.Jar.Cookies(at) {
		cookies += c.Name + "=" + c.Value + "; "
	}
	fmt.Fprintf(conn, "POST /api/rooms/live/comments HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s",
		at.Host, cookies, kind, length, body)
	_ = conn.(*net.TCPConn).CloseWrite() // it may have answered and closed already
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode
}

func TestWatchersMayNotSend(t *testing.T) {
	p := start(t, t.TempDir())
	for _, s := range []*socket{p.overlaySocket(""), p.console().open("console", "")} {
		s.send("c1", "hello")
		if a := s.next("ack"); a.Outcome != "refused" || a.Code != "not_allowed" || a.Ref != "c1" {
			t.Errorf("%+v", a)
		}
	}
}

func TestFloods(t *testing.T) {
	p := start(t, t.TempDir())
	for name, write := range map[string]func(*websocket.Conn) error{
		"pings": func(c *websocket.Conn) error { return c.WriteMessage(websocket.PingMessage, nil) },
		"pongs": func(c *websocket.Conn) error { return c.WriteMessage(websocket.PongMessage, nil) },
		"beats": func(c *websocket.Conn) error { return c.WriteMessage(websocket.TextMessage, []byte(`{"type":"beat"}`)) },
	} {
		t.Run(name, func(t *testing.T) {
			s := p.phone().open("audience", "")
			s.t = t
			for range 500 {
				if write(s.conn) != nil {
					break
				}
			}
			if code := s.closeCode(); code != websocket.ClosePolicyViolation {
				t.Errorf("closed with %d", code)
			}
		})
	}
}

// Without a trusted proxy X-Forwarded-For has no effect; with one it does.
func TestForwardedFor(t *testing.T) {
	post := func(p *program, i int) int {
		b := p.phone()
		h := map[string]string{"X-Forwarded-For": fmt.Sprintf("203.0.113.%d", i)}
		status, _ := b.do("POST", "/api/rooms/live/comments", map[string]string{"text": fmt.Sprint("comment ", i)}, h)
		return status
	}
	count := func(p *program) (limited int) {
		for i := range 12 {
			if post(p, i) == http.StatusTooManyRequests {
				limited++
			}
		}
		return limited
	}
	// A burst of one for the address, which does not grow with people without
	// limits.
	args := []string{"--address-rate", "0.001", "--user-rate", "0"}
	if n := count(start(t, t.TempDir(), args...)); n != 11 {
		t.Errorf("forged addresses: %d of 12 limited, want 11", n)
	}
	if n := count(start(t, t.TempDir(), append(args, "--trusted-proxy", "127.0.0.0/8")...)); n != 0 {
		t.Errorf("a trusted proxy's addresses: %d of 12 limited, want none", n)
	}
}

func TestSocketCaps(t *testing.T) {
	p := start(t, t.TempDir(), "--max-sockets", "3", "--max-sockets-per-address", "2")
	for range 2 {
		p.phone().open("audience", "").next("hello")
	}
	s := p.phone().open("audience", "")
	if b := s.next("bye"); b.Code != "full" {
		t.Errorf("bye %+v", b)
	}
	if code := s.closeCode(); code != websocket.CloseTryAgainLater {
		t.Errorf("closed with %d", code)
	}
	q := start(t, t.TempDir(), "--max-sockets", "1")
	q.phone().open("audience", "").next("hello")
	if _, resp, err := q.phone().dial("audience", "", nil); err == nil || resp == nil || resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("over the process's cap: %v, %v", resp, err)
	}
}
