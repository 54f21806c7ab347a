package server

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"danmaku/live"
	"danmaku/room"
)

const (
	ownURL   = "https://a.example"
	otherURL = "https://b.example:8443"
	goneURL  = "https://c.example"
	allURL   = "https://all.example"
)

// listed is a cluster with a list of machines, whose home is this one.
type listed struct {
	here
	machines []room.Machine
}

func (c *listed) Machines() []room.Machine { return c.machines }

func (c *listed) AwaitFollowed(context.Context, uint64) error { return nil }

// newServerInCluster is a house that is one of three machines, the last of which is down. The caller
// may pass another list.
func newServerInCluster(t *testing.T, machines ...room.Machine) *testServer {
	t.Helper()
	if machines == nil {
		machines = []room.Machine{{Name: "a", Here: true, Up: true, URL: ownURL}, {Name: "b", Up: true, URL: otherURL}, {Name: "c", URL: goneURL}}
	}
	return newTestServerWith(t, func(o *Options) {
		o.Cluster = &listed{here{newHome: newHome{rest: func() error { return nil }}}, machines}
		o.PublicURL, o.MachineURL = allURL, ownURL
	})
}

// ask makes a request and returns the answer, whose body has been read.
func (s *testServer) ask(method, path string, header map[string]string) (*http.Response, string) {
	s.t.Helper()
	r, err := http.NewRequest(method, "http://"+s.base+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	for name, value := range header {
		r.Header.Set(name, value)
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp, string(body)
}

// newPerson is a person whose browser has a cookie.
func (s *testServer) newPerson() (cookie string, id identity) {
	s.t.Helper()
	resp, _ := s.ask("GET", "/r/live", nil)
	for _, c := range resp.Cookies() {
		if strings.Contains(c.Name, identityCookie) {
			id, _ = s.readIdentity(c.Value)
			return c.Name + "=" + c.Value, id
		}
	}
	s.t.Fatal("the page sets no identity")
	return "", id
}

// socketFrom opens a socket from a page of an origin. status is the status of a refusal.
func (s *testServer) socketFrom(origin, query, cookie string) (hello map[string]any, status int) {
	s.t.Helper()
	header := http.Header{}
	if origin != "" {
		header.Set("Origin", origin)
	}
	if cookie != "" {
		header.Set("Cookie", cookie)
	}
	d := websocket.Dialer{HandshakeTimeout: patience, Subprotocols: []string{"danmaku.v1"}}
	conn, resp, err := d.Dial("ws://"+s.base+"/api/rooms/live/socket?"+query, header)
	if err != nil {
		if resp == nil {
			s.t.Fatal(err)
		}
		return nil, resp.StatusCode
	}
	s.t.Cleanup(func() { conn.Close() })
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	_, data, err := conn.ReadMessage()
	if err == nil {
		err = json.Unmarshal(data, &hello)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return hello, 0
}

func (s *testServer) overlayKey() string {
	s.t.Helper()
	key, err := s.Service.ScreenKey("live", room.Overlay)
	if err != nil {
		s.t.Fatal(err)
	}
	return key
}

// Phones and overlays receive the listed machines that answer; they receive none
// without a list, and consoles never do, because their session is bound to its host.
func TestHelloNamesOtherMachines(t *testing.T) {
	addresses := func(hello map[string]any) (out []string) {
		list, _ := hello["addresses"].([]any)
		for _, a := range list {
			out = append(out, a.(string))
		}
		slices.Sort(out)
		return out
	}
	for name, tt := range map[string]struct {
		machines []room.Machine
		want     []string
	}{
		"alone":              {[]room.Machine{}, nil},
		"without addresses":  {[]room.Machine{{Name: "a", Here: true, Up: true}, {Name: "b", Up: true}}, nil},
		"only this one has":  {[]room.Machine{{Name: "a", Here: true, Up: true, URL: ownURL}, {Name: "b", Up: true}}, nil},
		"others, one edge":   {[]room.Machine{{Name: "a", Here: true, Up: true}, {Name: "b", Up: true, URL: otherURL}, {Name: "e", Up: true, Edge: true, URL: goneURL}}, []string{otherURL, goneURL}},
		"one is gone":        {nil, []string{otherURL}},
		"one is a witness":   {[]room.Machine{{Name: "w", Up: true, Witness: true, URL: otherURL}}, nil},
		"named twice":        {[]room.Machine{{Name: "b", Up: true, URL: otherURL}, {Name: "c", Up: true, URL: otherURL}}, []string{otherURL}},
		"what is no origin":  {[]room.Machine{{Name: "b", Up: true, URL: "https://b.example/x"}, {Name: "c", Up: true, URL: "https://b.example; script-src *"}, {Name: "d", Up: true, URL: "https://*"}, {Name: "e", Up: true, URL: "ws://b.example"}}, nil},
		"this one's address": {[]room.Machine{{Name: "b", Up: true, URL: ownURL}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			h := newServerInCluster(t, tt.machines...)
			cookie, _ := h.newPerson()
			phone, _ := h.socketFrom("", "role=audience", cookie)
			if got := addresses(phone); !slices.Equal(got, tt.want) {
				t.Errorf("a phone receives %q; want %q", got, tt.want)
			}
			if _, has := phone["user"].(map[string]any)["ticket"]; has != (tt.want != nil) {
				t.Errorf("ticket: %v", has)
			}
			overlay, _ := h.socketFrom("", "role=overlay&key="+h.overlayKey(), "")
			if got := addresses(overlay); !slices.Equal(got, tt.want) {
				t.Errorf("an overlay receives %q; want %q", got, tt.want)
			}
			_, key, err := h.Service.NewLink(t.Context(), live.Shell, "", room.Owner, "test")
			if err != nil {
				t.Fatal(err)
			}
			if console, _ := h.socketFrom("", "role=console&key="+key, ""); addresses(console) != nil {
				t.Error("a console receives addresses")
			}
		})
	}
}

// Sockets may come from pages of the machines on the list, also of one that is
// down, and from their shared address. Those of consoles may not.
func TestSocketsFromPagesOfOtherMachines(t *testing.T) {
	h := newServerInCluster(t)
	cookie, _ := h.newPerson()
	_, key, err := h.Service.NewLink(t.Context(), live.Shell, "", room.Owner, "test")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		origin, query string
		status        int
	}{
		{otherURL, "role=audience", 0}, {goneURL, "role=audience", 0}, {allURL, "role=audience", 0}, {ownURL, "role=audience", 0},
		{goneURL, "role=overlay&key=" + h.overlayKey(), 0},
		{goneURL, "role=console&key=" + key, http.StatusForbidden},
		{"https://evil.example", "role=audience", http.StatusForbidden}, {"https://b.example", "role=audience", http.StatusForbidden},
		{"http://b.example:8443", "role=audience", http.StatusForbidden}, {"null", "role=audience", http.StatusForbidden},
	} {
		if _, status := h.socketFrom(tt.origin, tt.query, cookie); status != tt.status {
			t.Errorf("%s, %s: %d; want %d", tt.origin, tt.query, status, tt.status)
		}
	}
	alone := newServerInCluster(t, room.Machine{Name: "a", Here: true, Up: true, URL: ownURL})
	if _, status := alone.socketFrom(otherURL, "role=audience", ""); status != http.StatusForbidden {
		t.Errorf("a machine without others answers %d", status)
	}
}

// A ticket makes its bearer the person whose cookie it was made from, whatever cookies come
// with it; with that person's bans, and without a ticket that would last longer.
func TestATicketIdentifiesTheSamePerson(t *testing.T) {
	h := newServerInCluster(t)
	cookie, id := h.newPerson()
	hello, _ := h.socketFrom("", "role=audience", cookie)
	user := hello["user"].(map[string]any)
	signed, _ := user["ticket"].(string)
	if user["ticket_ms"] != float64(ticketAge.Milliseconds()) {
		t.Errorf("it is valid for %v ms", user["ticket_ms"])
	}
	query := "role=audience&ticket=" + url.QueryEscape(signed)
	other, _ := h.newPerson()
	for name, cookie := range map[string]string{"without cookies": "", "with another person's": other} {
		moved, status := h.socketFrom(otherURL, query, cookie)
		if status != 0 {
			t.Fatalf("%s: %d", name, status)
		}
		if got := moved["user"].(map[string]any); got["id"] != user["id"] || got["ticket"] != nil || got["token"] != nil {
			t.Errorf("%s: %v; want %v", name, got, user["id"])
		}
	}
	if got, ok := h.readTicket("live", signed); !ok || !got.identity.made.Equal(id.made) || got.identity.fleeting || id.made.IsZero() {
		t.Errorf("the age of the identity: %v, %v; want %v", got.identity, ok, id.made)
	}

	person := h.Service.Keys().Pseudonym("live", id.id)
	if _, _, err := h.Service.Ban(t.Context(), "live", room.Actor{Role: room.Owner}, live.BanRequest{Kind: room.FullBan, User: person}); err != nil {
		t.Fatal(err)
	}
	if got, _ := h.socketFrom(otherURL, query, ""); got["type"] != "bye" || got["code"] != "banned" {
		t.Errorf("a banned person gets %v", got)
	}
}

// An invalid ticket admits nobody: the page tries its own machine again.
func TestBadTicketsAreRefused(t *testing.T) {
	h := newServerInCluster(t)
	cookie, id := h.newPerson()
	good := h.newTicket("live", id, 0)
	if _, err := h.Service.NewRoom(context.Background(), room.Actor{Role: room.Owner}, room.New("other")); err != nil {
		t.Fatal(err)
	}
	last := "A"
	if good[len(good)-1] == 'A' {
		last = "Q"
	}
	for name, signed := range map[string]string{
		"nonsense": "x", "forged": good[:len(good)-1] + last, "of another room": h.newTicket("other", id, 0),
		"an identity": h.identityToken(id), "too long": good + strings.Repeat(".", 300),
		"of other fields": h.sign("ticket", "live", id.id),
	} {
		if _, status := h.socketFrom(otherURL, "role=audience&ticket="+url.QueryEscape(signed), cookie); status != http.StatusForbidden {
			t.Errorf("%s: %d", name, status)
		}
	}
	now := h.now()
	h.Server.now = func() time.Time { return now.Add(ticketAge) }
	if _, status := h.socketFrom(otherURL, "role=audience&ticket="+url.QueryEscape(good), ""); status != http.StatusForbidden {
		t.Errorf("an expired one: %d", status)
	}
	h.Server.now = func() time.Time { return now.Add(ticketAge - time.Second) }
	if _, status := h.socketFrom(otherURL, "role=audience&ticket="+url.QueryEscape(good), ""); status != 0 {
		t.Errorf("one that is valid for another second: %d", status)
	}
}

// An address with another person's ticket makes nobody write under that identity: pages do not
// read it, and no cookie is made from it.
func TestNoPageTakesATicket(t *testing.T) {
	h := newServerInCluster(t)
	_, id := h.newPerson()
	signed := h.newTicket("live", identity{id: id.id}, 0)
	for _, header := range []map[string]string{nil, {tokenHeader: signed}} {
		resp, _ := h.ask("GET", "/r/live?ticket="+url.QueryEscape(signed), header)
		for _, c := range resp.Cookies() {
			if got, ok := h.readIdentity(c.Value); ok && got.id == id.id {
				t.Errorf("with the header %v another person's cookie is set", header)
			}
		}
	}
}

// In a secret room a ticket admits like its cookie, until the link is revoked.
func TestATicketOfASecretRoom(t *testing.T) {
	h := newServerInCluster(t)
	_, stranger := h.newPerson()
	secret := true
	if _, err := h.Service.SetRoom(t.Context(), "live", room.Actor{Role: room.Owner}, room.Patch{Secret: &secret}); err != nil {
		t.Fatal(err)
	}
	key, err := h.Service.ScreenKey("live", room.Audience)
	if err != nil {
		t.Fatal(err)
	}
	resp, _ := h.ask("GET", "/r/live?key="+key, map[string]string{"Cookie": "other=1"})
	var cookies []string
	for _, c := range resp.Cookies() {
		cookies = append(cookies, c.Name+"="+c.Value)
	}
	resp, _ = h.ask("GET", "/r/live", map[string]string{"Cookie": strings.Join(cookies, "; ")})
	for _, c := range resp.Cookies() {
		cookies = append(cookies, c.Name+"="+c.Value)
	}
	hello, _ := h.socketFrom("", "role=audience", strings.Join(cookies, "; "))
	signed, _ := hello["user"].(map[string]any)["ticket"].(string)
	query := "role=audience&ticket=" + url.QueryEscape(signed)
	if moved, status := h.socketFrom(otherURL, query, ""); status != 0 || moved["type"] != "hello" {
		t.Fatalf("a guest gets %d %v", status, moved)
	}
	if moved, _ := h.socketFrom(otherURL, "role=audience&ticket="+url.QueryEscape(h.newTicket("live", stranger, 0)), ""); moved["type"] != "bye" {
		t.Errorf("a person without a link gets %v", moved["type"])
	}
	link, err := h.Service.Open(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Service.RevokeLink(t.Context(), live.Shell, link.ID); err != nil {
		t.Fatal(err)
	}
	if moved, _ := h.socketFrom(otherURL, query, ""); moved["type"] != "bye" {
		t.Errorf("after the link was revoked a guest gets %v", moved["type"])
	}
}

// Pages of other machines may use the API of a room, with a ticket and without cookies.
func TestRequestsFromPagesOfOtherMachines(t *testing.T) {
	h := newServerInCluster(t)
	cookie, id := h.newPerson()
	signed := h.newTicket("live", id, 0)
	path := "/api/rooms/live/comments/019a0000-0000-7000-8000-000000000000"
	preflight := map[string]string{"Origin": goneURL, "Access-Control-Request-Method": "DELETE", "Access-Control-Request-Headers": "x-danmaku-identity,x-requested-with"}
	resp, _ := h.ask("OPTIONS", path, preflight)
	if resp.StatusCode != http.StatusNoContent || resp.Header.Get("Access-Control-Allow-Origin") != goneURL ||
		!strings.Contains(resp.Header.Get("Access-Control-Allow-Headers"), tokenHeader) || resp.Header.Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("a preflight request gets %d %v", resp.StatusCode, resp.Header)
	}
	for _, tt := range []struct {
		name   string
		header map[string]string
		status int
		shared string
	}{
		{"a page of the list", map[string]string{"Origin": goneURL, "Sec-Fetch-Site": "cross-site", tokenHeader: signed}, http.StatusNotFound, goneURL},
		{"the address of all", map[string]string{"Origin": allURL, "Sec-Fetch-Site": "same-site", tokenHeader: signed}, http.StatusNotFound, allURL},
		{"another page", map[string]string{"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site", tokenHeader: signed}, http.StatusForbidden, ""},
		{"with a cookie", map[string]string{"Origin": goneURL, "Sec-Fetch-Site": "same-site", "Cookie": cookie}, http.StatusForbidden, ""},
	} {
		resp, body := h.ask("DELETE", path, tt.header)
		if resp.StatusCode != tt.status || resp.Header.Get("Access-Control-Allow-Origin") != tt.shared {
			t.Errorf("%s: %d %q %s; want %d %q", tt.name, resp.StatusCode, resp.Header.Get("Access-Control-Allow-Origin"), body, tt.status, tt.shared)
		}
	}
	if resp, _ := h.ask("GET", "/r/live", map[string]string{"Origin": goneURL}); resp.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("a page of another machine may read pages")
	}
}

// The policies of pages that continue elsewhere name exactly the machines of the list;
// those pages may show pictures of the room.
func TestPoliciesNameOtherMachines(t *testing.T) {
	h, alone := newServerInCluster(t), newTestServer(t)
	part := func(policy, name string) string {
		for p := range strings.SplitSeq(policy, "; ") {
			if strings.HasPrefix(p, name+" ") {
				return p
			}
		}
		return ""
	}
	for _, page := range []string{"/r/live", "/overlay/live?key=x", "/chat/live?key=x"} {
		resp, _ := h.ask("GET", page, nil)
		policy := resp.Header.Get("Content-Security-Policy")
		for name, want := range map[string]string{
			"connect-src": "connect-src 'self' ws://" + h.base + " wss://" + h.base + " " + otherURL + " wss://b.example:8443 " + goneURL + " wss://c.example",
			"img-src":     "img-src 'self' data: " + otherURL + " " + goneURL,
		} {
			if got := part(policy, name); got != want {
				t.Errorf("%s: %q; want %q", page, got, want)
			}
		}
		if strings.Contains(part(policy, "script-src"), "b.example") {
			t.Errorf("%s runs scripts of other machines", page)
		}
		resp, _ = alone.ask("GET", page, nil)
		if policy := resp.Header.Get("Content-Security-Policy"); part(policy, "connect-src") != "connect-src 'self' ws://"+alone.base+" wss://"+alone.base || part(policy, "img-src") != "img-src 'self' data:" {
			t.Errorf("%s of one machine alone: %q", page, policy)
		}
	}
	for of, want := range map[*testServer]string{h: "cross-origin", alone: "same-origin"} {
		for _, path := range []string{"/api/rooms/live/qr.svg", "/photos/x", "/emotes/x", "/r/live/picture/x.jpg"} {
			if resp, _ := of.ask("GET", path, nil); resp.Header.Get("Cross-Origin-Resource-Policy") != want {
				t.Errorf("%s: %q; want %q", path, resp.Header.Get("Cross-Origin-Resource-Policy"), want)
			}
		}
		if resp, _ := of.ask("GET", "/overlay/live", nil); resp.Header.Get("Cross-Origin-Resource-Policy") != "same-origin" {
			t.Error("pages of other machines may embed a page")
		}
	}
}
