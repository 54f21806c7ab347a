package journaltest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"time"

	"danmaku/comment"
)

func (s *suite) order() {
	var last int64
	var want []string
	for i := range 20 {
		ev := s.put(shown(fmt.Sprint(i)))
		if ev.Seq <= last {
			s.Fatalf("number %d comes after %d", ev.Seq, last)
		}
		last = ev.Seq
		want = append(want, fmt.Sprintf("comment %d", i))
	}
	s.log(want...)
	for i, ev := range s.since(0) {
		if rest := s.since(ev.Seq); len(rest) != 19-i {
			s.Fatalf("after event %d come %d, want %d", i, len(rest), 19-i)
		}
	}
}

// roundTrip writes one event of every kind with every field set and compares
// what Append, the follower and Since say.
func (s *suite) roundTrip() {
	full := shown("ｆｕｌｌ 弾幕 👩‍🚀")
	full.Comment.Name, full.Comment.Mode, full.Comment.Color = "名前", comment.Top, "#ff8000"
	full.Comment.Size, full.Comment.Badge, full.Comment.Source = comment.Big, comment.BadgeModerator, comment.FromAPI
	full.Entry = comment.Entry{
		Ref: "c1", Original: "as written", Rule: "words", Word: "w", Detail: "because",
		Spans: []comment.Span{{From: 0, To: 3}, {From: 5, To: 7}}, Address: "hash",
	}
	full.By = "mod"
	held := write(comment.KindHeld, "held")
	refused := write(comment.KindRefused, "refused")
	setup := comment.NewRoom(room)
	setup.Title, setup.Slow, setup.Colors, setup.Phrases = "Title", 5*time.Second, []string{"#ff0000"}, []string{"hi"}
	setup.Look, setup.Delay, setup.State = comment.Look{Color: "#112233", Picture: "/p.png"}, 2*time.Second, comment.Paused
	settings := act(comment.KindRoom)
	settings.Setup, settings.Changed = &setup, []string{"title", "state"}
	ban := act(comment.KindBan)
	ban.Ban = &comment.Ban{
		Kind: comment.Mute, User: "ann", Address: "hash", Until: moment.Add(time.Hour), ShowEnd: true, Reason: "why",
	}
	events := []comment.Event{full, held, refused, act(comment.KindPin, full.Comment.ID), act(comment.KindPin), settings, ban, act(comment.KindClear)}
	var receipts []comment.Event
	for _, ev := range events {
		receipts = append(receipts, s.put(ev))
	}
	followed := s.followed(len(events))
	stored := s.since(0)
	// The clear hides the first comment from a resume; the rest must be equal.
	s.equal("follower", followed, receipts)
	s.equal("Since", stored, receipts[1:])

	row := s.row(full.Comment.ID)
	if !reflect.DeepEqual(row.Comment, full.Comment) || !reflect.DeepEqual(row.Entry, full.Entry) || row.Status != comment.Shown {
		s.Errorf("row is %+v, want what was written: %+v", row, full)
	}
	if got := receipts[6].Ban; got.ID == 0 || got.Room != room || got.By != "mod" || got.At.IsZero() {
		s.Errorf("the ban was not filled in: %+v", got)
	}
}

func (s *suite) equal(who string, got, want []comment.Event) {
	s.Helper()
	if len(got) != len(want) {
		s.Fatalf("%s has %q, want %q", who, brief(got), brief(want))
	}
	for i := range got {
		if !reflect.DeepEqual(got[i], want[i]) {
			s.Errorf("%s has\n%+v\nwant\n%+v", who, got[i], want[i])
		}
	}
}

func (s *suite) unknown() {
	kept := s.put(shown("kept"))
	strange := shown("strange")
	strange.Room = "nowhere"
	gone := comment.NewID(moment, 1)
	for _, ev := range []comment.Event{
		strange,
		{Room: "nowhere", Kind: comment.KindClear, At: moment},
		decision(comment.KindComment, comment.Held, gone, "mod"),
		decision(comment.KindRefused, comment.Held, gone, "mod"),
		act(comment.KindPin, gone),
		{Room: room, Kind: comment.KindUnban, At: moment, Ban: &comment.Ban{ID: 4711}},
	} {
		if _, err := s.Journal.Append(s.ctx, ev); !errors.Is(err, comment.ErrNotFound) {
			s.Errorf("append %s to room %s: %v, want ErrNotFound", ev.Kind, ev.Room, err)
		}
	}
	if _, err := s.Journal.Since(s.ctx, "nowhere", 0, 10); !errors.Is(err, comment.ErrNotFound) {
		s.Errorf("Since: %v, want ErrNotFound", err)
	}
	if _, err := s.Journal.Recent(s.ctx, "nowhere", 10); !errors.Is(err, comment.ErrNotFound) {
		s.Errorf("Recent: %v, want ErrNotFound", err)
	}
	s.log("comment kept")
	if seen := s.followed(1); len(seen) != 1 || seen[0].Seq != kept.Seq {
		s.Errorf("the follower saw %q", brief(seen))
	}
}

// malformed sends events that no caller should make among good ones, at once.
func (s *suite) malformed() {
	noID := shown("no id")
	noID.Comment.ID = 0
	otherRoom := act(comment.KindRoom)
	setup := comment.NewRoom("other")
	otherRoom.Setup = &setup
	nobody := act(comment.KindBan)
	nobody.Ban = &comment.Ban{Kind: comment.Mute}
	noKind := act(comment.KindBan)
	noKind.Ban = &comment.Ban{Kind: "whisper", User: "ann"}
	kept := s.put(shown("kept"))
	stolen := shown("stolen")
	stolen.Comment.ID, stolen.Comment.User = kept.Comment.ID, "bob"
	bad := []comment.Event{
		noID, otherRoom, nobody, noKind, stolen, act("dance"), act(comment.KindRoom), act(comment.KindBan), act(comment.KindUnban),
		decision(comment.KindHeld, comment.Shown, kept.Comment.ID, "mod"),
		decision(comment.KindRefused, comment.Shown, kept.Comment.ID, "mod"),
		act(comment.KindPin, 1, 2),
	}
	var all sync.WaitGroup
	for range 20 {
		for _, ev := range bad {
			all.Go(func() {
				if r, err := s.Journal.Append(s.ctx, ev); err == nil {
					s.Errorf("append %s %+v was taken: %+v", ev.Kind, ev, r)
				}
			})
		}
		all.Go(func() { s.try(shown("good")) })
	}
	all.Wait()
	if events := s.since(0); len(events) != 21 {
		s.Errorf("the log has %d events, want 21", len(events))
	}
	if seen := s.followed(21); len(seen) != 21 {
		s.Errorf("the follower saw %d events, want 21", len(seen))
	}
	if err := s.Journal.Ready(); err != nil {
		s.Errorf("a malformed event is no fault of the log: %v", err)
	}
}

func (s *suite) rooms() {
	if _, err := s.Rooms.AddRoom(s.ctx, comment.NewRoom("other"), nil); err != nil {
		s.Fatal(err)
	}
	mine := s.put(withRef(shown("mine"), "c1"))
	theirs := withRef(shown("theirs"), "c1")
	theirs.Room = "other"
	theirs = s.put(theirs)
	if mine.Seq != theirs.Seq {
		s.Errorf("the rooms' first numbers are %d and %d", mine.Seq, theirs.Seq)
	}
	s.log("comment mine")
	foreign := act(comment.KindRemove, theirs.Comment.ID)
	if r := s.try(foreign); !r.Again {
		s.Error("a comment of another room was taken down")
	}
	if _, err := s.History.Comment(s.ctx, room, theirs.Comment.ID); !errors.Is(err, comment.ErrNotFound) {
		s.Errorf("a comment of another room: %v, want ErrNotFound", err)
	}
	byUser := act(comment.KindRemove)
	byUser.User = "ann"
	s.put(byUser)
	others, err := s.Journal.Since(s.ctx, "other", 0, 10)
	if err != nil || len(others) != 1 {
		s.Errorf("the other room has %q, %v", brief(others), err)
	}
}

func (s *suite) settings() {
	setup := comment.NewRoom(room)
	setup.Title, setup.Review = "New", comment.ReviewAll
	ev := act(comment.KindRoom)
	ev.Setup, ev.Changed = &setup, []string{"title", "review"}
	written := s.put(ev)
	check := func() {
		s.Helper()
		records, err := s.Rooms.Rooms(s.ctx)
		if err != nil || len(records) != 1 {
			s.Fatalf("rooms: %+v, %v", records, err)
		}
		if !reflect.DeepEqual(records[0].Room, setup) || records[0].Head.Seq != written.Seq {
			s.Errorf("room is %+v, want %+v at %d", records[0], setup, written.Seq)
		}
	}
	check()
	s.reopen()
	check()
}

func (s *suite) bans() {
	ev := act(comment.KindBan)
	ev.Ban = &comment.Ban{Kind: comment.FullBan, User: "ann", Reason: "why"}
	first, second := s.put(ev), s.put(ev)
	if first.Ban.ID == second.Ban.ID {
		s.Fatalf("two bans have the ID %d", first.Ban.ID)
	}
	lift := act(comment.KindUnban)
	lift.Ban = &comment.Ban{ID: first.Ban.ID}
	lifted := s.put(lift)
	if lifted.Ban.User != "ann" || lifted.Ban.Kind != comment.FullBan {
		s.Errorf("the lifted ban is not named: %+v", lifted.Ban)
	}
	if r := s.try(lift); !r.Again || r.Event.Kind != comment.KindUnban {
		s.Errorf("a lifted ban was lifted again: %+v", r)
	}
	s.log("ban", "ban", "unban")
}

func (s *suite) pins() {
	c := s.put(shown("look"))
	s.put(act(comment.KindPin, c.Comment.ID))
	s.put(act(comment.KindPin))
	s.put(act(comment.KindRemove, c.Comment.ID))
	s.stands(act(comment.KindPin, c.Comment.ID), comment.KindRemove, c.Comment.ID)
	s.log("pin", "pin", "remove 1")
}

func (s *suite) limits() {
	var want []int64
	for i := range 10 {
		want = append(want, s.put(shown(fmt.Sprint(i))).Seq)
	}
	for _, c := range []struct {
		after int64
		limit int
		want  []int64
	}{
		{0, 3, want[:3]}, {want[4], 3, want[5:8]}, {want[8], 3, want[9:]}, {want[9], 3, nil}, {want[9] + 1000, 3, nil}, {0, 0, nil},
	} {
		events, err := s.Journal.Since(s.ctx, room, c.after, c.limit)
		if err != nil || !slices.Equal(numbers(events), c.want) {
			s.Errorf("Since(%d, limit %d) gives %v, %v, want %v", c.after, c.limit, numbers(events), err, c.want)
		}
	}
	for limit, first := range map[int]int{0: 10, 1: 9, 4: 6, 10: 0, 50: 0} {
		events, err := s.Journal.Recent(s.ctx, room, limit)
		if err != nil || !slices.Equal(numbers(events), slices.Clone(want[first:])) {
			s.Errorf("Recent(%d) gives %v, %v, want %v", limit, numbers(events), err, want[first:])
		}
	}
}

func numbers(events []comment.Event) []int64 {
	var list []int64
	for _, ev := range events {
		list = append(list, ev.Seq)
	}
	return list
}

func withRef(ev comment.Event, ref string) comment.Event {
	ev.Entry.Ref = ref
	return ev
}
