package store_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// Nothing written before the moment stays in the file: no text, no pseudonym, in no table
// and on no free page. Younger data stays, and so does what the room needs.
func TestForgetLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	addRoom(t, s, "live")
	old, young := noon, noon.Add(48*time.Hour)
	before := noon.Add(24 * time.Hour)
	n := uint32(0)
	write := func(at time.Time, kind room.Kind, user, text string) room.Event {
		n++
		return mustAppend(t, s, room.Event{Room: "live", At: at, Kind: kind, Comment: comment.Comment{
			ID: comment.NewID(at, n), At: at, Text: text, Name: text + "-name", User: user}, Entry: room.Entry{Address: user + "-address", Ref: text}})
	}
	line := func(kind room.Action, about, user, detail string) *room.AuditEntry {
		return &room.AuditEntry{By: "boss", Link: 1, Role: room.Owner, Kind: kind, About: about, User: user, Detail: detail}
	}
	decide := func(at time.Time, was room.Event, kind room.Kind, act room.Action) {
		c := was.Comment
		mustAppend(t, s, room.Event{Room: "live", At: at, Kind: kind, From: comment.Held, By: "boss", Comment: comment.Comment{ID: c.ID},
			Audit: line(act, c.ID.String(), c.User, c.Text)})
	}
	remove := func(at time.Time, was room.Event) {
		c := was.Comment
		mustAppend(t, s, room.Event{Room: "live", At: at, Kind: room.KindRemove, By: "boss", IDs: []comment.ID{c.ID},
			Audit: line(room.ActionRemove, c.ID.String(), c.User, c.Text)})
	}
	ban := func(at, until time.Time, user string) room.Event {
		return mustAppend(t, s, room.Event{Room: "live", At: at, Kind: room.KindBan, By: "boss",
			Ban: &room.Ban{Kind: room.Mute, User: user, Until: until, Reason: user + "-reason"}, Audit: line(room.ActionMute, "", user, user+"-reason")})
	}
	lift := func(at time.Time, b room.Event) {
		mustAppend(t, s, room.Event{Room: "live", At: at, Kind: room.KindUnban, By: "boss", Ban: b.Ban, Audit: line(room.ActionUnban, "", b.Ban.User, b.Ban.Reason)})
	}

	write(old, room.KindComment, "wolf", "old-shown")
	write(old, room.KindRefused, "bear", "old-refused")
	decide(old, write(old, room.KindHeld, "lynx", "old-approved"), room.KindComment, room.ActionApprove)
	decide(young, write(old, room.KindHeld, "lynx", "old-refused-late"), room.KindRefused, room.ActionRefuse)
	remove(young, write(old, room.KindComment, "wolf", "old-removed-late"))
	mustAppend(t, s, room.Event{Room: "live", At: old, Kind: room.KindRemove, User: "wolf", By: "boss", Audit: line(room.ActionRemoveUser, "", "wolf", "")})
	ban(old, old.Add(time.Minute), "fox-ended")
	lift(old.Add(time.Minute), ban(old, time.Time{}, "fox-lifted"))

	note := func(at time.Time, text string) int64 {
		n := &room.Note{User: "elk", Text: text, Warn: true}
		return mustAppend(t, s, room.Event{Room: "live", At: at, Kind: room.KindNote, By: "boss", Note: n, Audit: line(room.ActionWarn, "", "elk", text)}).Note.ID
	}
	gone := note(old, "fox-note-deleted")
	mustAppend(t, s, room.Event{Room: "live", At: old, Kind: room.KindNoteGone, Note: &room.Note{ID: gone}})
	note(old, "fox-note")
	read := note(old, "kept-note-read-later") // its later event contains its words, too
	mustAppend(t, s, room.Event{Room: "live", At: young, Kind: room.KindNoteRead, Note: &room.Note{ID: read}})
	note(young, "kept-note")
	stays := ban(old, time.Time{}, "owl-banned")
	lift(young, ban(old, time.Time{}, "owl-lifted"))
	pinned := write(old, room.KindComment, "swan", "kept-pinned")
	mustAppend(t, s, room.Event{Room: "live", At: old, Kind: room.KindPin, IDs: []comment.ID{pinned.Comment.ID},
		Audit: line(room.ActionPin, pinned.Comment.ID.String(), "swan", "kept-pinned")})
	write(young, room.KindComment, "swan", "kept-young")
	remove(young, write(young, room.KindComment, "swan", "kept-removed"))
	if err := putList(t, s, room.RuleList{Room: "live", Name: "kept-list", Text: "kept-rule"}, line(room.ActionRules, "kept-list", "", "+kept-rule")); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []room.Action{room.ActionPutBack, "juggle"} { // also of an unknown kind
		if err := s.AddAuditEntry(t.Context(), room.AuditEntry{Room: "live", At: old, Kind: kind, User: "lynx", Detail: "old-text"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.AddAuditEntry(t.Context(), room.AuditEntry{Room: "live", At: young, Kind: room.ActionMute, About: "1", User: "wolf", Detail: "kept-reason"}); err != nil {
		t.Fatal(err)
	}
	if err := s.AddAuditEntry(t.Context(), room.AuditEntry{Room: "live", At: old, Kind: room.ActionReplay, Detail: "kept-file.xml"}); err != nil {
		t.Fatal(err)
	}
	lines := func() int {
		acts, _, err := s.AuditEntries(t.Context(), room.AuditQuery{Room: "live", Global: true, Limit: 200})
		if err != nil {
			t.Fatal(err)
		}
		return len(acts)
	}
	all := lines()

	rows, err := s.Forget(t.Context(), before)
	if err != nil || rows == 0 {
		t.Fatalf("forget: %d rows, %v", rows, err)
	}
	if got := lines(); got != all {
		t.Errorf("the audit has %d lines, it had %d", got, all)
	}
	if again, err := s.Forget(t.Context(), before); err != nil || again != 0 {
		t.Errorf("forget again: %d rows, %v", again, err)
	}
	if bans, err := s.Bans(t.Context(), young); err != nil || len(bans) != 1 || bans[0].ID != stays.Ban.ID {
		t.Errorf("bans in force: %+v, %v", bans, err)
	}
	// The number of a deleted ban is not given again, since the audit names bans by it.
	if made := ban(young, time.Time{}, "owl-new"); made.Ban.ID != 5 {
		t.Errorf("the fifth ban has the number %d", made.Ban.ID)
	}
	write(young, room.KindComment, "wolf", "kept-came-back")
	if err := s.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"danmaku.db", "danmaku.db-wal"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		for _, gone := range []string{"old-", "bear", "lynx", "fox-"} {
			if i := bytes.Index(data, []byte(gone)); i >= 0 {
				t.Errorf("%s still has %q", name, data[max(0, i-10):min(len(data), i+30)])
			}
		}
		if name != "danmaku.db" {
			continue
		}
		for _, kept := range []string{"kept-pinned", "kept-young", "kept-removed", "kept-rule", "kept-reason", "kept-file.xml", "kept-came-back", "kept-note", "kept-note-read-later", "owl-banned", "owl-lifted", "swan", "wolf"} {
			if !bytes.Contains(data, []byte(kept)) {
				t.Errorf("%q is gone", kept)
			}
		}
	}
}

// Deleting does not wait for a reader of an old state of the database; a later round
// overwrites the pages.
func TestForgetBesideAReader(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	mustAppend(t, s, room.Event{Room: "live", At: noon, Kind: room.KindComment, Comment: comment.Comment{ID: comment.NewID(noon, 1), At: noon, Text: "old", User: "ann"}})
	reader, err := s.Readers().BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Rollback() }()
	var n int
	if err := reader.QueryRow("SELECT count(*) FROM comments").Scan(&n); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	if rows, err := s.Forget(t.Context(), noon.Add(time.Hour)); err != nil || rows != 3 { // event, comment, author
		t.Errorf("%d rows, %v", rows, err)
	}
	for name, want := range map[string]string{"busy_timeout": "5000", "secure_delete": "0"} {
		if got, err := s.Pragma(name); err != nil || got != want {
			t.Errorf("%s is %s afterwards, %v", name, got, err)
		}
	}
}

// A clock that jumps ahead deletes nothing new until it has stayed there for a day, also
// across a restart.
func TestForgetBefore(t *testing.T) {
	const day = 24 * time.Hour
	const keep = 30 * day
	for name, steps := range map[string][]struct {
		now    time.Duration // since the comment
		before time.Duration
		jumped bool
	}{
		"a server that runs":   {{day, day - keep, false}, {2 * day, 2*day - keep, false}, {10 * day, 10*day - keep, false}, {35 * day, 5 * day, false}},
		"first a jump":         {{900 * day, -keep, true}, {900*day + time.Hour, -keep, true}, {day, day - keep, false}, {2 * day, 2*day - keep, false}},
		"a jump in between":    {{day, day - keep, false}, {900 * day, day - keep, true}, {day + time.Hour, day + time.Hour - keep, false}, {900 * day, day + time.Hour - keep, true}},
		"a jump that is none":  {{day, day - keep, false}, {900 * day, day - keep, true}, {901*day - time.Hour, day - keep, true}, {901 * day, 871 * day, false}, {902 * day, 872 * day, false}},
		"a jump after a jump":  {{day, day - keep, false}, {900 * day, day - keep, true}, {800 * day, day - keep, true}, {800*day + time.Hour, day - keep, true}, {801 * day, 771 * day, false}},
		"a show each month":    {{day, day - keep, false}, {30 * day, 0, false}, {59 * day, 29 * day, false}},
		"set back":             {{40 * day, -keep, true}, {-day, -day - keep, false}, {day, day - keep, false}},
		"some days ahead only": {{day, day - keep, false}, {9 * day, 9*day - keep, false}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := openStore(t, dir)
			if _, err := s.AddRoom(t.Context(), room.New("live"), nil); err != nil {
				t.Fatal(err)
			}
			c := comment.Comment{ID: comment.NewID(noon, 1), At: noon, Text: "x", User: "u", Mode: comment.Scroll, Color: comment.White, Size: comment.Medium, Source: comment.FromAudience}
			if _, err := s.Append(t.Context(), room.Event{Room: "live", At: noon, Kind: room.KindComment, Comment: c}); err != nil {
				t.Fatal(err)
			}
			for i, step := range steps {
				before, jumped, err := s.ForgetBefore(t.Context(), noon.Add(step.now), keep)
				if err != nil || jumped != step.jumped || !before.Equal(noon.Add(step.before)) {
					t.Errorf("step %d: %v, jumped %v, %v; want %v, %v", i, before, jumped, err, noon.Add(step.before), step.jumped)
				}
				if i == 1 { // the last reading is stored
					if err := s.Close(t.Context()); err != nil {
						t.Fatal(err)
					}
					s = openStore(t, dir)
				}
			}
		})
	}
}
