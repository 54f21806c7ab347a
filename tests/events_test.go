package tests

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// streamed is one message of an event stream.
type streamed struct {
	id, kind, data string
	event
	Position string
	Resumed  bool
	Role     string
	Code     string
}

// observer reads an event stream.
type observer struct {
	t        testing.TB
	messages chan streamed
	id       string // of the last message
	cancel   func()
}

// observe opens the stream of the room live, at an id if there is one.
func (p *program) observe(key, id string) *observer {
	p.t.Helper()
	req, err := http.NewRequest("GET", p.base+liveRoom+"/events", nil)
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+key)
	if id != "" {
		req.Header.Set("Last-Event-ID", id)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	resp, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream" {
		p.t.Fatalf("the stream answers %d, %s", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	o := &observer{t: p.t, messages: make(chan streamed, 100_000), id: id, cancel: func() { resp.Body.Close(); transport.CloseIdleConnections() }}
	p.t.Cleanup(o.cancel)
	go func() {
		defer close(o.messages)
		var m streamed
		for lines := bufio.NewReader(resp.Body); ; {
			line, err := lines.ReadString('\n')
			if err != nil {
				return
			}
			field, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
			switch field {
			case "id":
				m.id = value
			case "event":
				m.kind = value
			case "data":
				m.data = value
			case "":
				if json.Unmarshal([]byte(m.data), &m); m.id != "" || m.data != "" {
					o.messages <- m
				}
				m = streamed{}
			}
		}
	}()
	return o
}

// next returns the next message with data; it returns false when the stream has ended.
func (o *observer) next() (streamed, bool) {
	o.t.Helper()
	for deadline := time.After(patience); ; {
		select {
		case m, more := <-o.messages:
			if m.id != "" {
				o.id = m.id
			}
			if !more || m.data != "" {
				return m, more
			}
		case <-deadline:
			o.t.Fatalf("no event comes behind %s; %d wait", o.id, len(o.messages))
		}
	}
}

func (o *observer) hello() streamed {
	o.t.Helper()
	m, _ := o.next()
	if m.kind != "hello" || m.Role != "observer" {
		o.t.Fatalf("the first message is %+v", m)
	}
	return m
}

// until reads until an event of a kind.
func (o *observer) until(kind string) streamed {
	o.t.Helper()
	for {
		m, more := o.next()
		if !more {
			o.t.Fatalf("the stream ended before a %s", kind)
		}
		if m.kind == kind {
			return m
		}
	}
}

// TestEvents: an observer gets the events of overlays, and continues at its position after it
// left, even if the server was restarted: none missed, none twice.
func TestEvents(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir, "--user-rate", "0", "--address-rate", "0", "--room-rate", "0")
	key := p.link("observer").Key
	phone, mod := p.phone().open("audience", ""), p.moderator()
	o := p.observe(key, "")
	if h := o.hello(); h.Resumed || h.Position == "" || h.id != h.Position {
		t.Errorf("the hello is %+v", h)
	}
	phone.send("a", "first words")
	first := phone.next("ack")
	if first.Outcome != "shown" {
		t.Fatalf("the comment is not shown: %+v", first)
	}
	id := first.ID
	if e := o.until("comment"); e.Text != "first words" || e.ID != id || e.Type != "comment" || !strings.HasSuffix(o.id, fmt.Sprint(":", e.Seq)) {
		t.Errorf("the comment is %+v at %s", e, o.id)
	}
	if status, _ := mod.do("POST", liveRoom+"/comments/"+id+"/remove", nil, ours); status != http.StatusNoContent {
		t.Fatal(status)
	}
	if e := o.until("remove"); !slices.Equal(e.IDs, []string{id}) {
		t.Errorf("the removal is %+v", e)
	}
	var seen []string
	said := 0
	say := func(n int) {
		for range n {
			said++
			phone.send(fmt.Sprint("n", said), fmt.Sprintf("words number %d of the evening", said*7919))
			if a := phone.next("ack"); a.Outcome != "shown" {
				t.Fatalf("%+v", a)
			}
		}
	}
	read := func(o *observer, n int) {
		for range n {
			seen = append(seen, o.until("comment").Text)
		}
	}
	say(20)
	read(o, 7) // and leaves in the middle
	o.cancel()
	say(5)
	o = p.observe(key, o.id)
	if h := o.hello(); !h.Resumed {
		t.Errorf("it starts afresh: %+v", h)
	}
	read(o, 10)
	at := o.id
	o.cancel()
	say(3)
	p.stop()
	p = start(t, dir, "--user-rate", "0", "--address-rate", "0", "--room-rate", "0")
	phone = p.phone().open("audience", "")
	o = p.observe(key, at)
	if h := o.hello(); !h.Resumed {
		t.Errorf("it starts afresh after a restart: %+v", h)
	}
	say(4)
	read(o, 32-17)
	for i, text := range seen {
		if want := fmt.Sprintf("words number %d of the evening", (i+1)*7919); text != want {
			t.Fatalf("event %d is %q, want %q", i, text, want)
		}
	}
	o.cancel()
	// An observer that has read everything gets nothing twice.
	o = p.observe(key, o.id)
	o.hello()
	say(1)
	if e := o.until("comment"); e.Text != fmt.Sprintf("words number %d of the evening", said*7919) {
		t.Errorf("it comes again: %q", e.Text)
	}
	p.stop()
	if m := o.until("bye"); m.Code != "restart" {
		t.Errorf("the bye is %+v", m)
	}
	if _, more := o.next(); more {
		t.Error("the stream goes on after its bye")
	}
}

// TestEventsOfOverlays: an observer gets no more than an overlay: nothing refused or held, and
// in a room with a delay nothing before its time.
func TestEventsOfOverlays(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0", "--address-rate", "0")
	mod := p.console()
	mod.call("PUT", liveRoom+"/rules", map[string]any{"name": "ours", "text": "pineapple\nlemon => hold", "on": true}, 200)
	phone := p.phone().open("audience", "")
	o := p.observe(p.link("observer").Key, "")
	o.hello()
	for _, text := range []string{"pineapple", "lemon", "tangerine"} {
		phone.send(text, text)
		phone.next("ack")
	}
	if m, _ := o.next(); m.Text != "tangerine" {
		t.Errorf("the first event is %s", m.data)
	}
	mod.call("PATCH", liveRoom, map[string]any{"delay_ms": 10_000}, 200)
	o.until("room")
	phone.send("late", "a late one")
	id := phone.next("ack").ID
	mod.do("POST", liveRoom+"/comments/"+id+"/remove", nil, ours)
	at := o.id
	if m := o.until("remove"); !slices.Equal(m.IDs, []string{id}) || m.id != "" || o.id != at {
		t.Errorf("a removal ahead of its place moves the position to %q: %s", o.id, m.data)
	}
	for len(o.messages) > 0 {
		if m := <-o.messages; strings.Contains(m.data, "late") {
			t.Errorf("it comes before its time: %s", m.data)
		}
	}
}

// TestEventsEnd: everything that ends a link ends its streams.
func TestEventsEnd(t *testing.T) {
	p := start(t, t.TempDir())
	owner, link := p.console(), p.link("observer")
	first, other := p.observe(link.Key, ""), p.observe(p.link("observer").Key, "")
	first.hello()
	other.hello()
	if status, _ := owner.do("DELETE", "/api/links/"+link.ID, nil, ours); status != http.StatusNoContent {
		t.Fatal(status)
	}
	if m := first.until("bye"); m.Code != "revoked" {
		t.Errorf("the bye is %+v", m)
	}
	owner.call("DELETE", liveRoom, nil, 204)
	if m := other.until("bye"); m.Code != "closed" {
		t.Errorf("the bye is %+v", m)
	}
}

// TestRequestsOfEvents tests the ways of requesting the stream.
func TestRequestsOfEvents(t *testing.T) {
	p := start(t, t.TempDir())
	key := p.link("observer").Key
	for _, tt := range []struct {
		method, query, key, last string
		want                     int
		says                     string
	}{
		{"GET", "", "", "", 401, ""},
		{"GET", "", p.overlay, "", 403, "not_allowed"},
		{"GET", "", p.link("sender").Key, "", 403, "not_allowed"},
		{"GET", "?since=nonsense", key, "", 422, "id of the last event"},
		{"GET", "", key, "12", 422, "id of the last event"},
		{"GET", "?key=" + strings.Repeat("A", 24), "", "", 401, ""},
		{"HEAD", "?key=" + key, "", "", 200, ""},
		{"HEAD", "", key, "", 200, ""},
		{"GET", "?key=" + key, "", "", 200, "event: hello\n"},
		{"GET", "?since=other:5", key, "", 200, `"resumed":false`},
	} {
		req, err := http.NewRequest(tt.method, p.base+liveRoom+"/events"+tt.query, nil)
		if err != nil {
			t.Fatal(err)
		}
		if tt.key != "" {
			req.Header.Set("Authorization", "Bearer "+tt.key)
		}
		if tt.last != "" {
			req.Header.Set("Last-Event-ID", tt.last)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		for lines := bufio.NewReader(resp.Body); ; {
			line, err := lines.ReadString('\n')
			text.WriteString(line)
			if err != nil || strings.HasPrefix(line, "data:") {
				if err != nil && err != io.EOF {
					t.Fatal(err)
				}
				break
			}
		}
		resp.Body.Close()
		if resp.StatusCode != tt.want || !strings.Contains(text.String(), tt.says) {
			t.Errorf("%+v: %d %s", tt, resp.StatusCode, &text)
		}
	}
}
