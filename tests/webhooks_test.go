package tests

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"danmaku/signature"
)

// hookEvent is an event that a webhook received.
type hookEvent struct {
	Type, ID, Text, Original, By, State, Rule string
	Seq                                       int64
	IDs                                       []string
	Position                                  string // of the request
	Spec                                      map[string]any
}

// is returns an event as one word and its text.
func (e hookEvent) String() string { return strings.TrimSpace(e.Type + " " + e.Text) }

// hookReceiver accepts webhooks, or refuses them while it is down.
type hookReceiver struct {
	t      *testing.T
	url    string
	key    atomic.Pointer[string]
	down   atomic.Bool
	events chan hookEvent
	failed chan struct{}
}

func newHookReceiver(t *testing.T) *hookReceiver {
	t.Helper()
	r := &hookReceiver{t: t, events: make(chan hookEvent, 1000), failed: make(chan struct{}, 1000)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return
		}
		if r.down.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			r.failed <- struct{}{}
			return
		}
		if text := r.key.Load(); text != nil {
			key, err := signature.ParseKey(*text)
			if err == nil {
				err = key.Verify(req.Header, time.Now(), body)
			}
			if err != nil {
				t.Errorf("an unsigned request: %v", err)
			}
		}
		var frame struct {
			Type, Room, Position string
			Events               []hookEvent
		}
		if err := json.Unmarshal(body, &frame); err != nil || frame.Type != "events" || frame.Room != "live" {
			t.Errorf("a body %s: %v", body, err)
		}
		for _, e := range frame.Events {
			e.Position = frame.Position
			r.events <- e
		}
	}))
	t.Cleanup(server.Close)
	r.url = server.URL
	return r
}

// next waits for the next event.
func (r *hookReceiver) next() hookEvent {
	r.t.Helper()
	select {
	case e := <-r.events:
		return e
	case <-time.After(patience):
		r.t.Fatal("no event arrived")
		return hookEvent{}
	}
}

// wantEvents waits for events in this order.
func (r *hookReceiver) wantEvents(list ...string) (last hookEvent) {
	r.t.Helper()
	for _, want := range list {
		if last = r.next(); last.String() != want {
			r.t.Fatalf("got %q, want %q: %+v", last, want, last)
		}
	}
	return last
}

// webhook is a webhook as the API returns it.
type webhook struct {
	ID, Label, URL, Key string
	Events              []string
	State               struct {
		Phase      string
		Delivered  int
		Failed     int
		Deliveries []delivery
	}
}

type delivery struct {
	Status int
	Fault  string
	Test   bool
}

// hook makes a webhook for the receiver.
func (r *hookReceiver) hook(boss *browser, more map[string]any) (w webhook) {
	r.t.Helper()
	body := map[string]any{"url": r.url, "local": true}
	for k, v := range more {
		body[k] = v
	}
	status, text := boss.do("POST", liveRoom+"/webhooks", body, ours)
	if status != http.StatusCreated {
		r.t.Fatalf("a new webhook gets status %d: %s", status, text)
	}
	decode(r.t, text, &w)
	r.key.Store(&w.Key)
	return w
}

// hooks lists the webhooks of the room.
func hooks(boss *browser) (list struct{ Webhooks []webhook }) {
	boss.t.Helper()
	status, text := boss.do("GET", liveRoom+"/webhooks", nil, nil)
	if status != http.StatusOK {
		boss.t.Fatalf("webhooks answer %d: %s", status, text)
	}
	decode(boss.t, text, &list)
	return list
}

// changeWebhook changes a webhook.
func (b *browser) changeWebhook(path string, body map[string]any) (w webhook) {
	b.t.Helper()
	status, text := b.do("PATCH", path, body, ours)
	if status != http.StatusOK {
		b.t.Fatalf("PATCH %s answers %d: %s", path, status, text)
	}
	decode(b.t, text, &w)
	return w
}

// Overlay events are sent in order, signed, with removals, and nothing else: no text
// that waits or was refused, and no reason. While a receiver is down nothing is
// lost, also over a restart, and comments removed meanwhile are not sent.
func TestWebhooks(t *testing.T) {
	data := t.TempDir()
	p := start(t, data, "--user-rate", "0", "--log-level", "debug")
	boss, phone := p.console(), p.phone().open("audience", "")
	if h := phone.next("hello"); strings.Contains(fmt.Sprint(h.Room), "webhooks") {
		t.Error("a room without webhooks reports some")
	}
	phone.say("before")
	to := newHookReceiver(t)
	made := to.hook(boss, map[string]any{"label": "bot"})
	if !slices.Equal(made.Events, []string{"comment", "remove", "clear"}) || !strings.HasPrefix(made.Key, "whsec_") {
		t.Errorf("made %+v", made)
	}
	if _, text := boss.do("GET", liveRoom, nil, nil); !strings.Contains(text, `"webhooks":true`) {
		t.Errorf("the room does not report that comments are sent out: %s", text)
	}
	if f := phone.next("room"); !strings.Contains(string(f.raw), `"webhooks":true,"text_leaves":true`) {
		t.Errorf("an open phone receives %s", f.raw)
	}
	one := phone.say("one")
	if e := to.wantEvents("comment one"); e.ID != one.ID || e.By != "" || !strings.Contains(e.Position, ":") {
		t.Errorf("%+v", e)
	}
	phone.say("see https://spam.example/win") // refused
	boss.call("PATCH", liveRoom, map[string]any{"review": "all"}, 200)
	waits := phone.say("two")
	boss.call("POST", liveRoom+"/comments/"+waits.ID+"/approve", nil, 200)
	phone.next("ack") // its author gets the refusal
	boss.call("PATCH", liveRoom, map[string]any{"review": "held"}, 200)
	to.wantEvents("comment two")
	boss.call("POST", liveRoom+"/comments/"+one.ID+"/remove", nil, 204)
	if e := to.wantEvents("remove"); !slices.Equal(e.IDs, []string{one.ID}) || e.By != "" {
		t.Errorf("%+v", e)
	}

	to.down.Store(true)
	bad := phone.say("bad")
	<-to.failed
	phone.say("good")
	boss.call("POST", liveRoom+"/comments/"+bad.ID+"/remove", nil, 204)
	for deadline := time.Now().Add(patience); ; { // it is recorded once the answer has arrived
		st := hooks(boss).Webhooks[0].State
		if st.Failed > 0 && st.Delivered == 3 && st.Deliveries[0].Fault == "status" && st.Deliveries[0].Status == 503 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("state %+v", st)
		}
	}
	if code := p.stop(); code != exitDone {
		t.Errorf("it ends with %d", code)
	}
	logs := p.logs.String()
	p = start(t, data, "--user-rate", "0")
	boss = boss.at(p)
	<-to.failed // it continues where it was, without any command
	to.down.Store(false)
	to.wantEvents("comment good", "remove")

	// The address and the key appear nowhere.
	logs += p.logs.String()
	_, audit := boss.do("GET", liveRoom+"/audit", nil, nil)
	if !strings.Contains(audit, `"act":"webhook"`) || !strings.Contains(audit, `"detail":"bot"`) {
		t.Errorf("the record lacks the webhook: %s", audit)
	}
	_, listed := boss.do("GET", liveRoom+"/webhooks", nil, nil)
	seen := logs + audit + listed
	boss.call("DELETE", liveRoom+"/webhooks/"+made.ID, nil, 204)
	p.stop()
	files, err := filepath.Glob(filepath.Join(data, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if b, err := os.ReadFile(f); err == nil {
			if bytes.Contains(b, []byte(to.url)) {
				t.Errorf("%s has the address", f)
			}
			seen += string(b)
		}
	}
	if strings.Contains(seen, strings.TrimPrefix(made.Key, "whsec_")) || strings.Contains(logs, to.url) {
		t.Error("the key or the address is visible")
	}
}

// Moderators' events go to webhooks that name them; items are sent in their current state.
func TestWebhooksByKind(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0")
	boss, phone := p.console(), p.phone().open("audience", "")
	phone.next("hello")
	to := newHookReceiver(t)
	made := to.hook(boss, map[string]any{"events": []string{"held", "refused", "item", "ban", "clear", "comment"}})
	if !slices.Equal(made.Events, []string{"comment", "remove", "clear", "item", "held", "refused", "ban"}) {
		t.Errorf("it receives %v", made.Events)
	}
	phone.say("see https://spam.example/win")
	if e := to.wantEvents("refused see https://spam.example/win"); e.Rule != "links" {
		t.Errorf("%+v", e)
	}
	boss.call("PATCH", liveRoom, map[string]any{"review": "all"}, 200)
	waits := phone.say("waits")
	to.wantEvents("held waits")
	boss.call("POST", liveRoom+"/comments/"+waits.ID+"/approve", nil, 200)
	phone.next("ack") // its author gets the answer
	if e := to.wantEvents("comment waits"); e.By != "" {
		t.Errorf("a comment as moderators see it: %+v", e)
	}
	poll := newItem(boss, "poll", `{"question":"Which?","options":["a","b"]}`)
	var e hookEvent
	for e.State != "live" { // the draft may be sent before its start
		if e = to.next(); e.Type != "item" || e.ID != poll.ID {
			t.Fatalf("%+v", e)
		}
	}
	boss.call("POST", liveRoom+"/bans", map[string]any{"address_of": waits.ID, "kind": "mute", "seconds": 60}, 201)
	to.wantEvents("ban")

	// A change applies at once; a test is sent also while the webhook is off.
	hook := liveRoom + "/webhooks/" + made.ID
	boss.changeWebhook(hook, map[string]any{"off": true, "events": []string{"clear"}})
	boss.call("POST", liveRoom+"/clear", nil, 204)
	status, text := boss.do("POST", hook+"/test", nil, ours)
	var d delivery
	decode(t, text, &d)
	if status != 200 || d.Fault != "" || d.Status != 200 || !d.Test {
		t.Errorf("the test: %d %s", status, text)
	}
	to.wantEvents("test A test of danmaku")
	w := boss.changeWebhook(hook, map[string]any{"off": false, "new_key": true})
	if w.Key == "" || w.Key == made.Key {
		t.Fatalf("a new key: %+v", w)
	}
	to.key.Store(&w.Key)
	boss.call("POST", liveRoom+"/clear", nil, 204)
	to.wantEvents("clear") // only one: events while it was off are not sent
	if len(to.events) > 0 {
		t.Errorf("it also received %+v", <-to.events)
	}
}

// In a room with a delay a webhook receives comments when overlays do, and removals at once.
func TestWebhooksInTheDelay(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0")
	boss, phone, overlay := p.console(), p.phone().open("audience", ""), p.overlaySocket("")
	phone.next("hello")
	overlay.next("hello")
	to := newHookReceiver(t)
	to.hook(boss, nil)
	early := phone.say("early")
	to.wantEvents("comment early")
	boss.call("PATCH", liveRoom, map[string]any{"delay_ms": 3000}, 200)
	said := time.Now()
	phone.say("late")
	boss.call("POST", liveRoom+"/comments/"+early.ID+"/remove", nil, 204)
	e := to.next()
	if took := time.Since(said); took > 2*time.Second {
		t.Skipf("this machine took %v for the removal", took)
	}
	if e.Type != "remove" || e.Position != "" || e.IDs[0] != early.ID {
		t.Errorf("before its turn: %+v", e)
	}
	to.wantEvents("comment late")
	if since := time.Since(said); since < 3*time.Second-10*time.Millisecond {
		t.Errorf("the late one came after %v", since)
	}
	if e := to.wantEvents("remove"); e.Position == "" {
		t.Errorf("in its turn: %+v", e)
	}
}

// A faulty webhook is reported with the field and its limits, and a faulty address
// when the webhook is tested.
func TestWebhooksAreRefusedWithASentence(t *testing.T) {
	p := start(t, t.TempDir())
	boss := p.console()
	for _, row := range []struct {
		body map[string]any
		want string
	}{
		{map[string]any{}, "url: send the URL for the events"},
		{map[string]any{"url": "example.com/x"}, "url: send a complete URL"},
		{map[string]any{"url": "ftp://example.com/"}, "url: send a complete URL"},
		{map[string]any{"url": "https://a:b@example.com/"}, "url: remove user and password"},
		{map[string]any{"url": "https://example.com/#x"}, "url: remove the part after #"},
		{map[string]any{"url": "https://example.com/" + strings.Repeat("x", 2000)}, "url: at most 2000 bytes"},
		{map[string]any{"url": "http://127.0.0.1/"}, "allow that for this webhook (local)"},
		{map[string]any{"url": "http://localhost:8090/"}, "allow that for this webhook (local)"},
		{map[string]any{"url": "http://[::1]/"}, "allow that for this webhook (local)"},
		{map[string]any{"url": "http://192.168.1.1/"}, "allow that for this webhook (local)"},
		{map[string]any{"url": "https://example.com/", "events": []string{"dance"}}, `events: unknown event \"dance\"`},
		{map[string]any{"url": "https://example.com/", "events": []string{}}, "events: choose at least one"},
		{map[string]any{"url": "https://example.com/", "label": strings.Repeat("x", 61)}, "label: at most 60"},
	} {
		if status, text := boss.do("POST", liveRoom+"/webhooks", row.body, ours); status != 422 || !strings.Contains(text, row.want) {
			t.Errorf("%v: %d %s, want %q", row.body, status, text, row.want)
		}
	}
	to := newHookReceiver(t)
	made := to.hook(boss, nil)
	if status, text := boss.do("PATCH", liveRoom+"/webhooks/"+made.ID, map[string]any{"local": false}, ours); status != 422 || !strings.Contains(text, "(local)") {
		t.Errorf("a webhook that may not reach its address: %d %s", status, text)
	}
	for i := range 10 {
		status, text := boss.do("POST", liveRoom+"/webhooks", map[string]any{"url": "https://example.com/", "off": true}, ours)
		if (status == 201) != (i < 9) || status != 201 && !strings.Contains(text, "at most 10 in one room") {
			t.Errorf("webhook %d: %d %s", i+2, status, text)
		}
	}
}

// The receiver of docs/webhooks.md stores shown comments and deletes removed ones.
func TestReceiverOfThePage(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0")
	boss, phone := p.console(), p.phone().open("audience", "")
	to := newHookReceiver(t) // its key is needed before the example exists
	made := to.hook(boss, map[string]any{"off": true})
	file := filepath.Join(t.TempDir(), "webhook.key")
	if err := os.WriteFile(file, []byte(made.Key+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	port, lines, _ := startExample(t, "docs/webhooks.md", file, "0")
	resp, err := http.Post("http://127.0.0.1:"+port+"/", "application/json", strings.NewReader(`{"events":[]}`))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("an unsigned request gets status %d", resp.StatusCode)
	}
	boss.changeWebhook(liveRoom+"/webhooks/"+made.ID, map[string]any{"url": "http://127.0.0.1:" + port + "/", "off": false})
	says := func(want string) {
		t.Helper()
		line, err := lines.ReadString('\n')
		if err != nil || strings.TrimSpace(line) != want {
			t.Fatalf("the example prints %q (%v), want %q", line, err, want)
		}
	}
	one := phone.say("one")
	says("comment ['one']") // a comment removed before it was sent would be missing
	phone.say("two")
	says("comment ['one', 'two']")
	boss.call("POST", liveRoom+"/comments/"+one.ID+"/remove", nil, 204)
	says("remove ['two']")
	boss.call("POST", liveRoom+"/clear", nil, 204)
	says("clear []")
}
