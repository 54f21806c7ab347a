package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"danmaku/client"
	"danmaku/room"
)

// A watcher continues after the last event that it received, whatever ended the stream, and
// knows which errors a retry cannot fix.
func TestWatch(t *testing.T) {
	var asked []string
	answers := []string{
		"retry: 2000\n\nid: e:1\nevent: hello\ndata: {\"type\":\"hello\"}\n\nid: e:2\nevent: comment\ndata: {\"id\":\"a\",\"text\":\"one\"}\n\nid: e:3\nevent: comment\ndata: {\"text\":\"cut o",
		"503",
		": beat\nid: e:5\n\nevent: remove\ndata: {\"ids\":[\"a\"]}\n\n",
		"401",
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Path+" "+r.Header.Get("Authorization")+" "+r.Header.Get("Last-Event-ID"))
		answer := answers[len(asked)-1]
		switch answer {
		case "503":
			w.WriteHeader(http.StatusServiceUnavailable)
		case "401":
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"code":"not_allowed","message":"no key"}`))
		default:
			_, _ = w.Write([]byte(answer))
		}
	}))
	defer s.Close()
	r := client.NewRoom(s.URL+"/", "live", "KEY")
	defer r.Close()
	r.Again = time.Millisecond
	var heard []string
	err := r.Watch(t.Context(), "", func(e client.Event) error {
		heard = append(heard, e.Position+" "+e.Type)
		if c, err := e.Comment(); e.Type == "comment" && (err != nil || c.Text != "one") {
			t.Errorf("%+v, %v", c, err)
		}
		return nil
	})
	if err == nil || !strings.Contains(err.Error(), "no key") {
		t.Errorf("it ends with %v", err)
	}
	if got, want := fmt.Sprint(heard), "[e:1 hello e:2 comment  remove]"; got != want {
		t.Errorf("received %s, want %s", got, want)
	}
	const path = "/api/rooms/live/events Bearer KEY "
	if got, want := fmt.Sprint(asked), fmt.Sprint([]string{path, path + "e:2", path + "e:2", path + "e:5"}); got != want {
		t.Errorf("asked %s, want %s", got, want)
	}
}

// An error of the caller's function ends the watch, and so does the end of the context.
func TestWatchEnds(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("event: clear\ndata: {}\n\n"))
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}))
	defer s.Close()
	r := client.NewRoom(s.URL, "live", "KEY")
	defer r.Close()
	enough := errors.New("enough")
	if err := r.Watch(t.Context(), "", func(client.Event) error { return enough }); !errors.Is(err, enough) {
		t.Error(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	if err := r.Watch(ctx, "", func(client.Event) error { stop(); return nil }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// The methods make the API's calls, and a refusal is an error of package room.
func TestRoomCalls(t *testing.T) {
	var got string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Method + " " + r.RequestURI
		w.WriteHeader(http.StatusConflict)
		_, _ = w.Write([]byte(`{"code":"not_live","message":"over"}`))
	}))
	defer s.Close()
	r := client.NewRoom(s.URL, "live", "KEY")
	defer r.Close()
	for want, call := range map[string]func() error{
		"POST /api/rooms/live/comments/a%2Fb/approve": func() error { return r.Approve(t.Context(), "a/b") },
		"POST /api/rooms/live/comments/x/refuse":      func() error { return r.Refuse(t.Context(), "x") },
		"POST /api/rooms/live/comments/x/remove":      func() error { return r.Remove(t.Context(), "x") },
		"POST /api/rooms/live/clear":                  func() error { return r.Clear(t.Context()) },
		"POST /api/rooms/live/bans":                   func() error { _, err := r.Mute(t.Context(), "u", time.Minute, ""); return err },
		"POST /api/rooms/live/items":                  func() error { _, err := r.NewItem(t.Context(), "card", nil, true); return err },
		"POST /api/rooms/live/items/i/stop":           func() error { _, err := r.StopItem(t.Context(), "i"); return err },
	} {
		if err := call(); !errors.Is(err, room.ErrNotLive) || got != want {
			t.Errorf("%s: %v, asked %s", want, err, got)
		}
	}
}
