package socket

import (
	"fmt"
	"strings"
	"testing"

	"danmaku/live"
)

// TestMessages checks that each event carries the position after it, and none a position
// that would lose others.
func TestMessages(t *testing.T) {
	event := func(kind string, seq int) []byte { return fmt.Appendf(nil, `{"type":%q,"seq":%d}`, kind, seq) }
	for _, tt := range []struct {
		name     string
		position string
		seqs     []int
		want     string // the IDs in order; - for an event without one
	}{
		{"one", "e:7", []int{7}, "e:7 e:7"},
		{"what is not seen moves the end", "e:9", []int{3, 5}, "e:3 e:5 e:9"},
		{"ahead of its place", "e:5", []int{9, 4, 5}, "- e:4 e:5 e:5"},
		{"ahead and in its place", "e:9", []int{9, 4, 9}, "- e:4 e:9 e:9"},
		{"only ahead", "e:5", []int{9}, "- e:5"},
		{"none", "e:5", nil, "e:5"},
	} {
		var events [][]byte
		for _, seq := range tt.seqs {
			events = append(events, event("comment", seq))
		}
		var ids []string
		for part := range strings.SplitSeq(strings.TrimSuffix(string(messages(tt.position, events)), "\n\n"), "\n\n") {
			id := "-"
			for line := range strings.SplitSeq(part, "\n") {
				if value, is := strings.CutPrefix(line, "id: "); is {
					id = value
				}
			}
			ids = append(ids, id)
		}
		if got := strings.Join(ids, " "); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// TestSlowObserver fills the queue of one observer: its stream ends, and the other
// gets everything.
func TestSlowObserver(t *testing.T) {
	h := NewHub(Options{})
	slow, quick := NewObserver(live.Client{Room: "live"}), NewObserver(live.Client{Room: "live"})
	if !h.admit(slow) || !h.admit(quick) {
		t.Fatal("they are not let in")
	}
	const n = observerQueue + 10
	for i := range n {
		h.stream(h.observersOf("live"), fmt.Appendf(nil, "id: e:%d\n\n", i))
		if got := string(<-quick.Messages); got != fmt.Sprintf("id: e:%d\n\n", i) {
			t.Fatalf("piece %d is %q", i, got)
		}
	}
	had := 0
	for range slow.Messages {
		had++
	}
	if had != observerQueue || !strings.Contains(string(slow.Bye()), `"code":"slow"`) {
		t.Errorf("it had %d pieces and %q", had, slow.Bye())
	}
	if all := h.observersOf("live"); len(all) != 1 || all[0] != quick {
		t.Errorf("%d are left", len(all))
	}
	if n := h.Totals().Slow; n != 1 {
		t.Errorf("%d were slow", n)
	}
	h.Forget(slow)
	h.Forget(quick)
	h.Forget(quick)
	if _, more := <-quick.Messages; more || quick.Bye() != nil || len(h.allObservers()) != 0 {
		t.Error("one that left is not forgotten")
	}
}

// TestObserversAreBounded fills a room with observers.
func TestObserversAreBounded(t *testing.T) {
	h := NewHub(Options{})
	for range observersMost {
		if !h.admit(NewObserver(live.Client{Room: "live"})) {
			t.Fatal("one of those that may is not let in")
		}
	}
	if h.admit(NewObserver(live.Client{Room: "live"})) {
		t.Error("one more is let in")
	}
	if !h.admit(NewObserver(live.Client{Room: "other"})) {
		t.Error("another room has no place")
	}
}
