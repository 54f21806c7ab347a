package tests

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// drawResult is the result of a draw on the wire.
type drawResult struct {
	Hash, Seed               string
	People                   int
	Winners, Absent, Entries []string
	Names                    map[string]string
}

func (i item) draw(t testing.TB) (r drawResult) {
	t.Helper()
	if err := json.Unmarshal(i.Result, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// awaitPeople waits until a socket reports that want people take part.
func (s *socket) awaitPeople(id string, want int) {
	s.t.Helper()
	for {
		for _, it := range s.next("tally").Items {
			if it.ID == id && it.draw(s.t).People == want {
				return
			}
		}
	}
}

// verifyDraw runs `danmaku draw verify`.
func verifyDraw(t *testing.T, in string, args ...string) (code int, out, faults string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(context.Background(), environment{args: append([]string{"draw", "verify"}, args...), in: strings.NewReader(in), out: &stdout, err: &stderr})
	return code, stdout.String(), stderr.String()
}

// A person who presses the button takes part, also after a restart; an absent winner can be
// replaced; and the draw can be repeated from the log, from the database and from the export.
func TestDrawByButton(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir)
	boss := p.console()
	if status, body := boss.do("POST", "/api/rooms/live/items", map[string]any{"kind": "draw", "spec": json.RawMessage(`{"title":"x","winners":1,"button":true,"word":"me"}`)}, ours); status != http.StatusUnprocessableEntity {
		t.Errorf("button and word: %d %s", status, body)
	}
	overlay := p.overlaySocket("")
	overlay.next("hello")
	it := newItem(boss, "draw", `{"title":"A shirt","winners":1,"button":true}`)
	first := overlay.until("the draw", itemIs(it.ID, "live")).item.draw(t)
	if first.Hash == "" || first.Seed != "" {
		t.Fatalf("before the draw everybody sees %+v", first)
	}
	ann, bob, cat := p.phone(), p.phone(), p.phone()
	var ids []string
	for i, b := range []*browser{ann, bob, cat} {
		s := b.open("audience", "")
		h := s.next("hello")
		ids = append(ids, h.User.ID)
		if a := s.takePart(it.ID, ""); a.Outcome != "counted" {
			t.Fatalf("%d: %+v", i, a)
		}
		if a := s.takePart(it.ID, "0"); a.Code != "bad_frame" {
			t.Errorf("an option of a draw: %+v", a)
		}
	}
	overlay.awaitPeople(it.ID, 3)
	// Out again, and banned.
	s := ann.open("audience", "")
	s.next("hello")
	s.write(map[string]any{"type": "take_part", "item": it.ID, "choice": "", "withdraw": true})
	if a := s.next("ack"); a.Outcome != "counted" || len(a.Choices) != 0 {
		t.Errorf("out again: %+v", a)
	}
	s.takePart(it.ID, "")
	boss.call("POST", "/api/rooms/live/bans", map[string]any{"user": ids[2], "kind": "ban", "seconds": 0}, http.StatusCreated)
	overlay.awaitPeople(it.ID, 2)

	p.stop()
	p = start(t, dir)
	boss = p.console()
	overlay = p.overlaySocket("")
	if h := overlay.next("hello"); len(h.Items) != 1 || h.Items[0].draw(t).People != 2 || h.Items[0].draw(t).Hash != first.Hash {
		t.Fatalf("after a restart: %+v", h.Items)
	}
	drawn := boss.item("POST", it.ID+"/stop", nil).draw(t)
	if len(drawn.Winners) != 1 || !slices.Contains(ids[:2], drawn.Winners[0]) || drawn.People != 2 || drawn.Hash != first.Hash || drawn.Seed == "" {
		t.Fatalf("drawn: %+v among %v", drawn, ids)
	}
	if e := overlay.until("the winner", itemIs(it.ID, "ended")); !slices.Equal(e.item.draw(t).Winners, drawn.Winners) || len(e.item.draw(t).Entries) != 0 {
		t.Errorf("the overlay gets %s", e.Result)
	}
	if status, _ := boss.do("POST", "/api/rooms/live/items/"+it.ID+"/redraw", map[string]any{"person": ids[2]}, ours); status != http.StatusUnprocessableEntity {
		t.Errorf("somebody who has not won is replaced: %d", status)
	}
	again := boss.item("POST", it.ID+"/redraw", map[string]any{"person": drawn.Winners[0]}).draw(t)
	if len(again.Winners) != 1 || again.Winners[0] == drawn.Winners[0] || !slices.Equal(again.Absent, drawn.Winners) {
		t.Errorf("drawn again: %+v after %+v", again, drawn)
	}
	// The record has that and can undo it; the draw itself cannot be undone.
	acts := boss.call("GET", "/api/rooms/live/audit?limit=2", nil, http.StatusOK).Acts
	if acts[0].Act != "item_redraw" || acts[1].Act != "item_stop" {
		t.Fatalf("the record has %+v", acts)
	}
	undo := func(id int64, want int) {
		t.Helper()
		if status, body := boss.do("POST", "/api/rooms/live/audit/"+fmt.Sprint(id)+"/undo", nil, ours); status != want {
			t.Errorf("undo: %d, want %d: %s", status, want, body)
		}
	}
	undo(acts[0].ID, http.StatusNoContent)
	undo(acts[1].ID, http.StatusConflict)

	status, proof := boss.do("GET", "/api/rooms/live/items/export?kind=draws&format=jsonl", nil, nil)
	if status != http.StatusOK || !strings.Contains(proof, `"entries":["`) || !strings.Contains(proof, drawn.Seed) {
		t.Fatalf("the proof: %d %s", status, proof)
	}
	if status, body := boss.do("GET", "/api/rooms/live/items/export?kind=draws&format=csv", nil, nil); status != http.StatusOK || !strings.Contains(body, ","+drawn.Winners[0]+",") {
		t.Errorf("as CSV: %d %s", status, body)
	}
	file := filepath.Join(t.TempDir(), "proof.jsonl")
	if err := os.WriteFile(file, []byte(proof), 0o600); err != nil {
		t.Fatal(err)
	}
	want := "true: A shirt (" + it.ID + "): 1 of 2: " + drawn.Winners[0]
	check := func(where string) {
		t.Helper()
		for _, args := range [][]string{{file}, {"-"}, {"--data", dir, "--room", "live"}, {"--data", dir, "--item", it.ID}} {
			if code, out, faults := verifyDraw(t, proof, args...); code != exitDone || !strings.Contains(out, want) {
				t.Errorf("%s, %v: %d %q %q", where, args, code, out, faults)
			}
		}
	}
	check("beside the server")
	other := strings.Replace(proof, `"winners":["`+drawn.Winners[0], `"winners":["u-somebody`, 1)
	if code, out, faults := verifyDraw(t, other, "-"); code != exitFailed || out != "" || !strings.Contains(faults, "not true: A shirt") {
		t.Errorf("a changed proof: %d %q %q", code, out, faults)
	}
	if code, _, faults := verifyDraw(t, "nonsense", "-"); code != exitFailed || !strings.Contains(faults, "line 1 is not a draw") {
		t.Errorf("no proof: %d %q", code, faults)
	}
	if code, _, faults := verifyDraw(t, "", "--data", dir, "--room", "nowhere"); code != exitFailed || !strings.Contains(faults, "nowhere") {
		t.Errorf("no such room: %d %q", code, faults)
	}
	p.stop()
	check("without a server")
}

// A person who writes the word takes part: from as far back as the draw looks, phones and
// programs, but no moderators, muted people or earlier winners.
func TestDrawAmongAuthors(t *testing.T) {
	p := start(t, t.TempDir(), "--user-rate", "0")
	boss := p.console()
	ann, bob, cat, dan := p.phone(), p.phone(), p.phone(), p.phone()
	id, said := map[string]string{}, 0
	say := func(b *browser, name, text string) (comment string) {
		t.Helper()
		s := b.open("audience", "")
		id[name] = s.next("hello").User.ID
		said++
		s.write(map[string]string{"type": "send", "ref": fmt.Sprint("r", said), "text": text, "name": name})
		a := s.next("ack")
		if a.Outcome != "shown" {
			t.Fatalf("%s: %+v", name, a)
		}
		return a.ID
	}
	overlay := p.overlaySocket("")
	overlay.next("hello")
	anns := say(ann, "Ann", "count me in please")
	boss.call("POST", "/api/rooms/live/comments", map[string]any{"text": "count me in"}, http.StatusCreated)
	it := newItem(boss, "draw", `{"title":"A mug","winners":5,"word":"count me in","since":"2020-01-01T00:00:00Z"}`)
	say(bob, "Bob", "COUNT ME IN")
	say(cat, "Cat", "count me in, too")
	say(dan, "Dan", "rather not")
	overlay.awaitPeople(it.ID, 3) // a moderator is not counted in a draw
	boss.call("POST", "/api/rooms/live/bans", map[string]any{"user": id["Cat"], "kind": "mute", "seconds": 600}, http.StatusCreated)
	overlay.awaitPeople(it.ID, 2) // nor is somebody muted, or without a shown comment
	boss.call("POST", liveRoom+"/comments/"+anns+"/remove", nil, http.StatusNoContent)
	overlay.awaitPeople(it.ID, 1)
	say(ann, "Ann", "count me in once more")
	overlay.awaitPeople(it.ID, 2)
	drawn := boss.item("POST", it.ID+"/stop", nil).draw(t)
	if slices.Sort(drawn.Winners); !slices.Equal(drawn.Winners, slices.Sorted(slices.Values([]string{id["Ann"], id["Bob"]}))) {
		t.Fatalf("drawn %+v of %v", drawn, id)
	}
	if drawn.Names[id["Ann"]] != "Ann" || drawn.Names[id["Bob"]] != "Bob" {
		t.Errorf("called %v", drawn.Names)
	}
	// A winner does not win again, unless the draw allows it. This one counts comments from
	// its start on.
	for _, tt := range []struct {
		spec string
		want []string
	}{
		{`{"title":"A cap","winners":5}`, []string{"Dan"}},
		{`{"title":"A pen","winners":5,"repeat":true}`, []string{"Bob", "Dan"}},
	} {
		it := newItem(boss, "draw", tt.spec)
		say(bob, "Bob", "here I am: "+it.ID)
		say(dan, "Dan", "me, too: "+it.ID)
		overlay.until("Dan's comment", func(e event) bool { return e.Type == "comment" && e.Text == "me, too: "+it.ID })
		if running := boss.item("GET", it.ID, nil).draw(t); running.People != len(tt.want) {
			t.Errorf("%s: while it runs, %d people can win of %v", tt.spec, running.People, tt.want)
		}
		seen := p.overlaySocket("")
		for _, shown := range seen.next("hello").Items {
			if shown.ID == it.ID && shown.draw(t).People != len(tt.want) {
				t.Errorf("%s: the overlay begins with %d people of %v", tt.spec, shown.draw(t).People, tt.want)
			}
		}
		var want []string
		for _, name := range tt.want {
			want = append(want, id[name])
		}
		drawn := boss.item("POST", it.ID+"/stop", nil).draw(t)
		if slices.Sort(drawn.Winners); !slices.Equal(drawn.Winners, slices.Sorted(slices.Values(want))) {
			t.Errorf("%s: %v of %v", tt.spec, drawn.Winners, id)
		}
		boss.item("GET", it.ID, nil)
	}
	// A draw without people has a result, too.
	empty := newItem(boss, "draw", `{"title":"Nothing","winners":1}`)
	if drawn := boss.item("POST", empty.ID+"/stop", nil).draw(t); drawn.People != 0 || len(drawn.Winners) != 0 || drawn.Seed == "" {
		t.Errorf("among nobody: %+v", drawn)
	}
}
