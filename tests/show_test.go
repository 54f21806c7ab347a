package tests

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

// A featured comment stays in front until it is removed: then its
// card leaves every screen, and a restart does not restore it. The next waiting
// item takes the place.
func TestCardGoesWithItsComment(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir, "--user-rate", "0")
	boss := p.console()
	phone, overlay := p.phone().open("audience", ""), p.overlaySocket("")
	overlay.next("hello")
	feature := func(id string) (it item) {
		t.Helper()
		status, body := boss.do("POST", "/api/rooms/live/comments/"+id+"/feature", map[string]any{"seconds": 0, "start": true}, ours)
		if status != http.StatusCreated {
			t.Fatalf("feature answers %d: %s", status, body)
		}
		if err := json.Unmarshal([]byte(body), &it); err != nil {
			t.Fatal(err)
		}
		return it
	}
	send := func(text string) string {
		t.Helper()
		phone.send(strings.ReplaceAll(text, " ", "-"), text)
		a := phone.next("ack")
		if a.Outcome != "shown" {
			t.Fatalf("%q gets the answer %+v", text, a)
		}
		return a.ID
	}
	first, second, third := send("first one"), send("second one"), send("third one")
	card := feature(first)
	if e := overlay.until("the card", itemIs(card.ID, "live")); !strings.Contains(string(e.Spec), `"text":"first one"`) || !strings.Contains(string(e.Spec), first) {
		t.Errorf("the card is %s", e.Spec)
	}
	waits, last := feature(second), feature(third)
	if waits.State != "queued" || last.State != "queued" {
		t.Fatalf("behind it: %s, %s", waits.State, last.State)
	}
	if status, body := boss.do("POST", "/api/rooms/live/comments/"+second+"/remove", nil, ours); status != http.StatusNoContent {
		t.Fatalf("%d %s", status, body)
	}
	waitUntil(t, "the card in the queue goes with its comment", func() bool { // shortly after the removal
		status, _ := boss.do("GET", "/api/rooms/live/items/"+waits.ID, nil, nil)
		return status == http.StatusNotFound
	})
	if status, body := boss.do("POST", "/api/rooms/live/comments/"+first+"/remove", nil, ours); status != http.StatusNoContent {
		t.Fatalf("%d %s", status, body)
	}
	overlay.until("the next card", itemIs(last.ID, "live"))
	if h := p.phone().open("audience", "").next("hello"); len(h.Items) != 1 || h.Items[0].ID != last.ID {
		t.Errorf("newcomers see %+v", h.Items)
	}
	p.stop()
	p = start(t, dir)
	boss = p.console()
	if h := p.phone().open("audience", "").next("hello"); len(h.Items) != 1 || h.Items[0].ID != last.ID {
		t.Errorf("after a restart newcomers see %+v", h.Items)
	}
	if status, body := boss.do("POST", "/api/rooms/live/clear", nil, ours); status != http.StatusNoContent {
		t.Fatalf("%d %s", status, body)
	}
	if h := p.phone().open("audience", "").next("hello"); len(h.Items) != 0 {
		t.Errorf("after a clear newcomers see %+v", h.Items)
	}
	if status, _ := boss.do("POST", "/api/rooms/live/comments/"+first+"/feature", nil, ours); status != http.StatusGone {
		t.Errorf("a removed comment is featured: %d", status)
	}
}

// Each slot has one item, and kinds in other slots do not wait for it.
func TestEachPlaceHasOneItem(t *testing.T) {
	p := start(t, t.TempDir())
	boss := p.console()
	for _, tt := range []struct{ kind, spec, slot, state string }{
		{"announcement", `{"text":"We begin","seconds":0}`, "lower", "live"},
		{"countdown", `{"title":"Pause","seconds":600}`, "corner", "live"},
		{"ticker", `{"texts":["one","two"]}`, "bar", "live"},
		{"poll", `{"question":"?","options":["a","b"]}`, "lower", "queued"},
		{"countdown", `{"seconds":5}`, "corner", "queued"},
	} {
		it := newItem(boss, tt.kind, tt.spec)
		if it.Slot != tt.slot || it.State != tt.state || it.Kind != tt.kind {
			t.Errorf("%s: %+v", tt.kind, it)
		}
		if timed := tt.kind == "countdown" && it.State == "live"; timed != (it.Ends == it.Started+600_000) {
			t.Errorf("%s started at %d and ends at %d", tt.kind, it.Started, it.Ends)
		}
	}
	for _, body := range []string{
		`{"kind":"draw","spec":{"title":"A shirt","winners":0}}`, `{"kind":"dance","spec":{}}`, `{"kind":"poll","spec":{"question":"?","options":["a"]}}`,
		`{"kind":"ticker","spec":{"texts":[]}}`, `{"kind":"poll","spec":null}`, `{"kind":"card","spec":{"text":"hi","seconds":0,"colour":"red"}}`, `{"kind":"card"}`,
	} {
		if status, text := boss.do("POST", "/api/rooms/live/items", json.RawMessage(body), ours); status != http.StatusUnprocessableEntity || !strings.Contains(text, "bad_frame") {
			t.Errorf("%s answers %d: %s", body, status, text)
		}
	}
}

// An item starts at its time, also if the program started after the time was set.
// The time can be changed and removed, and only the console sees it.
func TestItemsStartAtAMoment(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir)
	boss := p.console()
	phone := p.phone().open("audience", "")
	phone.next("hello")
	make := func(kind, spec string, starts time.Time) (status int, it item) {
		t.Helper()
		status, body := boss.do("POST", "/api/rooms/live/items", map[string]any{"kind": kind, "spec": json.RawMessage(spec), "starts": starts.UnixMilli()}, ours)
		if err := json.Unmarshal([]byte(body), &it); err != nil {
			t.Fatal(err)
		}
		return status, it
	}
	soon := time.Now().Add(300 * time.Millisecond)
	status, first := make("announcement", `{"text":"We begin","seconds":0}`, soon)
	waits := time.Now().Before(soon) // otherwise this machine was too slow to see it wait
	if status != http.StatusCreated || waits && (first.State != "draft" || first.Starts != soon.UnixMilli()) {
		t.Fatalf("%d %+v", status, first)
	}
	if e := phone.until("the announcement", itemIs(first.ID, "live")); e.Started < soon.UnixMilli() || e.Starts != 0 {
		t.Errorf("it should start at %d: %+v", soon.UnixMilli(), e.item)
	}

	later := time.Now().Add(time.Hour)
	_, second := make("ticker", `{"texts":["one"],"seconds":600}`, later)
	if it := boss.item("PATCH", second.ID, map[string]any{"starts": later.Add(time.Hour).UnixMilli()}); it.Starts != later.Add(time.Hour).UnixMilli() {
		t.Errorf("changed: %+v", it)
	}
	if it := boss.item("PATCH", second.ID, map[string]any{"starts": 0}); it.Starts != 0 || it.State != "draft" {
		t.Errorf("removed: %+v", it)
	}
	for when, want := range map[string]int{
		`"starts":1`: http.StatusUnprocessableEntity, `"starts":-1`: http.StatusUnprocessableEntity, `"starts":99999999999999`: http.StatusUnprocessableEntity,
		`"start":true,"starts":99999999999999`: http.StatusBadRequest,
	} {
		body := json.RawMessage(`{"kind":"card","spec":{"text":"x","seconds":0},` + when + `}`)
		if status, text := boss.do("POST", "/api/rooms/live/items", body, ours); status != want || !strings.Contains(text, "starts") {
			t.Errorf("%s gets status %d: %s", when, status, text)
		}
	}

	// The moment comes while the program is stopped.
	boss.item("PATCH", second.ID, map[string]any{"starts": time.Now().Add(300 * time.Millisecond).UnixMilli()})
	p.stop()
	p = start(t, dir)
	phone = p.phone().open("audience", "")
	for _, it := range phone.next("hello").Items {
		if it.ID == second.ID && it.State == "live" {
			return
		}
	}
	phone.until("the ticker", itemIs(second.ID, "live"))
}
