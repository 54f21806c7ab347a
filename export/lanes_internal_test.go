package export

import (
	"encoding/json"
	"os"
	"testing"

	"danmaku/comment"
)

// laneRoom is one scenario of testdata/lanes.json, which assets/_test/overlay.vectors.test.js
// writes and also checks.
type laneRoom struct {
	Cross float64
	Stage [3]float64 // width, rows, gap
	Ticks []struct {
		Now   float64
		Wants [][3]any
	}
	Decisions [][][2]int // a lane, or -1, and the lane of least overlap
}

func TestLanesDecideAsTheOverlay(t *testing.T) {
	text, err := os.ReadFile("testdata/lanes.json")
	if err != nil {
		t.Fatal(err)
	}
	var rooms []laneRoom
	if err := json.Unmarshal(text, &rooms); err != nil {
		t.Fatal(err)
	}
	decisions := 0
	for i, room := range rooms {
		decisions += checkLanes(t, i, room)
	}
	if decisions < 1000 {
		t.Fatalf("only %d decisions", decisions)
	}
}

func checkLanes(t *testing.T, n int, room laneRoom) (decisions int) {
	t.Helper()
	l := newLanes(room.Stage[0], int(room.Stage[1]), room.Stage[2])
	for i, tick := range room.Ticks {
		now, want := tick.Now, room.Decisions[i]
		for j, w := range tick.Wants {
			decisions++
			c := &flight{Mode: comment.Mode(w[0].(string)), W: w[1].(float64), Rows: int(w[2].(float64)), T: now, Lane: -1, Until: now + 4500}
			c.M = l.entry(c.Mode)
			if moves(c.Mode) {
				c.V, c.Until = (l.width+c.W)/room.Cross, now+room.Cross
			}
			got := [2]int{l.find(c, now), -1}
			if got[0] < 0 && j%5 == 4 {
				got[1] = l.least(c, now)
			}
			if got != want[j] {
				t.Fatalf("room %d, tick %d: %+v gets %v and not %v", n, i, c, got, want[j])
			}
			if lane := max(got[0], got[1]); lane >= 0 {
				l.take(c, lane)
			} else {
				l.claim(c, now)
			}
		}
	}
	return decisions
}
