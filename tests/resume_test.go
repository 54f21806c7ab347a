package tests

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// replica is an overlay that keeps forever what docs/dev/protocol.md makes it show.
type replica struct {
	screen
	ids    []string
	socket *socket
	brief  bool // it requests brief frames
	fresh  int  // how often the server made it start afresh
}

func (r *replica) apply(t *testing.T, f frame) {
	switch f.Type {
	case "hello":
		if !f.Resumed {
			r.fresh++
			r.ids = nil
			for _, e := range f.Recent {
				r.ids = append(r.ids, e.ID)
			}
		}
		r.moveTo(f.Position)
	case "events":
		for _, e := range f.Events {
			switch e.Type {
			case "comment":
				if e.Seq <= r.seq {
					t.Errorf("comment %d comes at position %s", e.Seq, r.position)
					continue
				}
				r.ids = append(r.ids, e.ID)
			case "remove":
				r.ids = slices.DeleteFunc(r.ids, func(id string) bool { return slices.Contains(e.IDs, id) })
			case "clear":
				r.ids = nil
			}
		}
		r.moveTo(f.Position)
	case "beat":
		r.moveTo(f.Position)
	}
}

// reconnect reopens the socket at the position.
func (r *replica) reconnect(p *program) {
	query := "&since=" + url.QueryEscape(r.position)
	if r.brief {
		query += "&brief=1"
	}
	r.socket = p.browser().open("overlay", "&key="+url.QueryEscape(p.overlay)+query)
}

// disconnect closes the socket. Frames received but not read are lost if
// the page dies, else they are applied; the position shows which.
func (r *replica) disconnect(t *testing.T, dies bool) {
	if r.socket == nil {
		return
	}
	r.socket.conn.Close()
	for f := range r.socket.frames {
		if !dies {
			r.apply(t, *f)
		}
	}
	r.socket = nil
}

// Overlays leave and return at random, over bursts, removals, clears and
// restarts of the server. In the end each shows exactly the comments of the log.
func TestEveryOverlayEndsWithTheLog(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	dice := rand.New(rand.NewPCG(seed, 1))
	dir := t.TempDir()
	off := []string{"--user-rate", "0", "--address-rate", "0", "--room-rate", "0"}
	overlays := make([]*replica, 8)
	for i := range overlays {
		overlays[i] = &replica{brief: i%2 == 0}
	}
	witness := &replica{} // leaves only when the server stops
	all := append([]*replica{witness}, overlays...)
	var acked []string
	sent := 0
	for life := range 3 {
		p := start(t, dir, off...)
		boss := p.console()
		if life == 0 { // before the first comment, so that no client has to start afresh later
			for _, r := range all {
				r.reconnect(p)
				r.apply(t, r.socket.next("hello"))
			}
		}
		if witness.socket == nil {
			witness.reconnect(p)
		}
		for range 30 {
			r := overlays[dice.IntN(len(overlays))]
			switch dice.IntN(10) {
			case 0, 1, 2, 3:
				phone := p.browser().open("audience", "") // a new one each time: forty at once do not count as a flood
				n := 1 + dice.IntN(40)
				for range n {
					sent++
					phone.send(fmt.Sprint(sent), fmt.Sprint("number ", sent))
				}
				for range n {
					if a := phone.next("ack"); a.Outcome == "shown" {
						acked = append(acked, a.ID)
					} else {
						t.Fatalf("ack: %+v", a)
					}
				}
			case 4:
				if len(acked) > 0 {
					id := acked[dice.IntN(len(acked))]
					if status, body := boss.do("POST", "/api/rooms/live/comments/"+id+"/remove", nil, ours); status >= 300 {
						t.Fatalf("remove answers %d: %s", status, body)
					}
				}
			case 5:
				if dice.IntN(3) == 0 {
					if status, body := boss.do("POST", "/api/rooms/live/clear", nil, ours); status >= 300 {
						t.Fatalf("clear answers %d: %s", status, body)
					}
				}
			default:
				if r.socket != nil {
					r.disconnect(t, dice.IntN(2) == 0)
				} else {
					r.reconnect(p)
				}
			}
		}
		if life < 2 {
			p.stop()
			for _, r := range all {
				r.disconnect(t, dice.IntN(2) == 0)
			}
			continue
		}
		phone := p.browser().open("audience", "")
		phone.send("end", "the end")
		end := phone.next("ack").ID
		for _, r := range all {
			if r.socket == nil {
				r.reconnect(p)
			}
			for !slices.Contains(r.ids, end) {
				r.apply(t, r.socket.nextFrame())
			}
		}
		want := shownSinceClear(t, p)
		for i, r := range all {
			if r.fresh != 1 {
				t.Errorf("overlay %d had to start afresh %d times", i, r.fresh)
			}
			if !slices.Equal(r.ids, want) {
				t.Errorf("overlay %d shows %d comments, the log has %d", i, len(r.ids), len(want))
			}
		}
		t.Logf("%d sent, %d shown at the end", sent, len(want))
	}
}

// nextFrame waits for the next frame.
func (s *socket) nextFrame() frame {
	s.t.Helper()
	f, ok := <-s.frames
	if !ok {
		s.t.Fatalf("the socket closed: %v", <-s.closed)
	}
	return *f
}

// shownSinceClear reads from the log the comments shown since the last clear, oldest first.
func shownSinceClear(t *testing.T, p *program) (ids []string) {
	t.Helper()
	boss := p.console()
	var page struct {
		Comments []event
		Next     int64
	}
	cleared := lastClear(t, p)
	for before := ""; ; {
		_, body := boss.do("GET", "/api/rooms/live/comments?status=shown&limit=200"+before, nil, nil)
		page.Comments, page.Next = nil, 0
		if err := json.Unmarshal([]byte(body), &page); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		for _, c := range page.Comments {
			if c.Seq > cleared {
				ids = append(ids, c.ID)
			}
		}
		if page.Next == 0 {
			slices.Reverse(ids)
			return ids
		}
		before = fmt.Sprintf("&before=%d", page.Next)
	}
}

// lastClear returns the number of the last clear, found by a resume over everything.
func lastClear(t *testing.T, p *program) (seq int64) {
	t.Helper()
	s := p.overlaySocket("")
	epoch, _, _ := strings.Cut(s.next("hello").Position, ":")
	old := p.overlaySocket(epoch + ":0")
	if !old.next("hello").Resumed {
		t.Fatal("the log cannot be resumed from its beginning")
	}
	for _, e := range old.next("events").Events {
		if e.Type == "clear" {
			seq = e.Seq
		}
	}
	return seq
}
