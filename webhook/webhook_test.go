package webhook_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"danmaku/room"
	"danmaku/signature"
	"danmaku/webhook"
)

// fakeLog is a log of events with numbers from 1. Removed ones are nil.
type fakeLog struct {
	mu     sync.Mutex
	events []string
	stored map[string]int64
}

func (l *fakeLog) add(texts ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events = append(l.events, texts...)
}

func (l *fakeLog) takeDown(seq int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events[seq-1] = ""
}

func (l *fakeLog) positionOf(id string) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.stored[id]
}

func (l *fakeLog) WebhookEvents(_ context.Context, _ room.Webhook, after, upTo, early int64) (room.WebhookBatch, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	end := int64(len(l.events))
	if upTo > 0 {
		end = min(end, upTo)
	}
	b := room.WebhookBatch{UpTo: room.Position{Epoch: "e1", Seq: max(after, end)}, EarlyTo: early}
	for seq := after + 1; seq <= end; seq++ {
		if text := l.events[seq-1]; text != "" {
			b.Events = append(b.Events, fmt.Appendf(nil, `{"type":"comment","seq":%d,"text":%q}`, seq, text))
		}
	}
	return b, nil
}

func (l *fakeLog) WebhookPassed(_ context.Context, id string, seq int64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stored[id] = seq
	return nil
}

// request is a request that a receiver got.
type request struct {
	id     string
	header http.Header
	body   []byte
	texts  []string
}

// receiver is a server that passes requests to the test, and answers as the test says.
type receiver struct {
	*httptest.Server
	got    chan request
	answer chan int // a status for each request; closed: 204 from then on
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{got: make(chan request, 100), answer: make(chan int)}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return
		}
		var frame struct {
			Events []struct{ Text string }
		}
		_ = json.Unmarshal(body, &frame)
		got := request{id: req.Header.Get(signature.HeaderID), header: req.Header, body: body}
		for _, e := range frame.Events {
			got.texts = append(got.texts, e.Text)
		}
		r.got <- got
		select {
		case status, ok := <-r.answer:
			if !ok {
				status = http.StatusNoContent
			}
			w.WriteHeader(status)
		case <-req.Context().Done():
		}
	}))
	t.Cleanup(r.Close)
	return r
}

var key = []byte("0123456789abcdef0123456789abcdef")

func hookTo(url string) room.Webhook {
	return room.Webhook{ID: "h1", Room: "live", Local: true, WebhookSecret: room.WebhookSecret{URL: url, Key: key}}
}

// startRunner starts a runner of webhooks over a log. pause is the wait after a failure.
func startRunner(t *testing.T, pause time.Duration) (*webhook.Runner, *fakeLog) {
	t.Helper()
	log := &fakeLog{stored: map[string]int64{}}
	r := webhook.New(webhook.Options{
		Source: log, Log: slog.New(slog.DiscardHandler), Agent: "danmaku/test", Pause: func(int) time.Duration { return pause },
	})
	t.Cleanup(r.Close)
	return r, log
}

// awaitState waits for a state.
func awaitState(t *testing.T, r *webhook.Runner, what string, is func(room.WebhookState) bool) room.WebhookState {
	t.Helper()
	for deadline := time.Now().Add(3 * time.Minute); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if st := r.State("h1"); is(st) {
			return st
		}
	}
	t.Fatalf("%s has not come: %+v", what, r.State("h1"))
	return room.WebhookState{}
}

// A failed request is sent again under the same ID until it is accepted, in order, and
// without events that were taken down meanwhile; then the position is stored.
func TestFailuresAreSentAgain(t *testing.T) {
	r, log := startRunner(t, time.Millisecond)
	to := newReceiver(t)
	log.add("one", "two")
	r.Set(hookTo(to.URL + "/secret-path"))
	first := <-to.got
	if err := signature.Key(key).Verify(first.header, time.Now(), first.body); err != nil {
		t.Error(err)
	}
	if agent := first.header.Get("User-Agent"); agent != "danmaku/test" {
		t.Errorf("the agent is %q", agent)
	}
	log.takeDown(1)
	log.add("three")
	r.Moved("live")
	to.answer <- http.StatusInternalServerError
	second := <-to.got
	if second.id != first.id || fmt.Sprint(second.texts) != "[two]" || log.positionOf("h1") != 0 {
		t.Errorf("sent again: %q %q, first %q; stored %d", second.id, second.texts, first.id, log.positionOf("h1"))
	}
	to.answer <- http.StatusOK
	if third := <-to.got; third.id == first.id || fmt.Sprint(third.texts) != "[three]" {
		t.Errorf("then %q %q", third.id, third.texts)
	}
	close(to.answer)
	st := awaitState(t, r, "the end", func(st room.WebhookState) bool { return st.Phase == room.WebhookReady && st.Delivered == 2 })
	if st.Failed != 1 || !st.Since.IsZero() || len(st.Deliveries) != 3 || st.Deliveries[2].Fault != room.DeliveryStatus || st.Deliveries[2].Status != 500 {
		t.Errorf("state %+v", st)
	}
	if log.positionOf("h1") != 3 {
		t.Errorf("stored %d", log.positionOf("h1"))
	}
}

// When all events of a request were taken down meanwhile, it is not sent again.
func TestAnEmptyBatchIsNotSent(t *testing.T) {
	r, log := startRunner(t, time.Millisecond)
	to := newReceiver(t)
	log.add("bad")
	r.Set(hookTo(to.URL))
	<-to.got
	log.takeDown(1)
	to.answer <- http.StatusBadGateway
	awaitState(t, r, "the end", func(st room.WebhookState) bool { return st.Phase == room.WebhookReady })
	log.add("next")
	r.Moved("live")
	if got := <-to.got; fmt.Sprint(got.texts) != "[next]" {
		t.Errorf("sent %q", got.texts)
	}
	close(to.answer)
}

// A webhook whose receiver hangs, or has answered that it is gone, delays no other; a
// delivered test ends the wait.
func TestWebhooksDoNotWaitForEachOther(t *testing.T) {
	r, log := startRunner(t, time.Hour)
	hangs, works := newReceiver(t), newReceiver(t)
	log.add("one")
	r.Set(hookTo(hangs.URL))
	<-hangs.got
	other := hookTo(works.URL)
	other.ID = "h2"
	r.Set(other)
	if got := <-works.got; fmt.Sprint(got.texts) != "[one]" {
		t.Errorf("sent %q", got.texts)
	}
	close(works.answer)
	hangs.answer <- http.StatusGone
	awaitState(t, r, "stopped", func(st room.WebhookState) bool { return st.Phase == room.WebhookStopped })
	close(hangs.answer)
	d, err := r.Test(t.Context(), hookTo(hangs.URL))
	if err != nil || d.Fault != "" || !d.Test {
		t.Fatal(d, err)
	}
	if got := <-hangs.got; !strings.Contains(string(got.body), `"type":"test"`) {
		t.Errorf("the test is %s", got.body)
	}
	if got := <-hangs.got; fmt.Sprint(got.texts) != "[one]" {
		t.Errorf("after the test: %q", got.texts)
	}
	awaitState(t, r, "the end", func(st room.WebhookState) bool { return st.Phase == room.WebhookReady })
	for range 20 {
		if _, err = r.Test(t.Context(), hookTo(hangs.URL)); err != nil {
			break
		}
		<-hangs.got
	}
	if room.Wait(err) <= 0 {
		t.Errorf("so many tests: %v", err)
	}
}

// A changed webhook continues where its predecessor was, and removing one aborts its
// request.
func TestSetAndRemove(t *testing.T) {
	r, log := startRunner(t, time.Hour)
	to := newReceiver(t)
	log.add("one")
	r.Set(hookTo(to.URL))
	<-to.got
	to.answer <- http.StatusNoContent
	awaitState(t, r, "the first", func(st room.WebhookState) bool { return st.Delivered == 1 && st.Phase == room.WebhookReady })
	r.Set(hookTo(to.URL)) // with the position 0 that was read before
	log.add("two")
	r.Moved("live")
	if got := <-to.got; fmt.Sprint(got.texts) != "[two]" {
		t.Errorf("sent %q", got.texts)
	}
	off := hookTo(to.URL)
	off.Off = true
	r.Set(off) // aborts the request
	awaitState(t, r, "off", func(st room.WebhookState) bool { return st.Phase == room.WebhookOff && st.Delivered == 1 })
	r.Remove("h1")
	if _, err := r.Test(t.Context(), off); err == nil {
		t.Error("a webhook that is gone is tested")
	}
}

// Both keys sign for a while after one has replaced the other.
func TestTheOldKeyKeepsSigning(t *testing.T) {
	r, log := startRunner(t, time.Hour)
	to := newReceiver(t)
	close(to.answer)
	log.add("one")
	w := hookTo(to.URL)
	w.Old, w.OldUntil = []byte("an old key of more than 16 bytes"), time.Now().Add(time.Hour)
	r.Set(w)
	got := <-to.got
	for _, k := range [][]byte{w.Key, w.Old} {
		if err := signature.Key(k).Verify(got.header, time.Now(), got.body); err != nil {
			t.Error(err)
		}
	}
	w.OldUntil = time.Now().Add(-time.Second)
	r.Set(w)
	log.add("two")
	r.Moved("live")
	got = <-to.got
	if err := signature.Key(w.Old).Verify(got.header, time.Now(), got.body); err == nil {
		t.Error("the old key still signs after it has expired")
	}
}

// The address that a name has is checked when the connection is made, and after each
// redirect.
func TestWhichURLsWebhooksMayHave(t *testing.T) {
	r, _ := startRunner(t, time.Hour)
	to := newReceiver(t)
	close(to.answer)
	leads := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		status := http.StatusTemporaryRedirect
		if req.URL.Path == "/303" {
			status = http.StatusSeeOther
		}
		http.Redirect(w, req, req.URL.Query().Get("to"), status)
	}))
	t.Cleanup(leads.Close)
	port := to.URL[strings.LastIndexByte(to.URL, ':'):]
	for _, tt := range []struct {
		url   string
		local bool
		fault string
	}{
		{to.URL, true, ""},
		{"http://localhost" + port, true, ""},
		{to.URL, false, room.DeliveryLocal},
		{"http://localhost" + port, false, room.DeliveryLocal},
		{"http://[::ffff:127.0.0.1]" + port, false, room.DeliveryLocal},
		{"http://0.0.0.0" + port, false, room.DeliveryLocal},
		{"http://10.0.0.1/", false, room.DeliveryLocal},
		{"http://169.254.169.254/latest", false, room.DeliveryLocal},
		{"http://169.254.169.254/latest", true, room.DeliveryLocal},
		{"http://[fe80::1]/", true, room.DeliveryLocal},
		{"http://[fd00:ec2::254]/latest", true, room.DeliveryLocal},
		{"http://[fd00:ec2::23]/v1/credentials", true, room.DeliveryLocal},
		{"http://[fd20:ce::254]/", true, room.DeliveryLocal},
		{"http://100.100.100.200/latest", true, room.DeliveryLocal},
		{"http://168.63.129.16/machine", false, room.DeliveryLocal},
		{"http://[::]" + port, false, room.DeliveryLocal},
		{"http://[::]" + port, true, room.DeliveryLocal}, // another spelling of this machine, which no owner needs
		{"http://[::127.0.0.1]" + port, false, room.DeliveryLocal},
		{"http://[64:ff9b::127.0.0.1]" + port, true, room.DeliveryLocal},
		{"http://[2002:7f00:1::]" + port, true, room.DeliveryLocal},
		{leads.URL + "/?to=" + to.URL, true, ""},
		{leads.URL + "/?to=http://169.254.169.254/", true, room.DeliveryLocal},
		{leads.URL + "/303?to=" + to.URL, true, room.DeliveryRedirect},
		{leads.URL + "/?to=" + leads.URL, true, room.DeliveryRedirect}, // it ends without a destination
		{"http://127.0.0.1:1/", true, room.DeliveryUnreachable},
		{"https://127.0.0.1" + port, true, room.DeliveryTLS},
	} {
		w := hookTo(tt.url)
		w.ID, w.Local, w.Off = tt.url+fmt.Sprint(tt.local), tt.local, true
		r.Set(w)
		d, err := r.Test(t.Context(), w)
		if err != nil || d.Fault != tt.fault {
			t.Errorf("%s, local %v: %+v, %v; want %q", tt.url, tt.local, d, err, tt.fault)
		}
		if strings.Contains(d.Detail, "secret") {
			t.Errorf("the detail has the address: %s", d.Detail)
		}
	}
}

// The pauses grow up to a limit.
func TestPause(t *testing.T) {
	for failures, around := range map[int]time.Duration{1: time.Second, 2: 2 * time.Second, 5: 16 * time.Second, 9: 256 * time.Second, 40: 5 * time.Minute, 1000: 5 * time.Minute} {
		for range 20 {
			if p := webhook.Pause(failures); p < around*4/5 || p > around*6/5+1 {
				t.Errorf("after %d failures: %v, want about %v", failures, p, around)
			}
		}
	}
}
