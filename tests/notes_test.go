package tests

import (
	"strconv"
	"strings"
	"testing"
)

// personNote is a note on a person, or a warning as the phone receives it.
type personNote struct {
	ID, User, Text, Ready, By string
	Warn                      bool
	Read, At                  int64
}

// putNote writes a note on a person.
func (b *browser) putNote(user string, body map[string]any) (n personNote) {
	b.t.Helper()
	status, text := b.do("POST", liveRoom+"/users/"+user+"/notes", body, ours)
	if status != 201 {
		b.t.Fatalf("a note answers %d: %s", status, text)
	}
	decode(b.t, text, &n)
	return n
}

// notesOn returns the notes that the person's panel shows.
func (b *browser) notesOn(user string) []personNote {
	b.t.Helper()
	var p struct{ Notes []personNote }
	_, text := b.do("GET", liveRoom+"/users/"+user, nil, nil)
	decode(b.t, text, &p)
	return p.Notes
}

// A note is only for moderators; a warning is shown on the person's phones until dismissed,
// also after a restart. Both can be deleted, and an undo restores them.
func TestNotesAndWarnings(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir, "--user-rate", "0")
	phone := p.phone()
	s, other := phone.open("audience", ""), p.phone().open("audience", "")
	me := s.next("hello").User.ID
	other.next("hello")
	mod, second := p.moderator(), p.moderator()
	console := second.open("console", "")
	console.next("hello")

	note := mod.putNote(me, map[string]any{"text": "asks  well\n"})
	if note.Text != "asks well" || note.Warn || note.User != me || note.By == "" || note.At == 0 {
		t.Errorf("the note: %+v", note)
	}
	console.until("the note", isEvent("note", note.ID))
	warning := mod.putNote(me, map[string]any{"text": "no spoilers", "warn": true})
	if u := s.next("user"); len(u.Warnings) != 1 || u.Warnings[0].Text != "no spoilers" || strings.Contains(string(u.raw), note.By) || strings.Contains(string(u.raw), "asks") {
		t.Errorf("the phone gets %s", u.raw)
	}
	spam := mod.putNote(me, map[string]any{"warn": true, "ready": "spam"})
	if u := s.next("user"); len(u.Warnings) != 2 || u.Warnings[1].Ready != "spam" {
		t.Errorf("the phone is told %s", u.raw)
	}
	if got := second.notesOn(me); len(got) != 3 || got[0] != spam || got[2] != note {
		t.Errorf("the other moderator sees %+v", got)
	}

	// A dismissed warning is dismissed on all phones of the person and for moderators.
	tab := phone.open("audience", "")
	if u := tab.next("hello").User; len(u.Warnings) != 2 {
		t.Errorf("another tab begins with %+v", u.Warnings)
	}
	other.write(map[string]string{"type": "read", "warning": warning.ID}) // not their warning
	s.write(map[string]string{"type": "read", "warning": warning.ID})
	for _, sock := range []*socket{s, tab} {
		if u := sock.next("user"); len(u.Warnings) != 1 || u.Warnings[0].ID != spam.ID {
			t.Errorf("a phone is told %s", u.raw)
		}
	}
	console.until("that it was read", isEvent("note_read", warning.ID))
	if got := second.notesOn(me); got[1].Read == 0 || got[0].Read != 0 {
		t.Errorf("read is %+v", got)
	}

	p.stop()
	p = start(t, dir, "--user-rate", "0")
	mod, phone = mod.at(p), phone.at(p)
	s = phone.open("audience", "")
	if u := s.next("hello").User; len(u.Warnings) != 1 || u.Warnings[0].ID != spam.ID {
		t.Errorf("after a restart it begins with %+v", u.Warnings)
	}
	if got := mod.notesOn(me); len(got) != 3 {
		t.Errorf("after a restart there are %+v", got)
	}

	// Deleted, and restored by an undo.
	mod.call("DELETE", liveRoom+"/users/"+me+"/notes/"+spam.ID, nil, 204)
	mod.call("DELETE", liveRoom+"/users/"+me+"/notes/"+spam.ID, nil, 204) // not an error
	if u := s.next("user"); len(u.Warnings) != 0 {
		t.Errorf("of the deleted warning: %s", u.raw)
	}
	acts := mod.call("GET", liveRoom+"/audit", nil, 200).Acts
	if gone := acts[0]; gone.Act != "note_gone" || gone.About != spam.ID || !gone.Undo || len(gone.Changed) != 1 || gone.Changed[0] != "spam" {
		t.Errorf("the audit begins with %+v", gone)
	}
	undo := func(a act, status int) {
		t.Helper()
		mod.call("POST", liveRoom+"/audit/"+strconv.FormatInt(a.ID, 10)+"/undo", nil, status)
	}
	undo(acts[0], 204)
	if u := s.next("user"); len(u.Warnings) != 1 || u.Warnings[0].ID != spam.ID {
		t.Errorf("put back: %s", u.raw)
	}
	if back := mod.call("GET", liveRoom+"/audit", nil, 200).Acts[0]; back.Act != "note_back" || back.About != spam.ID {
		t.Errorf("the audit says %+v", back)
	}
	for _, a := range acts {
		if a.Act == "note" {
			undo(a, 204)
		}
	}
	if got := mod.notesOn(me); len(got) != 2 {
		t.Errorf("after the undo of the note there are %+v", got)
	}

	// Notes belong to the person's data: the person sees them without their authors.
	if _, file := mod.do("GET", liveRoom+"/users/"+me+"/data", nil, nil); !strings.Contains(file, `"no spoilers"`) || !strings.Contains(file, note.By) {
		t.Errorf("the moderator's file: %s", file)
	}
	if _, file := phone.do("GET", liveRoom+"/me", nil, nil); !strings.Contains(file, `"no spoilers"`) || strings.Contains(file, note.By) {
		t.Errorf("the person's file: %s", file)
	}
	mod.call("DELETE", liveRoom+"/users/"+me, nil, 200)
	if u := s.next("user"); len(u.Warnings) != 0 {
		t.Errorf("of the erased warnings: %s", u.raw)
	}
	if _, file := mod.do("GET", liveRoom+"/users/"+me+"/data", nil, nil); !strings.Contains(file, `"notes":[]`) {
		t.Errorf("after the erasure: %s", file)
	}
	for _, a := range mod.call("GET", liveRoom+"/audit", nil, 200).Acts {
		if a.User == me || a.Detail == "no spoilers" {
			t.Errorf("the audit still says %+v", a)
		}
	}
}

func TestRefusedNotes(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0")
	me := p.phone().open("audience", "").next("hello").User.ID
	mod := p.moderator()
	notes := func(user string) string { return liveRoom + "/users/" + user + "/notes" }
	for _, tt := range []struct {
		name   string
		user   string
		body   map[string]any
		status int
	}{
		{"nothing", me, map[string]any{"warn": true}, 422},
		{"both", me, map[string]any{"text": "x", "warn": true, "ready": "spam"}, 422},
		{"an unknown warning", me, map[string]any{"warn": true, "ready": "shouting"}, 422},
		{"a prepared note", me, map[string]any{"ready": "spam"}, 422},
		{"too long", me, map[string]any{"text": strings.Repeat("x", 201)}, 422},
		{"nobody", "nobody", map[string]any{"text": "x"}, 404},
	} {
		if status, text := mod.do("POST", notes(tt.user), tt.body, ours); status != tt.status {
			t.Errorf("%s: %d %s, want %d", tt.name, status, text, tt.status)
		}
	}
	for range 5 {
		mod.putNote(me, map[string]any{"text": "x", "warn": true})
	}
	if status, text := mod.do("POST", notes(me), map[string]any{"text": "x", "warn": true}, ours); status != 422 {
		t.Errorf("a sixth warning that waits: %d %s", status, text)
	}
	mod.putNote(me, map[string]any{"text": "x"}) // a note needs no reader
	mod.call("DELETE", notes(me)+"/4711", nil, 404)
}
