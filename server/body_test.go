package server

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"danmaku/live"
	"danmaku/room"
	"danmaku/server/wire"
)

// An incomplete body costs no page and is not a fault of the server, on every route that
// accepts a body.
func TestBodiesThatNeverArrive(t *testing.T) {
	h := newTestServer(t)
	owner := h.ownerKey(t)
	for _, r := range table {
		if r.method == http.MethodGet || r.method == http.MethodDelete {
			continue
		}
		path := strings.NewReplacer(":room", "live", ":id", "1", ":user", "someone", ":name", "x").Replace(r.path)
		conn, err := net.Dial("tcp", h.base)
		if err != nil {
			t.Fatal(err)
		}
		kind := "application/json"
		if r.path == "/r/:room" {
			kind = "application/x-www-form-urlencoded"
		}
		fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\nContent-Length: 1000\r\n\r\ntext=half",
			r.method, path, h.base, owner, kind)
		_ = conn.(*net.TCPConn).CloseWrite()
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Errorf("%s %s: %v", r.method, path, err)
			conn.Close()
			continue
		}
		b, _ := io.ReadAll(resp.Body)
		conn.Close()
		if resp.StatusCode >= 500 && r.path != "/api/rooms/:room/replay/file" || strings.Contains(string(b), "<html") {
			t.Errorf("%s %s answers %d: %.100s", r.method, path, resp.StatusCode, b)
		}
		if r.path == "/r/:room" && resp.StatusCode != http.StatusBadRequest {
			t.Errorf("the form answers %d", resp.StatusCode)
		}
	}
}

func (s *testServer) ownerKey(t testing.TB) string {
	t.Helper()
	_, key, err := s.Service.NewLink(t.Context(), live.Shell, "", room.Owner, "test")
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// escaped returns a text of n bytes as JSON with every character escaped, as some programs
// write it.
func escaped(n int) string { return `"` + strings.Repeat(`\u0061`, n) + `"` }

// A value within its own bounds fits the request, however it is written.
func TestBodiesWithinTheirBounds(t *testing.T) {
	h := newTestServer(t)
	key := h.ownerKey(t)
	options := []string{}
	for i := range 60 {
		options = append(options, fmt.Sprintf("%s:%s", escaped(18)[:18*6+1]+string(rune('a'+i/26))+string(rune('a'+i%26))+`"`, escaped(800)))
	}
	look := "{" + strings.Join(options, ",") + "}"
	phrases := []string{}
	for range 24 {
		phrases = append(phrases, `"`+strings.Repeat(`\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67\u200d\ud83d\udc66`, 20)+`"`)
	}
	for _, tt := range []struct{ name, method, path, body string }{
		{"a style", "PUT", "/api/rooms/live/styles", `{"name":` + escaped(40) + `,"options":` + look + `,"css":` + escaped(live.MaxStyleCSS) + `}`},
		{"a style for OBS", "POST", "/api/rooms/live/obs", `{"options":` + look + `,"css":` + escaped(live.MaxStyleCSS) + `}`},
		{"a list of rules", "PUT", "/api/rooms/live/rules", `{"name":` + escaped(40) + `,"dry":true,"text":` + escaped(live.MaxRules) + `}`},
		{"settings", "PATCH", "/api/rooms/live", `{"phrases":[` + strings.Join(phrases, ",") + `],"message":` + `"` + strings.Repeat(`\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67`, 200) + `"}`},
		{"a comment", "POST", "/api/rooms/live/comments", `{"text":` + escaped(100) + `,"name":` + escaped(20) + `}`},
	} {
		req, err := http.NewRequest(tt.method, "http://"+h.base+tt.path, strings.NewReader(tt.body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+key)
		req.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		// This house has neither an OBS nor styles, which are checked after the bounds.
		if resp.StatusCode == http.StatusRequestEntityTooLarge || resp.StatusCode == http.StatusUnprocessableEntity || resp.StatusCode == http.StatusBadRequest {
			t.Errorf("%s of %d bytes: %d %.200s", tt.name, len(tt.body), resp.StatusCode, b)
		}
	}
}

// The error for a body over the limit names the limit.
func TestBodiesOverTheLimit(t *testing.T) {
	h := newTestServer(t)
	for _, known := range []bool{true, false} {
		var body io.Reader = strings.NewReader(strings.Repeat("x", formBody+1))
		if !known {
			body = io.MultiReader(body) // chunked
		}
		req, err := http.NewRequest("POST", "http://"+h.base+"/api/rooms/live/comments", body)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		var got wire.Error
		if err := json.NewDecoder(resp.Body).Decode(&got); err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusRequestEntityTooLarge || got.Code != "too_long" || !strings.Contains(got.Message, "64 KiB") {
			t.Errorf("length known %v: %d %+v", known, resp.StatusCode, got)
		}
	}
	resp, err := http.PostForm("http://"+h.base+"/r/live", url.Values{"text": {strings.Repeat("x", formBody)}})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a form: %d", resp.StatusCode)
	}
}

// The error for a body names the header, field or byte that is wrong.
func TestDecodeJSON(t *testing.T) {
	for body, want := range map[string]string{
		`{"text":5}`:          "text: send a string, not JSON number",
		`{"clip":"yes"}`:      "clip: send true or false, not JSON string",
		`{"clip":2}`:          "clip: send true or false, not JSON number",
		`{"clip":["true"]}`:   "clip: send true or false, not JSON array",
		`[]`:                  "JSON array",
		" \ufeff":             "byte",
		`{"text":"x"`:         "byte 11",
		"{\"text\":\"\xff\"}": "UTF-8",
	} {
		err := decodeJSON([]byte(body), new(postFields))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", body, err, want)
		}
	}
	for body, want := range map[string]bool{
		`{"clip":true}`: true, `{"clip":"true"}`: true, `{"clip":"TRUE"}`: true, `{"clip":1}`: true, `{"clip":"1"}`: true, "\ufeff{\"clip\":true}": true,
		`{"clip":false}`: false, `{"clip":"false"}`: false, `{"clip":0}`: false, `{"clip":""}`: false, `{"clip":null}`: false, `{}`: false,
	} {
		var f postFields
		if err := decodeJSON([]byte(body), &f); err != nil || bool(f.Clip) != want {
			t.Errorf("%s: %v, %v", body, f.Clip, err)
		}
	}
}
