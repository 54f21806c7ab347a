package tests

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"danmaku/obs/obstest"
	"danmaku/room"
	"danmaku/store"
)

// The audit has a command's change to links, once, as an act of the command line, even while
// the server runs.
func TestCommandsLeaveALine(t *testing.T) {
	p := start(t, t.TempDir())
	owner := p.console() // its link was made by a command, too
	command := func(want int, args ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		if code := run(t.Context(), environment{args: append(args, "--data", p.data), out: &out, err: &errs}); code != want {
			t.Fatalf("%v ends with %d: %s", args, code, errs.String())
		}
		return out.String()
	}
	l := p.link("moderator")
	command(exitDone, "link", "new", "--room", "live", "--role", "sender", "--label", "=bot()")
	for range 2 { // the second one finds it revoked, which is not an act
		command(exitDone, "link", "revoke", l.ID)
	}
	command(exitFailed, "link", "revoke", "4711")
	command(exitFailed, "link", "new", "--room", "nowhere", "--role", "sender")
	fakeOBS := obstest.New()
	if code, out, errs := addOBS(t, p, nil, "--obs", fakeOBS.Start(t), "--server", p.base, "--dock"); code != exitDone {
		t.Fatalf("obs add ends with %d: %s%s", code, out, errs)
	}
	show := filepath.Join(t.TempDir(), "show.xml")
	if err := os.WriteFile(show, []byte(shortRecording), 0o600); err != nil {
		t.Fatal(err)
	}
	command(exitDone, "replay", show, "--url", p.base, "--speed", "1000")

	var got []string
	for _, a := range owner.call("GET", liveRoom+"/audit?by=command%20line", nil, 200).Acts {
		if a.Role != string(room.CommandLine) || a.At == 0 || a.About == "" || !a.Undo { // the owner may undo each
			t.Errorf("%+v", a)
		}
		got = append(got, a.Act+" "+a.Detail)
	}
	want := []string{"revoke sender replay show.xml", "link sender replay show.xml", "link moderator OBS dock", "revoke moderator ", "link sender =bot()", "link moderator ", "link owner "}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the audit has\n%q, want\n%q", got, want)
	}
	// The search finds it, and the file contains it as text.
	if found := owner.call("GET", liveRoom+"/audit?q=bot", nil, 200).Acts; len(found) != 1 || found[0].Detail != "sender =bot()" {
		t.Errorf("%+v", found)
	}
	if _, csv := owner.do("GET", liveRoom+"/audit?format=csv", nil, nil); !strings.Contains(csv, "command line,command,") {
		t.Errorf("the file:\n%s", csv)
	}
}

// A label is one line without control characters, whatever its source, and labels stored by an
// older version do not disturb a terminal.
func TestLabelsAreOneLine(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir)
	const typed, kept = "bo\x1b[31mt\r\n\t\u202ee\u200bvi\ufeffl\u0085\u200f\x07 ", "bo[31mt evil"
	list := func() string {
		t.Helper()
		var out, errs bytes.Buffer
		if code := run(t.Context(), environment{args: []string{"link", "list", "--data", dir}, out: &out, err: &errs}); code != exitDone {
			t.Fatalf("%d: %s", code, errs.String())
		}
		return out.String()
	}
	var errs bytes.Buffer
	if code := run(t.Context(), environment{args: []string{"link", "new", "--room", "live", "--role", "sender", "--label", typed, "--data", dir}, out: &bytes.Buffer{}, err: &errs}); code != exitDone {
		t.Fatalf("%d: %s", code, errs.String())
	}
	p.console().call("POST", "/api/links", map[string]any{"room": "live", "role": "sender", "label": typed}, 201)
	if code := run(t.Context(), environment{args: []string{"link", "new", "--room", "live", "--role", "sender", "--label", strings.Repeat("x", 61), "--data", dir}, out: &bytes.Buffer{}, err: &errs}); code != exitFailed || !strings.Contains(errs.String(), "60 characters") {
		t.Errorf("a long one ends with %d: %s", code, errs.String())
	}
	p.stop()
	db, err := store.Open(t.Context(), store.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.AddLink(t.Context(), room.AccessLink{Room: "live", Role: room.Sender, Label: typed, Hash: []byte("x"), Made: time.Now()}, nil); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := list()
	if n := strings.Count(got, kept); n != 3 {
		t.Errorf("%d labels are %q in\n%q", n, kept, got)
	}
	for _, r := range got {
		if r != '\n' && (unicode.IsControl(r) || r == '\u202e' || r == '\u200f') {
			t.Errorf("the list prints %U", r)
		}
	}
}
