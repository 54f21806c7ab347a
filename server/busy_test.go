package server

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/room"
	"danmaku/server/servertest"
)

// comments returns the texts of all comments in the log, oldest first.
func (s *testServer) comments() (texts []string) {
	s.t.Helper()
	q := room.HistoryQuery{Limit: 200}
	for more := true; more; {
		rows, further, err := s.Store.Comments(s.t.Context(), "live", q)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, r := range rows {
			texts = append(texts, r.Text)
			q.Before = r.Seq
		}
		more = further
	}
	slices.Reverse(texts)
	return texts
}

// While the log cannot keep up its queue fills, and further comments get busy at once, over
// a socket and over HTTP. Exactly the acknowledged ones are finally in the log, in the
// order of the overlay.
func TestFullQueueIsAnsweredBusy(t *testing.T) {
	h := newTestServer(t)
	phone, overlay := h.phone(), h.overlay()
	next(t, phone, "hello")
	next(t, overlay, "hello")
	acks, shown := servertest.Frames(phone, "ack"), servertest.Frames(overlay, "events")
	held := make(chan struct{})
	release := sync.OnceFunc(func() { close(held) })
	defer release()
	stuck := func() { <-held }
	h.OnEvent.Store(&stuck) // the log's follower stops, so the log waits

	type answer struct {
		text string
		err  error
	}
	answers := make(chan answer)
	waiting, busy := 0, 0
	var acked []string
	take := func(a answer) {
		waiting--
		switch {
		case a.err == nil:
			acked = append(acked, a.text)
		case errors.Is(a.err, room.ErrBusy):
			busy++
		default:
			t.Fatal(a.err)
		}
	}
	n := 0
	write := func() {
		n++
		at, text := time.Now(), fmt.Sprint("comment ", n)
		waiting++
		go func(n int) {
			_, err := h.Store.Append(t.Context(), room.Event{Room: "live", At: at, Kind: room.KindComment, Comment: comment.Comment{
				ID: comment.NewID(at, uint32(n)), At: at, Text: text, User: "u",
				Mode: comment.Scroll, Color: comment.White, Size: comment.Medium, Source: comment.FromAudience,
			}})
			answers <- answer{text, err}
		}(n)
	}
	// One batch with the follower and those that may wait for it; with the next the log
	// itself blocks, and from then on the queue only fills.
	const slack = 1 + 16
	for range slack {
		write()
		take(<-answers)
	}
	write()
	eventually(t, "a log that stands still", func() bool { return len(h.comments()) == slack+1 })
	for busy == 0 {
		if n > 1<<16 {
			t.Fatal("the queue has no bound")
		}
		write()
		select {
		case a := <-answers:
			take(a)
		default:
		}
	}
	send := map[string]string{"type": "send", "ref": "mine", "text": "from a phone"}
	if err := phone.WriteJSON(send); err != nil {
		t.Fatal(err)
	}
	if a := servertest.Take(t, acks); a["outcome"] != "refused" || a["code"] != "busy" || a["ref"] != "mine" {
		t.Errorf("the phone is answered %v", a)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	web := &http.Client{Jar: jar, Timeout: patience}
	defer web.CloseIdleConnections()
	resp, err := web.Get("http://" + h.base + "/r/live") // sets an author's cookie
	if err == nil {
		resp.Body.Close()
		resp, err = web.Post("http://"+h.base+"/api/rooms/live/comments", "application/json", strings.NewReader(`{"text":"over HTTP"}`))
	}
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a request is answered %d", resp.StatusCode)
	}

	h.OnEvent.Store(nil)
	release()
	for waiting > 0 {
		take(<-answers)
	}
	if err := phone.WriteJSON(send); err != nil { // busy has not bound its ref
		t.Fatal(err)
	}
	if a := servertest.Take(t, acks); a["outcome"] != "shown" {
		t.Errorf("the phone is answered %v", a)
	}
	acked = append(acked, "from a phone")
	logged := h.comments()
	var seen []string
	for len(seen) < len(logged) {
		for _, e := range servertest.Take(t, shown)["events"].([]any) {
			seen = append(seen, e.(map[string]any)["text"].(string))
		}
	}
	if !slices.Equal(seen, logged) {
		t.Error("the overlay saw another order than the log has")
	}
	slices.Sort(acked)
	slices.Sort(logged)
	if !slices.Equal(acked, logged) {
		t.Errorf("%d are acknowledged, %d in the log", len(acked), len(logged))
	}
	if busy == 0 || len(acked) < 4096 {
		t.Errorf("%d acknowledged, %d busy", len(acked), busy)
	}
}
