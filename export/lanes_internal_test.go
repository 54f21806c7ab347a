package export

import (
	"encoding/json"
	"os"
	"testing"

	"danmaku/comment"
)

// laneRoom is one story of testdata/lanes.json, which
// assets/_test/overlay.vectors.test.js writes and checks, too.
type laneRoom struct {
	Cross float64
	Ticks []struct {
		Now   float64
		Stage []float64
		Wants [][3]any
	}
	Decisions []struct {
		Adopted []int
		Got     [][2]int
	}
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
	l := newLanes(0, 1, 0)
	var active []*flight
	for i, tick := range room.Ticks {
		now, want := tick.Now, room.Decisions[i]
		active = flying(active, now, nil)
		if tick.Stage != nil {
			l = newLanes(tick.Stage[0], int(tick.Stage[1]), tick.Stage[2])
			active = flying(active, now, l.adopt(active, now))
			for j, c := range active {
				if c.Lane != want.Adopted[j] {
					t.Fatalf("room %d, tick %d: %+v is adopted in lane %d and not %d", n, i, c, c.Lane, want.Adopted[j])
				}
			}
		}
		for j, w := range tick.Wants {
			decisions++
			c := &flight{Mode: comment.Mode(w[0].(string)), W: w[1].(float64), Rows: int(w[2].(float64)), T: now, Lane: -1, Until: now + 4500}
			c.M = l.entry(c.Mode)
			if moves(c.Mode) {
				c.V, c.Until = (l.width+c.W)/room.Cross, now+room.Cross
			}
			got := [2]int{l.find(c, now, -1), -1}
			if got[0] < 0 && j%5 == 4 {
				got[1] = l.least(c, now)
			}
			if got != want.Got[j] {
				t.Fatalf("room %d, tick %d: %+v gets %v and not %v", n, i, c, got, want.Got[j])
			}
			if lane := max(got[0], got[1]); lane >= 0 {
				l.take(c, lane)
				active = append(active, c)
			} else {
				l.claim(c, now)
			}
		}
	}
	return decisions
}

// flying gives those who are still under way and not homeless.
func flying(list []*flight, now float64, homeless []*flight) (out []*flight) {
	gone := map[*flight]bool{}
	for _, c := range homeless {
		gone[c] = true
	}
	for _, c := range list {
		if c.Until > now && !gone[c] {
			out = append(out, c)
		}
	}
	return out
}
