package store_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"danmaku/room"
	"danmaku/show"
)

// Ended items are deleted with the comments of their time, and so are their entries; live
// items stay, however old, with their votes.
func TestForgetItems(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	do := func(at time.Time, ev room.Event) {
		t.Helper()
		ev.Room, ev.At = "live", at
		if _, err := s.Append(t.Context(), ev); err != nil {
			t.Fatal(err)
		}
	}
	command := func(c show.Command) room.Event { return room.Event{Kind: room.KindItem, By: "boss", Command: &c} }
	vote := func(item, person string) room.Event {
		return room.Event{Kind: room.KindEntry, Part: &show.Entry{Item: item, Person: person, Choice: "0"}}
	}
	spec := json.RawMessage(`{"question":"?","options":["a","b"]}`)
	for _, id := range []string{"old", "live"} {
		do(noon, command(show.Command{Op: show.Create, ID: id, Kind: show.Poll, Spec: spec}))
		do(noon, command(show.Command{Op: show.Start, ID: id}))
		if id == "old" {
			do(noon, vote(id, "ann"))
		}
	}
	if _, err := s.Append(t.Context(), room.Event{Room: "live", At: noon, Kind: room.KindEntry, Part: vote("live", "x").Part}); !errors.Is(err, show.ErrState) {
		t.Fatalf("a vote in an item that waits for its slot: %v", err)
	}
	do(noon.Add(time.Minute), command(show.Command{Op: show.Stop, ID: "old"})) // the next starts
	do(noon.Add(2*time.Minute), vote("live", "ann"))
	items, err := s.Items(t.Context(), "live")
	if err != nil || len(items) != 2 || string(items[1].Result) != `{"counts":[1,0],"people":1}` {
		t.Fatalf("%v, %+v", err, items)
	}
	if _, err := s.Forget(t.Context(), noon.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	items, err = s.Items(t.Context(), "live")
	if err != nil || len(items) != 1 || items[0].ID != "live" || items[0].State != show.Live {
		t.Errorf("left are %+v, %v", items, err)
	}
	for id, want := range map[string]int{"old": 0, "live": 1} {
		if entries, err := s.Entries(t.Context(), "live", id); err != nil || len(entries) != want {
			t.Errorf("of %s: %v, %v", id, entries, err)
		}
	}
}

// A command that changes several items returns the number of the last one, so that a caller
// who waits for it finds all of them changed.
func TestReceiptOfSeveralEvents(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	do := func(c show.Command) room.Receipt {
		t.Helper()
		r, err := s.Append(t.Context(), room.Event{Room: "live", At: noon, Kind: room.KindItem, By: "boss", Command: &c})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	for _, id := range []string{"a", "b", "c"} {
		do(show.Command{Op: show.Create, ID: id, Kind: show.Card, Rank: 1, Spec: json.RawMessage(`{"text":"x","seconds":0}`)})
	}
	r := do(show.Command{Op: show.Order, IDs: []string{"c", "b", "a"}})
	events, err := s.Since(t.Context(), "live", r.Event.Seq-1, 10)
	if err != nil || len(events) != 2 || events[1].Seq != r.Last {
		t.Errorf("the receipt says %d and %d; %d events, %v", r.Event.Seq, r.Last, len(events), err)
	}
}
