package store_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/room"
	"danmaku/show"
	"danmaku/store"
)

// eraseAll repeats the request until nothing of an author is left, and returns how many
// comments were deleted.
func eraseAll(t *testing.T, s *store.Store, user string, at time.Time) (n int) {
	t.Helper()
	for {
		r, err := s.Append(t.Context(), room.Event{Room: "live", At: at, Kind: room.KindErase, User: user, Audit: &room.AuditEntry{By: "boss", Role: room.Owner, Kind: room.ActionErase}})
		if err != nil {
			t.Fatal(err)
		}
		if r.Again {
			return n
		}
		n += len(r.Event.IDs)
	}
}

// annsComment is a comment by ann with her words in every field that has any.
func annsComment(at time.Time, n uint32, text string) room.Event {
	ev := newComment("live", text+"-text")
	ev.At = at
	ev.Comment.ID, ev.Comment.At, ev.Comment.User, ev.Comment.Name = comment.NewID(at, n), at, "ann", text+"-name"
	ev.Entry = room.Entry{Ref: fmt.Sprint("ref-", n), Original: text + "-original", OriginalName: text + "-original-name", Rule: "list", Word: text + "-word", Detail: text + "-detail", Link: 5, Address: "home"}
	return ev
}

// No byte of an erased author's words is left in any file of the data folder, whatever the
// status of the comments and wherever their words were copied to: rows, the log, the audit,
// cards and their undo data, the write-ahead log.
func TestErasedIsInNoFile(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	addRoom(t, s, "live")
	secret := "qzx" // begins every word that ann wrote
	var ids []comment.ID
	for i, kind := range []room.Kind{room.KindComment, room.KindHeld, room.KindRefused, room.KindComment, room.KindComment} {
		ev := annsComment(noon.Add(time.Duration(i)*time.Second), uint32(i+1), secret)
		ev.Kind = kind
		mustAppend(t, s, ev)
		ids = append(ids, ev.Comment.ID)
	}
	act := func(kind room.Action, id comment.ID) *room.AuditEntry {
		return &room.AuditEntry{By: "boss", Role: room.Owner, Kind: kind, About: id.String(), User: "ann", Detail: secret + "-text"}
	}
	mustAppend(t, s, room.Event{Room: "live", At: noon, Kind: room.KindComment, From: comment.Held, Comment: comment.Comment{ID: ids[1]}, Audit: act(room.ActionApprove, ids[1])})
	mustAppend(t, s, room.Event{Room: "live", At: noon, Kind: room.KindRemove, IDs: ids[3:4], Audit: act(room.ActionRemove, ids[3])})
	mustAppend(t, s, room.Event{Room: "live", At: noon, Kind: room.KindPin, IDs: ids[:1], Audit: act(room.ActionPin, ids[0])})
	card := func(op show.Op) {
		c := &show.Command{Op: op, ID: "card", Kind: show.Card, Spec: fmt.Appendf(nil, `{"comment":%q,"text":"%s-text","seconds":0}`, ids[0], secret), Seed: bytes.Repeat([]byte{1}, show.SeedSize)}
		a := &room.AuditEntry{By: "boss", Role: room.Owner, Kind: room.ActionItem, About: "card", Detail: secret + "-text"}
		mustAppend(t, s, room.Event{Room: "live", At: noon, Kind: room.KindItem, Command: c, Audit: a})
	}
	card(show.Create)
	card(show.Start)
	other := newComment("live", "bob stays")
	other.Comment.User = "bob"
	mustAppend(t, s, other)
	lifted := mustAppend(t, s, room.Event{Room: "live", At: noon, Kind: room.KindBan, Ban: &room.Ban{Kind: room.Mute, User: "ann", Reason: secret + "-lifted"}, Audit: &room.AuditEntry{Kind: room.ActionMute, User: "ann", Detail: secret + "-lifted"}})
	mustAppend(t, s, room.Event{Room: "live", At: noon, Kind: room.KindUnban, Ban: &room.Ban{ID: lifted.Ban.ID}, Audit: &room.AuditEntry{Kind: room.ActionUnban, User: "ann", Detail: secret + "-lifted"}})
	for _, n := range []room.Note{{User: "ann", Text: secret + "-note"}, {User: "ann", Text: secret + "-warning", Warn: true}, {User: "bob", Text: "asks well"}} {
		mustAppend(t, s, room.Event{Room: "live", At: noon, Kind: room.KindNote, Note: &n, Audit: &room.AuditEntry{Kind: room.ActionNote, User: n.User, Detail: n.Text}})
	}
	for id, kind := range map[int64]room.Kind{1: room.KindNoteGone, 2: room.KindNoteRead} {
		mustAppend(t, s, room.Event{Room: "live", At: noon, Kind: kind, Note: &room.Note{ID: id}})
	}
	stands := mustAppend(t, s, room.Event{Room: "live", At: noon, Kind: room.KindBan, Ban: &room.Ban{Kind: room.FullBan, User: "ann", Reason: "in force"}, Audit: &room.AuditEntry{Kind: room.ActionBan, User: "ann", Detail: "in force"}})

	if n := eraseAll(t, s, "ann", noon.Add(time.Minute)); n != len(ids) {
		t.Errorf("%d comments went, want %d", n, len(ids))
	}
	if _, err := s.Comment(t.Context(), "live", ids[0]); err == nil {
		t.Error("the row is there")
	}
	events, err := s.Since(t.Context(), "live", 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	last := events[len(events)-1]
	if last.Kind != room.KindErase || last.User != "ann" || !sameIDs(last.IDs, ids) {
		t.Errorf("the log ends with %+v", last)
	}
	for _, e := range events {
		if e.Comment.User == "ann" {
			t.Errorf("a resume has %+v", e)
		}
	}
	if items, err := s.Items(t.Context(), "live"); err != nil || len(items) > 0 {
		t.Errorf("items: %v, %v", items, err)
	}
	for user, want := range map[string]int{"ann": 0, "bob": 1} {
		if notes, err := s.NotesOn(t.Context(), "live", user); err != nil || len(notes) != want {
			t.Errorf("notes on %s: %+v, %v", user, notes, err)
		}
	}
	bans, err := s.Bans(t.Context(), noon)
	if err != nil || len(bans) != 1 || bans[0].ID != stands.Ban.ID || bans[0].User != "ann" {
		t.Errorf("the ban in force has to survive: %+v, %v", bans, err)
	}
	acts, _, err := s.AuditEntries(t.Context(), room.AuditQuery{Room: "live", Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range acts {
		if a.User == "ann" && a.Kind != room.ActionBan {
			t.Errorf("the audit names ann: %+v", a)
		}
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if i := bytes.Index(b, []byte(secret)); i >= 0 {
			t.Errorf("%s has her words at %d: %q", filepath.Base(name), i, b[max(i-40, 0):min(i+60, len(b))])
		}
		if bytes.HasSuffix([]byte(name), []byte(".db")) && !bytes.Contains(b, []byte("bob stays")) {
			t.Errorf("%s: bob's words are gone", filepath.Base(name))
		}
	}
}

// The words are also gone from the write-ahead log while the server runs.
func TestErasedIsOutOfTheWriteAheadLog(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	addRoom(t, s, "live")
	mustAppend(t, s, annsComment(noon, 1, "qzx"))
	eraseAll(t, s, "ann", noon.Add(time.Minute))
	mustAppend(t, s, newComment("live", "a commit later"))
	for _, name := range []string{"danmaku.db", "danmaku.db-wal"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte("qzx")) {
			t.Errorf("%s has her words", name)
		}
	}
}

// A killed process may leave the words in the write-ahead log, since it empties the log after
// the answer, and not while a reader needs it. The next start empties it.
func TestErasedIsOutOfTheWriteAheadLogAfterAKill(t *testing.T) {
	dir, killed := t.TempDir(), t.TempDir()
	s := openStore(t, dir)
	addRoom(t, s, "live")
	mustAppend(t, s, annsComment(noon, 1, "qzx"))
	reader, err := s.Readers().BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Rollback() }()
	var n int
	if err := reader.QueryRow("SELECT count(*) FROM comments").Scan(&n); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	eraseAll(t, s, "ann", noon.Add(time.Minute))
	words := func(dir string) bool {
		t.Helper()
		found := false
		for _, name := range []string{"danmaku.db", "danmaku.db-wal"} {
			b, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			found = found || bytes.Contains(b, []byte("qzx"))
			if dir != killed { // what a kill leaves on the disk
				if err := os.WriteFile(filepath.Join(killed, name), b, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		return found
	}
	if !words(dir) {
		t.Fatal("the reader did not keep the log")
	}
	again := openStore(t, killed)
	mustAppend(t, again, newComment("live", "after the kill"))
	if words(killed) {
		t.Error("after the next start a file still has her words")
	}
}

// A phone or a chat that resends an erased comment does not bring it back, also after a
// restart; somebody else may use the same ref, and after two days so may the author.
func TestErasedCommentsCannotBeReplayed(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	addRoom(t, s, "live")
	phone, chat := annsComment(noon, 1, "a"), annsComment(noon, 2, "b")
	chat.Entry.Chat = "c1"
	mustAppend(t, s, phone)
	mustAppend(t, s, chat)
	eraseAll(t, s, "ann", noon.Add(time.Minute))
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	s = openStore(t, dir)
	again := func(ev room.Event, user string, n uint32) room.Receipt {
		t.Helper()
		ev.Comment.ID, ev.Comment.User = comment.NewID(noon.Add(time.Hour), n), user
		r, err := s.Append(t.Context(), ev)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := again(phone, "ann", 3); !r.Again || r.Event.Kind != room.KindRemove || r.Event.Comment.ID != phone.Comment.ID {
		t.Errorf("the phone sends it again: %+v", r)
	}
	if r := again(chat, "another", 4); !r.Again || r.Event.Kind != room.KindRemove {
		t.Errorf("the chat brings it again: %+v", r)
	}
	if r := again(phone, "bob", 5); r.Again {
		t.Errorf("bob has that ref, too: %+v", r)
	}
	late := noon.Add(72 * time.Hour)
	eraseAll(t, s, "bob", late)
	if r := again(phone, "ann", 6); r.Again {
		t.Errorf("three days later: %+v", r)
	}
}

// Votes in live items are withdrawn, so that counts stay exact; votes in ended ones are
// deleted, and their results stay.
func TestErasedVotes(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	var reported []show.Entry
	s.Follow(func(batch []room.Event) {
		for _, e := range batch {
			if e.Part != nil {
				reported = append(reported, *e.Part)
			}
		}
	})
	item := func(op show.Op, id string) {
		c := &show.Command{Op: op, ID: id, Kind: show.Poll, Spec: json.RawMessage(`{"question":"?","options":["a","b"]}`), Seed: bytes.Repeat([]byte{1}, show.SeedSize)}
		mustAppend(t, s, room.Event{Room: "live", At: noon, Kind: room.KindItem, Command: c})
	}
	for _, id := range []string{"over", "live"} {
		item(show.Create, id)
		item(show.Start, id)
		for _, user := range []string{"ann", "bob"} {
			mustAppend(t, s, room.Event{Room: "live", At: noon, Kind: room.KindEntry, Part: &show.Entry{Item: id, Person: user, Choice: "0"}})
		}
		if id == "over" {
			item(show.Stop, id)
		}
	}
	eraseAll(t, s, "ann", noon)
	for _, id := range []string{"over", "live"} {
		entries, err := s.Entries(t.Context(), "live", id)
		if err != nil || len(entries) != 1 || entries[0].Person != "bob" {
			t.Errorf("%s: %+v, %v", id, entries, err)
		}
	}
	items, err := s.Items(t.Context(), "live")
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range items {
		if it.ID == "over" && !strings.Contains(string(it.Result), "2") {
			t.Errorf("the result of the ended item: %s", it.Result)
		}
	}
	if err := s.Close(t.Context()); err != nil { // by then the follower has seen everything
		t.Fatal(err)
	}
	if last := reported[len(reported)-1]; last.Item != "live" || last.Person != "ann" || !last.Withdraw {
		t.Errorf("the rooms' last event is %+v", last)
	}
}

// A person with more comments than one event deletes is erased by several events.
func TestErasingManyComments(t *testing.T) {
	s := openStore(t, t.TempDir())
	addRoom(t, s, "live")
	var all []room.Event
	for i := range 1100 {
		all = append(all, annsComment(noon, uint32(i+1), "a"))
	}
	if _, err := s.AppendAll(t.Context(), all); err != nil {
		t.Fatal(err)
	}
	if n := eraseAll(t, s, "ann", noon); n != len(all) {
		t.Errorf("%d went, want %d", n, len(all))
	}
	if row, err := s.Comment(t.Context(), "live", all[0].Comment.ID); !errors.Is(err, room.ErrNotFound) {
		t.Errorf("the first: %+v, %v", row, err)
	}
	if rows, _, err := s.Comments(t.Context(), "live", room.HistoryQuery{}); err != nil || len(rows) > 0 {
		t.Errorf("%d rows are left, %v", len(rows), err)
	}
}

// sameIDs compares without regard to order.
func sameIDs(a, b []comment.ID) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}
