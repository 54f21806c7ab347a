package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/room"
	"danmaku/store"

	"github.com/google/go-cmp/cmp"
)

// An audit entry is written with its event, one whose event changed nothing is not, and
// both kinds of entries are found again after a restart.
func TestActs(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	rec := addRoom(t, s, "live")
	addRoom(t, s, "other")
	at := noon.UTC()
	after := rec.Room
	after.Title = "new"
	acts := []room.AuditEntry{
		{Room: "live", At: at, By: "mod", Link: 3, Role: room.Moderator, Kind: room.ActionSettings, Changed: []string{"title", "links"}, Before: &rec.Room, After: &after},
		{Room: "live", At: at, By: "mod", Link: 3, Role: room.Moderator, Kind: room.ActionBan, About: "1", User: "ann", Detail: "100% rude"},
		{Room: "live", At: at.Add(time.Second), By: "boss", Link: 1, Role: room.Owner, Kind: room.ActionUnban, About: "1", User: "ann"},
		{At: at, By: "boss", Link: 1, Role: room.Owner, Kind: room.ActionLink, About: "1", Detail: "for bob"},
		{Room: "other", At: at, By: "boss", Link: 1, Role: room.Owner, Kind: room.ActionRules, About: "list"},
	}
	mustAppend(t, s, room.Event{Room: "live", At: at, Kind: room.KindRoom, Setup: &after, Changed: acts[0].Changed, Audit: &acts[0]})
	ban := mustAppend(t, s, room.Event{Room: "live", At: at, Kind: room.KindBan, Ban: &room.Ban{Kind: room.FullBan, User: "ann"},
		Audit: &room.AuditEntry{By: "mod", Link: 3, Role: room.Moderator, Kind: room.ActionBan, User: "ann", Detail: "100% rude"}})
	undo := acts[2]
	undo.Undoes = 2
	unban := room.Event{Room: "live", At: acts[2].At, Kind: room.KindUnban, Ban: ban.Ban, Audit: &undo}
	mustAppend(t, s, unban)
	if r, err := s.Append(t.Context(), unban); err != nil || !r.Again {
		t.Errorf("lifted twice: %+v, %v", r, err)
	}
	if _, err := s.AddLink(t.Context(), room.AccessLink{Role: room.Owner, Hash: []byte("hash")}, &acts[3]); err != nil {
		t.Fatal(err)
	}
	if err := putList(t, s, room.RuleList{Room: "other", Name: "list"}, &acts[4]); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i := range acts {
		acts[i].ID = int64(i + 1)
	}
	acts[1].Undone = 3
	s = openStore(t, dir)
	for name, tt := range map[string]struct {
		q    room.AuditQuery
		want []room.AuditEntry
	}{
		"room":       {room.AuditQuery{Room: "live"}, []room.AuditEntry{acts[2], acts[1], acts[0]}},
		"and global": {room.AuditQuery{Room: "live", Global: true, Limit: 2}, []room.AuditEntry{acts[3], acts[2]}},
		"before":     {room.AuditQuery{Room: "live", Before: 3}, []room.AuditEntry{acts[1], acts[0]}},
		"kind":       {room.AuditQuery{Room: "live", Kind: room.ActionSettings}, acts[:1]},
		"by":         {room.AuditQuery{Room: "live", By: "boss"}, acts[2:3]},
		"text":       {room.AuditQuery{Room: "live", Text: "0%"}, acts[1:2]},
		"id":         {room.AuditQuery{Room: "live", ID: 1}, acts[:1]},
		"other room": {room.AuditQuery{Room: "live", ID: 5}, nil},
		"nothing":    {room.AuditQuery{Room: "nowhere"}, nil},
	} {
		got, more, err := s.AuditEntries(t.Context(), tt.q)
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil || more != (tt.q.Limit == 2) {
			t.Errorf("%s: %v, more %v (-want +got):\n%s", name, err, more, diff)
		}
	}
}

// A change that is not an event and its audit entry are both written, or neither is.
func TestAnActIsWrittenWithItsChange(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	link, err := s.AddLink(t.Context(), room.AccessLink{Room: "live", Role: room.Sender, Hash: []byte("one")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := putList(t, s, room.RuleList{Room: "live", Name: "kept", On: true}, nil); err != nil {
		t.Fatal(err)
	}
	state := func() (out struct {
		Links        []room.AccessLink
		Rooms        []room.Record
		Lists        []room.RuleList
		AuditEntries []room.AuditEntry
	}) {
		var errs [4]error
		out.Links, errs[0] = s.Links(t.Context())
		out.Rooms, errs[1] = s.Rooms(t.Context())
		out.Lists, errs[2] = s.RuleLists(t.Context())
		out.AuditEntries, _, errs[3] = s.AuditEntries(t.Context(), room.AuditQuery{Room: "live", Global: true})
		if err := errors.Join(errs[:]...); err != nil {
			t.Fatal(err)
		}
		return out
	}
	line := func(kind room.Action) *room.AuditEntry {
		return &room.AuditEntry{At: noon, By: "boss", Link: 1, Role: room.Owner, Kind: kind, About: string(kind)}
	}
	changes := []struct {
		name string
		do   func() error
	}{
		{"make a link", func() error {
			_, err := s.AddLink(t.Context(), room.AccessLink{Room: "live", Role: room.Sender, Hash: []byte("two")}, line(room.ActionLink))
			return err
		}},
		{"take it back", func() error { return s.RevokeLink(t.Context(), link.ID, noon, line(room.ActionRevoke)) }},
		{"make a room", func() error {
			_, err := s.AddRoom(t.Context(), room.New("second"), line(room.ActionRoom))
			return err
		}},
		{"save a list", func() error {
			return putList(t, s, room.RuleList{Room: "live", Name: "new", On: true}, line(room.ActionRules))
		}},
		{"delete a list", func() error {
			return s.ChangeRuleList(t.Context(), room.RuleChange{Room: "live", Name: "kept", Was: 1, Audit: line(room.ActionRules)})
		}},
	}
	execSQL(t, s, "CREATE TRIGGER no_acts BEFORE INSERT ON acts BEGIN SELECT RAISE(ABORT, 'no'); END")
	before := state()
	for _, c := range changes {
		if err := c.do(); err == nil {
			t.Errorf("%s: done without its line", c.name)
		}
	}
	if diff := cmp.Diff(before, state()); diff != "" {
		t.Errorf("the failed changes left traces (-before +after):\n%s", diff)
	}
	execSQL(t, s, "DROP TRIGGER no_acts")
	for _, c := range changes {
		before := state()
		if err := c.do(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		after := state()
		lines := len(after.AuditEntries) - len(before.AuditEntries)
		if c.name == "make a room" { // its entry is in the new room
			acts, _, err := s.AuditEntries(t.Context(), room.AuditQuery{Room: "second"})
			if lines = len(acts); err != nil {
				t.Fatal(err)
			}
		}
		if lines != 1 {
			t.Errorf("%s: %d lines", c.name, lines)
		}
	}
	again := state()
	if err := s.RevokeLink(t.Context(), link.ID, noon, line(room.ActionRevoke)); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(again, state()); diff != "" {
		t.Errorf("taken back twice (-before +after):\n%s", diff)
	}
}

// An action's edit of a list is stored for its undo; of long edits only the newest.
func TestListEditsAreKept(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	short := room.ListEdit{WasOn: true, Line: 3, Was: []string{"a"}, Now: []string{"b", ""}, Above: "up", Below: "down"}
	long := room.ListEdit{Made: true, On: true, Now: []string{strings.Repeat("x", 20<<10)}}
	var want []room.ListEdit
	for i := range 60 {
		e := long
		if i%20 == 0 {
			e = short
		}
		a := room.AuditEntry{At: noon, Kind: room.ActionRules, About: "words", Changed: e.Names(), List: &e}
		if err := putList(t, s, room.RuleList{Room: "live", Name: "words"}, &a); err != nil {
			t.Fatal(err)
		}
		want = append(want, e)
	}
	for i, e := range want {
		got, err := s.ListEdit(t.Context(), int64(i+1))
		acts, _, err2 := s.AuditEntries(t.Context(), room.AuditQuery{Room: "live", ID: int64(i + 1)})
		if err2 != nil || acts[0].Kept != (err == nil) {
			t.Errorf("act %d is listed as kept: %v, %v", i+1, acts[0].Kept, err2)
		}
		if gone := i < 60-3-50+1 && i%20 != 0; gone {
			if !errors.Is(err, room.ErrNotFound) {
				t.Errorf("act %d: %v", i+1, err)
			}
		} else if diff := cmp.Diff(e, got); err != nil || diff != "" {
			t.Errorf("act %d: %v (-want +got):\n%s", i+1, err, diff)
		}
	}
	if _, err := s.ListEdit(t.Context(), 999); !errors.Is(err, room.ErrNotFound) {
		t.Errorf("an unknown act: %v", err)
	}
}

// A room's earlier pictures are stored for an undo; the oldest are deleted, and those of
// other rooms stay.
func TestEarlierPicturesAreKept(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	addRoom(t, s, "other")
	for i := range 15 {
		for _, room := range []string{"live", "other"}[:1+min(1, i/14)] {
			if err := s.PutPicture(t.Context(), room, fmt.Sprint(i), []byte(room)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := s.PutPicture(t.Context(), "live", "3", []byte("live")); err != nil { // is the newest again
		t.Fatal(err)
	}
	for i := range 15 {
		got, err := s.Picture(t.Context(), "live", fmt.Sprint(i))
		if gone := i < 4 && i != 3; gone != errors.Is(err, room.ErrNotFound) || !gone && string(got) != "live" {
			t.Errorf("picture %d: %q, %v", i, got, err)
		}
	}
	if got, err := s.Picture(t.Context(), "other", "14"); err != nil || string(got) != "other" {
		t.Errorf("another room's: %q, %v", got, err)
	}
}

// A pin survives a restart, until it is unpinned, taken down or cleared.
func TestPinned(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	addRoom(t, s, "live")
	c := mustAppend(t, s, newComment("live", "look")).Comment
	pin := room.Event{Room: "live", At: noon, Kind: room.KindPin, IDs: []comment.ID{c.ID}}
	pinAndEnd(t, &s, dir, "unpin", pin, room.Event{Room: "live", At: noon, Kind: room.KindPin})
	pinAndEnd(t, &s, dir, "clear", pin, room.Event{Room: "live", At: noon, Kind: room.KindClear})
	pinAndEnd(t, &s, dir, "remove", pin, room.Event{Room: "live", At: noon, Kind: room.KindRemove, User: c.User})
}

func pinAndEnd(t *testing.T, s **store.Store, dir, name string, pin, end room.Event) {
	t.Helper()
	mustAppend(t, *s, pin)
	if r, err := (*s).Append(t.Context(), pin); err != nil || !r.Again {
		t.Errorf("%s: pinned twice: %+v, %v", name, r, err)
	}
	for _, want := range []comment.ID{pin.IDs[0], 0} {
		if err := (*s).Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		*s = openStore(t, dir)
		rooms, err := (*s).Rooms(t.Context())
		if err != nil || rooms[0].Pinned != want {
			t.Errorf("%s: %v is pinned, %v, want %v", name, rooms[0].Pinned, err, want)
		}
		if want != 0 {
			mustAppend(t, *s, end)
		}
	}
}

// Neighbours lists authors who share an address, and Person an author's counts.
func TestNotesOnPeople(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	addRoom(t, s, "other")
	write := func(roomID, user, address, name string, k room.Kind, at time.Time) {
		ev := newComment(roomID, "hi")
		ev.Kind, ev.Comment.ID = k, comment.NewID(at, uint32(at.UnixNano()/1000))
		ev.Comment.User, ev.Comment.Name, ev.Comment.At, ev.Entry.Address, ev.Entry.Ref = user, name, at, address, ""
		mustAppend(t, s, ev)
	}
	now := noon.UTC().Truncate(time.Millisecond)
	write("live", "ann", "home", "Ann", room.KindComment, now)
	write("live", "ann", "home", "", room.KindHeld, now.Add(1234*time.Microsecond))
	write("live", "bob", "home", "Bob", room.KindRefused, now.Add(2345*time.Microsecond))
	write("live", "old", "home", "", room.KindComment, now.Add(-time.Hour))
	write("live", "far", "away", "", room.KindComment, now.Add(3456*time.Microsecond))
	write("other", "cat", "home", "", room.KindComment, now.Add(4567*time.Microsecond))
	users, err := s.Neighbours(t.Context(), "live", "home", now.Add(-time.Minute))
	if err != nil || len(users) != 2 || users[0]+users[1] != "annbob" && users[0]+users[1] != "bobann" {
		t.Errorf("neighbours %v, %v", users, err)
	}
	p, err := s.Person(t.Context(), "live", "ann")
	want := room.Person{User: "ann", Names: []string{"Ann"}, First: now, Last: now.Add(time.Millisecond),
		Counts: map[comment.Status]int{comment.Shown: 1, comment.Held: 1}}
	if diff := cmp.Diff(want, p); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}
