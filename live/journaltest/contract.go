package journaltest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"time"

	"danmaku/comment"
	"danmaku/room"
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

// roundTrip writes one event of every kind with every field set and compares the results of
// Append, the follower and Since.
func (s *suite) roundTrip() {
	full := shown("ｆｕｌｌ 弾幕 👩‍🚀")
	full.Comment.Name, full.Comment.Mode, full.Comment.Color = "名前", comment.Top, "#ff8000"
	full.Comment.Size, full.Comment.Badge, full.Comment.Source = comment.Big, comment.BadgeModerator, comment.FromAPI
	full.Comment.Standing = comment.StandsMember
	full.Entry = room.Entry{
		Ref: "c1", Original: "as written", Rule: "words", Word: "w", Detail: "because",
		Spans: []comment.Span{{From: 0, To: 3}, {From: 5, To: 7}}, InName: true, Address: "hash",
	}
	full.By = "mod"
	held := write(room.KindHeld, "held")
	refused := write(room.KindRefused, "refused")
	setup := room.New(roomID)
	setup.Title, setup.Slow, setup.Colors, setup.Phrases = "Title", room.Millis(5*time.Second), []string{"#ff0000"}, []string{"hi"}
	setup.Look, setup.Delay, setup.State = room.Look{Color: "#112233", Picture: "/p.png"}, room.Millis(2*time.Second), room.Paused
	settings := act(room.KindRoom)
	settings.Setup, settings.Changed = &setup, []string{"title", "state"}
	ban := act(room.KindBan)
	ban.Ban = &room.Ban{
		Kind: room.Mute, User: "ann", Address: "hash", Until: moment.Add(time.Hour), ShowEnd: true, Reason: "why",
	}
	note := act(room.KindNote)
	note.Note = &room.Note{User: "ann", Text: "no spoilers", Warn: true}
	events := []room.Event{full, held, refused, act(room.KindPin, full.Comment.ID), act(room.KindPin), settings, ban, note, act(room.KindClear)}
	var receipts []room.Event
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
		s.Errorf("row is %+v, want the written one: %+v", row, full)
	}
	if got := receipts[6].Ban; got.ID == 0 || got.Room != roomID || got.By != "mod" || got.At.IsZero() {
		s.Errorf("the ban was not filled in: %+v", got)
	}
}

func (s *suite) equal(who string, got, want []room.Event) {
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
	for _, ev := range []room.Event{
		strange,
		{Room: "nowhere", Kind: room.KindClear, At: moment},
		decision(room.KindComment, comment.Held, gone, "mod"),
		decision(room.KindRefused, comment.Held, gone, "mod"),
		act(room.KindPin, gone),
		{Room: roomID, Kind: room.KindUnban, At: moment, Ban: &room.Ban{ID: 4711}},
		{Room: roomID, Kind: room.KindNote, At: moment, Note: &room.Note{ID: 4711}},
		{Room: roomID, Kind: room.KindNoteGone, At: moment, Note: &room.Note{ID: 4711}},
		{Room: roomID, Kind: room.KindNoteRead, At: moment, Note: &room.Note{ID: 4711}},
	} {
		if _, err := s.Journal.Append(s.ctx, ev); !errors.Is(err, room.ErrNotFound) {
			s.Errorf("append %s to room %s: %v, want ErrNotFound", ev.Kind, ev.Room, err)
		}
	}
	if _, err := s.Journal.Since(s.ctx, "nowhere", 0, 10); !errors.Is(err, room.ErrNotFound) {
		s.Errorf("Since: %v, want ErrNotFound", err)
	}
	if _, err := s.Journal.Recent(s.ctx, "nowhere", 10); !errors.Is(err, room.ErrNotFound) {
		s.Errorf("Recent: %v, want ErrNotFound", err)
	}
	s.log("comment kept")
	if seen := s.followed(1); len(seen) != 1 || seen[0].Seq != kept.Seq {
		s.Errorf("the follower saw %q", brief(seen))
	}
}

// malformed sends valid events together with events that no caller should make.
func (s *suite) malformed() {
	noID := shown("no id")
	noID.Comment.ID = 0
	otherRoom := act(room.KindRoom)
	setup := room.New("other")
	otherRoom.Setup = &setup
	nobody := act(room.KindBan)
	nobody.Ban = &room.Ban{Kind: room.Mute}
	noKind := act(room.KindBan)
	noKind.Ban = &room.Ban{Kind: "whisper", User: "ann"}
	noText, noWarning := act(room.KindNote), act(room.KindNote)
	noText.Note, noWarning.Note = &room.Note{User: "ann"}, &room.Note{User: "ann", Warn: true, Ready: "shouting"}
	kept := s.put(shown("kept"))
	stolen := shown("stolen")
	stolen.Comment.ID, stolen.Comment.User = kept.Comment.ID, "bob"
	bad := []room.Event{
		noID, otherRoom, nobody, noKind, stolen, act("dance"), act(room.KindRoom), act(room.KindBan), act(room.KindUnban),
		noText, noWarning, act(room.KindNote), act(room.KindNoteGone), act(room.KindNoteRead),
		decision(room.KindHeld, comment.Shown, kept.Comment.ID, "mod"),
		decision(room.KindRefused, comment.Shown, kept.Comment.ID, "mod"),
		act(room.KindPin, 1, 2),
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
		s.Errorf("a malformed event is not a fault of the log: %v", err)
	}
}

func (s *suite) rooms() {
	if _, err := s.Rooms.AddRoom(s.ctx, room.New("other"), nil); err != nil {
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
	foreign := act(room.KindRemove, theirs.Comment.ID)
	if r := s.try(foreign); !r.Again {
		s.Error("a comment of another room was taken down")
	}
	if _, err := s.History.Comment(s.ctx, roomID, theirs.Comment.ID); !errors.Is(err, room.ErrNotFound) {
		s.Errorf("a comment of another room: %v, want ErrNotFound", err)
	}
	byUser := act(room.KindRemove)
	byUser.User = "ann"
	s.put(byUser)
	others, err := s.Journal.Since(s.ctx, "other", 0, 10)
	if err != nil || len(others) != 1 {
		s.Errorf("the other room has %q, %v", brief(others), err)
	}
}

func (s *suite) settings() {
	setup := room.New(roomID)
	setup.Title, setup.Review = "New", room.ReviewAll
	ev := act(room.KindRoom)
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
	ev := act(room.KindBan)
	ev.Ban = &room.Ban{Kind: room.FullBan, User: "ann", Reason: "why"}
	first, second := s.put(ev), s.put(ev)
	if first.Ban.ID == second.Ban.ID {
		s.Fatalf("two bans have the ID %d", first.Ban.ID)
	}
	lift := act(room.KindUnban)
	lift.Ban = &room.Ban{ID: first.Ban.ID}
	lifted := s.put(lift)
	if lifted.Ban.User != "ann" || lifted.Ban.Kind != room.FullBan {
		s.Errorf("the lifted ban is not named: %+v", lifted.Ban)
	}
	if r := s.try(lift); !r.Again || r.Event.Kind != room.KindUnban {
		s.Errorf("a lifted ban was lifted again: %+v", r)
	}
	s.log("ban", "ban", "unban")
}

func (s *suite) notes() {
	of := func(kind room.Kind, n room.Note) room.Event {
		ev := act(kind)
		ev.Note = &n
		return ev
	}
	first := s.put(of(room.KindNote, room.Note{User: "ann", Text: "asks well"})).Note
	warning := s.put(of(room.KindNote, room.Note{User: "ann", Warn: true, Ready: room.WarnSpam})).Note
	if first.ID == warning.ID || first.By != "mod" || first.At.IsZero() || !warning.Unread() || first.Unread() {
		s.Fatalf("the notes are %+v and %+v", first, warning)
	}
	named := room.Note{ID: warning.ID, User: "ann"}
	if _, err := s.Journal.Append(s.ctx, of(room.KindNoteRead, room.Note{ID: warning.ID, User: "bob"})); !errors.Is(err, room.ErrNotFound) {
		s.Errorf("somebody else read it: %v, want ErrNotFound", err)
	}
	read := s.put(of(room.KindNoteRead, named))
	if read.Note.Read.IsZero() || read.Note.Ready != room.WarnSpam {
		s.Errorf("it was read: %+v", read.Note)
	}
	s.put(of(room.KindNoteGone, named))
	for _, kind := range []room.Kind{room.KindNoteRead, room.KindNoteGone} {
		if r := s.try(of(kind, named)); !r.Again {
			s.Errorf("%s of a deleted note: %+v", kind, r)
		}
	}
	back := s.put(of(room.KindNote, named))
	if !reflect.DeepEqual(back.Note, read.Note) {
		s.Errorf("put back is %+v, want %+v", back.Note, read.Note)
	}
	for _, kind := range []room.Kind{room.KindNote, room.KindNoteRead} { // the note exists, and was read
		if r := s.try(of(kind, named)); !r.Again {
			s.Errorf("%s once more: %+v", kind, r)
		}
	}
	s.put(of(room.KindNoteGone, room.Note{ID: first.ID}))
	s.log("note", "note", "note_read", "note_gone", "note", "note_gone")
}

func (s *suite) pins() {
	c := s.put(shown("look"))
	s.put(act(room.KindPin, c.Comment.ID))
	s.put(act(room.KindPin))
	s.put(act(room.KindRemove, c.Comment.ID))
	s.stands(act(room.KindPin, c.Comment.ID), room.KindRemove, c.Comment.ID)
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
		events, err := s.Journal.Since(s.ctx, roomID, c.after, c.limit)
		if err != nil || !slices.Equal(numbers(events), c.want) {
			s.Errorf("Since(%d, limit %d) gives %v, %v, want %v", c.after, c.limit, numbers(events), err, c.want)
		}
		if n, err := s.Journal.CountSince(s.ctx, roomID, c.after, c.limit); err != nil || n != len(c.want) {
			s.Errorf("CountSince(%d, limit %d) returns %d, %v, want %d", c.after, c.limit, n, err, len(c.want))
		}
	}
	for limit, first := range map[int]int{0: 10, 1: 9, 4: 6, 10: 0, 50: 0} {
		events, err := s.Journal.Recent(s.ctx, roomID, limit)
		if err != nil || !slices.Equal(numbers(events), slices.Clone(want[first:])) {
			s.Errorf("Recent(%d) gives %v, %v, want %v", limit, numbers(events), err, want[first:])
		}
	}
	var newest comment.ID
	for _, e := range s.since(0) {
		newest = max(newest, e.Comment.ID)
	}
	if id, err := s.Journal.NewestID(s.ctx); err != nil || id != newest {
		s.Errorf("NewestID returns %v, %v, want %v", id, err, newest)
	}
}

func numbers(events []room.Event) []int64 {
	var list []int64
	for _, ev := range events {
		list = append(list, ev.Seq)
	}
	return list
}

func withRef(ev room.Event, ref string) room.Event {
	ev.Entry.Ref = ref
	return ev
}
