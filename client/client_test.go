package client_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"danmaku/client"
	"danmaku/room"
	"danmaku/server/wire"
)

// serve answers every request with a status and a body, and records its line, header and
// body.
func serve(t *testing.T, status int, body string) (c *client.Client, asked func() string) {
	t.Helper()
	var got string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in map[string]any
		_ = json.NewDecoder(r.Body).Decode(&in)
		sent, _ := json.Marshal(in)
		got = r.Method + " " + r.RequestURI + " " + r.Header.Get("Authorization") + " " + string(sent)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(s.Close)
	c = client.New(s.URL+"/", func(method, target string) string { return "signed " + method + " " + target })
	t.Cleanup(c.Close)
	return c, func() string { return got }
}

func TestPing(t *testing.T) {
	for _, tt := range []struct {
		status int
		want   error
	}{
		{204, nil}, {404, client.ErrOlder}, {405, client.ErrOlder}, {401, client.ErrOther}, {403, client.ErrRemote},
	} {
		c, asked := serve(t, tt.status, "{}")
		if err := c.Ping(t.Context()); !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
			t.Errorf("%d: %v, want %v", tt.status, err, tt.want)
		}
		if want := "GET /api/local Danmaku-Local signed GET /api/local null"; asked() != want {
			t.Errorf("asked %q, want %q", asked(), want)
		}
	}
	for _, status := range []int{302, 429, 500, 503} { // a busy server is neither old nor a different one
		c, _ := serve(t, status, "busy")
		err := c.Ping(t.Context())
		if err == nil || errors.Is(err, client.ErrOlder) || errors.Is(err, client.ErrOther) || errors.Is(err, client.ErrRemote) {
			t.Errorf("%d: %v", status, err)
		}
	}
	gone := client.New("http://127.0.0.1:1", func(string, string) string { return "" })
	if err := gone.Ping(t.Context()); err == nil || errors.Is(err, client.ErrOlder) {
		t.Errorf("nobody answers: %v", err)
	}
}

// The environment's proxy is not used.
func TestNoProxyIsAsked(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	t.Setenv("http_proxy", "http://127.0.0.1:1")
	c, _ := serve(t, 204, "")
	if err := c.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestLinks(t *testing.T) {
	const overlay = `{"id":"7","room":"live","role":"overlay","label":"first","made":1000,"last_used":2000,"url":"http://x/overlay/live?key=SEVEN"}`
	const revoked = `{"id":"6","room":"live","role":"overlay","label":"","made":1000,"revoked":3000}`
	c, asked := serve(t, 200, `{"links":[`+revoked+`,`+overlay+`]}`)
	links, err := c.Links(t.Context())
	if err != nil || len(links) != 2 {
		t.Fatalf("%+v, %v", links, err)
	}
	l := links[1]
	if l.ID != 7 || l.Room != "live" || l.Role != room.Overlay || l.Label != "first" || !l.Made.Equal(time.UnixMilli(1000)) || !l.LastUsed.Equal(time.UnixMilli(2000)) || !l.Revoked.IsZero() {
		t.Errorf("%+v", l)
	}
	if l := links[0]; !l.LastUsed.IsZero() || !l.Revoked.Equal(time.UnixMilli(3000)) {
		t.Errorf("%+v", l)
	}
	if !strings.HasPrefix(asked(), "GET /api/links?revoked=1 Danmaku-Local signed GET /api/links?revoked=1") {
		t.Errorf("asked %q", asked())
	}
	if key, err := c.ScreenKey(t.Context(), "live", room.Overlay); err != nil || key != "SEVEN" {
		t.Errorf("the screen's key is %q, %v", key, err)
	}
	for roomID, role := range map[string]room.Role{"live": room.Audience, "other": room.Overlay} {
		if key, err := c.ScreenKey(t.Context(), roomID, role); !errors.Is(err, room.ErrNotFound) {
			t.Errorf("%s of %s: %q, %v", role, roomID, key, err)
		}
	}
	c, asked = serve(t, 201, `{"id":"8","room":"live","role":"sender","label":"bot","made":1000,"key":"KEY"}`)
	l, key, err := c.NewLink(t.Context(), "live", room.Sender, "bot")
	if err != nil || key != "KEY" || l.ID != 8 || !strings.HasSuffix(asked(), `{"label":"bot","role":"sender","room":"live"}`) {
		t.Errorf("%+v %q %v, asked %q", l, key, err, asked())
	}
	c, asked = serve(t, 204, "")
	if err := c.RevokeLink(t.Context(), 8); err != nil || !strings.HasPrefix(asked(), "DELETE /api/links/8 ") {
		t.Errorf("%v, asked %q", err, asked())
	}
	for _, body := range []string{"", "[]", `{"links":[{"id":"x"}]}`} {
		c, _ = serve(t, 200, body)
		if _, err := c.Links(t.Context()); err == nil {
			t.Errorf("%q was understood", body)
		}
	}
}

// A refusal comes back as the server's error, with its sentence.
func TestErrorsOfTheServer(t *testing.T) {
	for _, sentinel := range []error{room.ErrNotFound, room.ErrNotAllowed, room.ErrInvalid, room.ErrBusy, room.ErrTaken, room.ErrChanged, room.ErrExpired} {
		f := wire.FaultOf(room.Explain(sentinel, "what it says"))
		body, _ := json.Marshal(wire.Error{Code: f.Code, Message: f.Message, WaitMS: 1500})
		c, _ := serve(t, f.Status, string(body))
		err := c.RevokeLink(t.Context(), 1)
		if !errors.Is(err, sentinel) || !strings.Contains(err.Error(), "what it says") && room.Wait(err) == 0 || room.Wait(err) != 1500*time.Millisecond {
			t.Errorf("%v came back as %v", sentinel, err)
		}
	}
	c, _ := serve(t, 502, "<html>")
	if err := c.RevokeLink(t.Context(), 1); err == nil || !strings.Contains(err.Error(), "502") {
		t.Errorf("no JSON: %v", err)
	}
}

func TestChats(t *testing.T) {
	answers := map[string]string{
		"GET /api/rooms?archived=1":            `{"rooms":[{"id":"a"},{"id":"b"}]}`,
		"GET /api/rooms/a/chats":               `{"chats":[{"id":"young","kind":"twitch","target":"mika","made":2000,"hold_all":true,"min_amount":1.5,"secret":{"key":"***abc"}}]}`,
		"GET /api/rooms/b/chats":               `{"chats":[{"id":"old","kind":"youtube","made":1000,"off":true}]}`,
		"POST /api/rooms/a/chats":              `{"id":"new","kind":"twitch","target":"mika"}`,
		"DELETE /api/rooms/a/chats/x%2F..%2Fy": "",
	}
	var sent string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, known := answers[r.Method+" "+r.RequestURI]
		if !known || r.Header.Get("Authorization") != "Danmaku-Local "+r.Method+" "+r.RequestURI {
			t.Errorf("%s %s with %q", r.Method, r.RequestURI, r.Header.Get("Authorization"))
		}
		b, _ := io.ReadAll(r.Body)
		sent = string(b)
		_, _ = w.Write([]byte(answer))
	}))
	defer s.Close()
	c := client.New(s.URL, func(method, target string) string { return method + " " + target })
	defer c.Close()
	list, err := c.Chats(t.Context())
	if err != nil || len(list) != 2 || list[0].ID != "old" || !list[0].Off || list[0].Room != "b" {
		t.Fatalf("%+v, %v", list, err)
	}
	if l := list[1]; l.ID != "young" || l.Room != "a" || l.Kind != "twitch" || l.Target != "mika" || !l.HoldAll || l.MinMicros != 1_500_000 || l.Secret["key"] != "***abc" {
		t.Errorf("%+v", l)
	}
	made, err := c.AddChat(t.Context(), room.Chat{Room: "a", ChatSwitches: room.ChatSwitches{HoldAll: true}}, "mika", map[string]string{"key": "k"})
	if err != nil || made.ID != "new" || made.Room != "a" || sent != `{"hold_all":true,"link":"mika","secret":{"key":"k"}}` {
		t.Errorf("%+v, %v, sent %s", made, err, sent)
	}
	if err := c.DeleteChat(t.Context(), "a", "x/../y"); err != nil {
		t.Error(err)
	}
}
