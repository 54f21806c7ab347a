package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"danmaku/comment"
	"danmaku/config"
	"danmaku/obs/obstest"
)

// What a command beside the server does to links stands in the audit, once, as
// done at the command line.
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
	for range 2 { // the second finds it taken back, which is no act
		command(exitDone, "link", "revoke", l.ID)
	}
	command(exitFailed, "link", "revoke", "4711")
	command(exitFailed, "link", "new", "--room", "nowhere", "--role", "sender")
	studio := obstest.New()
	if code, out, errs := addOBS(t, p, nil, "--obs", studio.Start(t), "--server", p.base, "--dock"); code != exitDone {
		t.Fatalf("obs add ends with %d: %s%s", code, out, errs)
	}
	key, revoke, err := openedLinks(t, p).New(t.Context(), "live", "replay show.xml")
	if err != nil || key == "" {
		t.Fatal(err)
	}
	if err := revoke(t.Context()); err != nil {
		t.Fatal(err)
	}

	var got []string
	for _, a := range owner.call("GET", liveRoom+"/audit?by=command%20line", nil, 200).Acts {
		if a.Role != string(comment.CommandLine) || a.At == 0 || a.About == "" || !a.Undo { // the owner may undo each
			t.Errorf("%+v", a)
		}
		got = append(got, a.Act+" "+a.Detail)
	}
	want := []string{"revoke sender replay show.xml", "link sender replay show.xml", "link moderator OBS dock", "revoke moderator ", "link sender =bot()", "link moderator ", "link owner "}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the audit has\n%q, want\n%q", got, want)
	}
	// The search finds it, and the file has it as text.
	if found := owner.call("GET", liveRoom+"/audit?q=bot", nil, 200).Acts; len(found) != 1 || found[0].Detail != "sender =bot()" {
		t.Errorf("%+v", found)
	}
	if _, csv := owner.do("GET", liveRoom+"/audit?format=csv", nil, nil); !strings.Contains(csv, "command line,command,") {
		t.Errorf("the file:\n%s", csv)
	}
}

// openedLinks opens the folder of a running program as `danmaku replay` does.
func openedLinks(t *testing.T, p *program) replayLinks {
	t.Helper()
	cfg, err := config.Load([]string{"--data", p.data}, nil)
	if err != nil {
		t.Fatal(err)
	}
	d, err := openDesk(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return replayLinks{d}
}
