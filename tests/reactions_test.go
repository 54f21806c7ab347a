package tests

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// sendReactions sends a person's taps.
func (s *socket) sendReactions(counts map[string]int) {
	s.t.Helper()
	s.write(map[string]any{"type": "react", "taps": counts})
}

// awaitReactions adds up the counts that a socket receives until it has the wanted number.
func (s *socket) awaitReactions(want int) map[string]int {
	s.t.Helper()
	sum, total := map[string]int{}, 0
	for total < want {
		f := s.next("reactions")
		for emoji, n := range f.Sums {
			sum[emoji] += n
			total += n
		}
	}
	return sum
}

// Phones react, overlays receive counts of the room's reactions, and the log has them by
// minute, over a restart.
func TestReactionsFromPhonesToOverlayAndExport(t *testing.T) {
	dir := t.TempDir()
	p := start(t, dir)
	boss := p.console()
	overlay := p.overlaySocket("")
	overlay.next("hello")
	ann, bob := p.phone(), p.phone()
	one, two := ann.open("audience", ""), bob.open("audience", "")
	if h := one.next("hello"); len(h.Room.Reactions) != 0 {
		t.Errorf("a new room offers %v", h.Room.Reactions)
	}
	two.next("hello")
	one.sendReactions(map[string]int{"👏": 3}) // the room has no reactions yet
	set := func(list ...string) {
		t.Helper()
		if status, body := boss.do("PATCH", "/api/rooms/live", map[string]any{"reactions": list}, ours); status != http.StatusOK {
			t.Fatalf("%d: %s", status, body)
		}
	}
	one.send("c1", "behind what was tapped")
	one.next("ack")
	set("👏", "❤️")
	one.until("the offer", func(e event) bool { return e.Type == "room" })
	one.sendReactions(map[string]int{"👏": 2, "💣": 9})
	two.sendReactions(map[string]int{"👏": 1, "❤️": 4})
	if sum := overlay.awaitReactions(7); sum["👏"] != 3 || sum["❤️"] != 4 || len(sum) != 2 {
		t.Errorf("the overlay receives %v", sum)
	}
	if status, body := boss.do("GET", "/api/rooms/live/reactions/export?format=jsonl", nil, nil); status != http.StatusOK || exported(t, body)["❤️"] != 4 {
		t.Errorf("the export of new taps answers %d: %s", status, body)
	}
	// One person's taps are limited, and the excess does not count against others.
	one.sendReactions(map[string]int{"👏": 50})
	two.sendReactions(map[string]int{"❤️": 1})
	for sum := map[string]int{}; sum["❤️"] == 0; {
		for emoji, n := range overlay.next("reactions").Sums {
			if sum[emoji] += n; sum["👏"] > 30 {
				t.Fatalf("one person's taps count %d times", sum["👏"])
			}
		}
	}
	// A custom socket cannot speak for phones.
	overlay.sendReactions(map[string]int{"👏": 1})
	p.stop()
	p = start(t, dir)
	boss = p.console()
	status, body := boss.do("GET", "/api/rooms/live/reactions/export?format=jsonl", nil, nil)
	if sum := exported(t, body); status != http.StatusOK || sum["👏"] < 3 || sum["👏"] > 33 || sum["❤️"] != 5 || sum["💣"] != 0 {
		t.Errorf("after a restart: %d %s", status, body)
	}
	if status, body := boss.do("GET", "/api/rooms/live/reactions/export?format=csv&from=2000000000000", nil, nil); status != http.StatusOK || body != "minute,emoji,count\r\n" {
		t.Errorf("of a later time: %d %q", status, body)
	}
	for _, bad := range []string{"format=xml", "format=csv&from=yesterday", ""} {
		if status, body := boss.do("GET", "/api/rooms/live/reactions/export?"+bad, nil, nil); status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", bad, status, body)
		}
	}
	// The room's switch applies at once, is in the record, and can be undone there.
	if status, body := boss.do("PATCH", "/api/rooms/live", map[string]any{"reactions": []string{}}, ours); status != http.StatusOK || strings.Contains(body, `"reactions"`) {
		t.Errorf("off: %d %s", status, body)
	}
	act := boss.call("GET", "/api/rooms/live/audit?limit=1", nil, http.StatusOK).Acts[0]
	if !slices.Equal(act.Changed, []string{"reactions"}) {
		t.Errorf("the record has %+v", act)
	}
	boss.call("POST", fmt.Sprint("/api/rooms/live/audit/", act.ID, "/undo"), nil, http.StatusNoContent)
	if _, body := boss.do("GET", "/api/rooms/live", nil, nil); !strings.Contains(body, `"reactions":["👏","❤️"]`) {
		t.Errorf("after the undo: %s", body)
	}
}

// exported adds up the rows of an export.
func exported(t *testing.T, lines string) map[string]int {
	t.Helper()
	sum := map[string]int{}
	for line := range strings.Lines(lines) {
		var row struct {
			Minute, Emoji string
			Count         int
		}
		if err := json.Unmarshal([]byte(line), &row); err != nil || !strings.HasSuffix(row.Minute, ":00.000Z") {
			t.Fatal(err, line)
		}
		sum[row.Emoji] += row.Count
	}
	return sum
}
