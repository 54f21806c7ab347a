package show_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"danmaku/show"
)

// An item starts by itself at its time, once, or waits then for its slot; one that missed
// its time by long is not shown, and a person's command takes precedence.
func TestStartAtAMoment(t *testing.T) {
	r := &room{t: t}
	at := noon.Add(time.Hour)
	card := json.RawMessage(`{"text":"hi","seconds":0}`)
	due := func(id string, now time.Time) {
		t.Helper()
		if ids := show.ToStart(r.items, now); !slices.Equal(ids, []string{id}) {
			t.Fatalf("to start are %v", ids)
		}
		r.mustApply(show.Command{Op: show.StartScheduled, ID: id, At: now})
	}
	r.mustApply(show.Command{Op: show.Create, ID: "c", Kind: show.Card, Spec: card, At: noon, Starts: at})
	if show.NextStart(r.items) != at || show.ToStart(r.items, at.Add(-1)) != nil {
		t.Fatalf("it starts at %v", show.NextStart(r.items))
	}
	r.mustApply(show.Command{Op: show.StartScheduled, ID: "c", At: at.Add(-1)})
	if r.state("c") != show.Draft {
		t.Fatalf("before its moment it is %s", r.state("c"))
	}
	due("c", at)
	if it := r.item("c"); it.State != show.Live || !it.Starts.IsZero() || !it.Started.Equal(at) {
		t.Errorf("started: %+v", it)
	}
	r.mustApply(show.Command{Op: show.StartScheduled, ID: "c", At: at.Add(time.Second)})

	// The slot is taken: the item is queued.
	r.mustApply(show.Command{Op: show.Create, ID: "d", Kind: show.Card, Spec: card, At: at})
	r.mustApply(show.Command{Op: show.Schedule, ID: "d", At: at, Starts: at.Add(time.Minute)})
	due("d", at.Add(time.Minute+9*time.Minute))
	if it := r.item("d"); it.State != show.Queued || !it.Starts.IsZero() {
		t.Errorf("with its place taken: %+v", it)
	}
	// From the queue to another time, and back.
	r.mustApply(show.Command{Op: show.Schedule, ID: "d", At: at, Starts: at.Add(time.Hour)})
	if it := r.item("d"); it.State != show.Draft || it.Starts.IsZero() {
		t.Errorf("scheduled in the queue: %+v", it)
	}
	r.mustApply(show.Command{Op: show.Queue, ID: "d", At: at})
	if it := r.item("d"); it.State != show.Queued || !it.Starts.IsZero() {
		t.Errorf("queued: %+v", it)
	}
	r.mustApply(show.Command{Op: show.Schedule, ID: "d", At: at, Starts: at.Add(time.Hour)})
	r.mustApply(show.Command{Op: show.Schedule, ID: "d", At: at})
	if it := r.item("d"); it.State != show.Draft || !it.Starts.IsZero() {
		t.Errorf("without a moment: %+v", it)
	}
	// It missed its time by long.
	r.mustApply(show.Command{Op: show.Schedule, ID: "d", At: at, Starts: at.Add(time.Minute)})
	due("d", at.Add(time.Minute+10*time.Minute+1))
	if it := r.item("d"); it.State != show.Draft || !it.Starts.IsZero() {
		t.Errorf("missed: %+v", it)
	}
	for _, starts := range []time.Time{at.Add(-11 * time.Minute), at.Add(-time.Hour), at.Add(400 * 24 * time.Hour)} {
		if err := r.apply(show.Command{Op: show.Schedule, ID: "d", At: at, Starts: starts}); !errors.Is(err, show.ErrInvalid) {
			t.Errorf("starts at %v: %v", starts, err)
		}
	}
	if err := r.apply(show.Command{Op: show.Schedule, ID: "c", At: at, Starts: at.Add(time.Hour)}); !errors.Is(err, show.ErrState) {
		t.Errorf("a live item: %v", err)
	}
}

// A countdown to a moment ends then whenever it began, and does not begin after it.
func TestCountdownToAMoment(t *testing.T) {
	r := &room{t: t}
	end := noon.Add(time.Minute)
	r.create("n", show.Countdown, fmt.Sprintf(`{"until":%d,"done":"We begin"}`, end.UnixMilli()))
	r.create("m", show.Countdown, fmt.Sprintf(`{"until":%d}`, end.UnixMilli()))
	r.mustApply(show.Command{Op: show.Start, ID: "n", At: noon})
	if it := r.item("n"); !it.Ends.Equal(end) {
		t.Fatalf("it ends at %v", it.Ends)
	}
	r.mustApply(show.Command{Op: show.Start, ID: "m", At: noon}) // waits for the slot
	if ids := show.Due(r.items, end); !slices.Equal(ids, []string{"n"}) {
		t.Fatal(ids)
	}
	r.mustApply(show.Command{Op: show.Expire, ID: "n", At: end})
	if r.state("n") != show.Ended || r.state("m") != show.Queued {
		t.Errorf("after its end: %s, and an item that waits until the same moment: %s", r.state("n"), r.state("m"))
	}
	if err := r.apply(show.Command{Op: show.Start, ID: "m", At: end}); !errors.Is(err, show.ErrState) {
		t.Error(err)
	}
	for _, spec := range []string{`{"until":1,"seconds":5}`, `{"until":-1}`, `{"until":99999999999999}`, `{"seconds":5,"done":"\u200b"}`} {
		if _, err := show.Decide(nil, show.Command{Op: show.Create, ID: "x", Kind: show.Countdown, Spec: json.RawMessage(spec), At: noon}); !errors.Is(err, show.ErrInvalid) {
			t.Errorf("%s: %v", spec, err)
		}
	}
}

// An item whose time ran out while the program did not run ends when it starts again: with its
// result on the screens, unless that was long ago. What waits then starts with its full time.
func TestItemsEndLate(t *testing.T) {
	const first, next = `{"text":"first","seconds":60}`, `{"text":"next","seconds":30}`
	for after, shown := range map[time.Duration]bool{10 * time.Minute: true, 10*time.Minute + 1: false} {
		r := &room{t: t}
		r.create("p", show.Announcement, first)
		r.create("c", show.Card, next)
		r.mustApply(show.Command{Op: show.Start, ID: "p", At: noon})
		r.mustApply(show.Command{Op: show.Start, ID: "c", At: noon})
		end := noon.Add(time.Minute)
		now := end.Add(after)
		r.mustApply(show.Command{Op: show.Expire, ID: "p", At: now})
		want := end
		if shown {
			want = now
		}
		if it := r.item("p"); it.State != show.Ended || !it.Stopped.Equal(want) {
			t.Errorf("%v late: %s since %v, want %v", after, it.State, it.Stopped, want)
		}
		if it := r.item("c"); it.State != show.Live || !it.Ends.Equal(now.Add(30*time.Second)) {
			t.Errorf("%v late: what waits is %s until %v", after, it.State, it.Ends)
		}
	}
}
