package tests

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// The same through pages, cookies and sockets. The limits hold however slow the
// machine is: time only adds to the allowance.
func TestAVenueBehindOneAddressOverSockets(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: this test opens 500 sockets")
	}
	const phones = 500
	all := beside(t)
	p := start(t, t.TempDir())
	sockets := make([]*socket, phones)
	for i := range sockets {
		sockets[i] = p.phone().open("audience", "")
	}
	abuser := p.phone()
	began := time.Now()
	done := make(chan struct{})
	got := make(chan int, 1)
	go func() { got <- flood(abuser, done) }()
	outcomes := make([]string, phones)
	for i, s := range sockets {
		all.Go(func() {
			time.Sleep(time.Duration(rand.Int64N(int64(3 * time.Second)))) // the hall's own pace, not a wait for a result
			text := fmt.Sprintf("%c%c%c", 0xac00+i, 0xac00+rand.IntN(11000), 0xac00+rand.IntN(11000))
			for outcomes[i] = "refusedbusy"; outcomes[i] == "refusedbusy"; { // a slow disk: the page sends it again
				s.send("c", text)
				a := s.next("ack")
				outcomes[i] = a.Outcome + a.Code
			}
		})
	}
	all.Wait()
	close(done)
	abused := <-got
	most := int(math.Floor(3 + 0.5*time.Since(began).Seconds()))
	counts := map[string]int{}
	for _, o := range outcomes {
		counts[o]++
	}
	if counts["shown"] < phones*99/100 {
		t.Errorf("outcomes: %v", counts)
	}
	if abused > most {
		t.Errorf("the abuser got %d, at most %d are allowed", abused, most)
	}
	t.Logf("%v; the abuser %d of at most %d", counts, abused, most)
}

// flood sends fifty a second whatever the answers, reconnects when closed
// as a flood, and returns how many were shown.
func flood(b *browser, done <-chan struct{}) int {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	shown := 0
	s, _, err := b.dial("audience", "", nil)
	for i := 0; err == nil; i++ {
		select {
		case <-done:
			return shown
		case <-tick.C:
		}
		spam := map[string]string{"type": "send", "text": fmt.Sprintf("spam %c%c", 0xac00+i, 0xac00+rand.IntN(11000))}
		if s.tryWrite(spam) != nil {
			s, _, err = b.dial("audience", "", nil)
			continue
		}
		for open := true; open; {
			select {
			case f, ok := <-s.frames:
				if !ok { // closed; the next write reports it
					open = false
				} else if f.Outcome == "shown" {
					shown++
				}
			default:
				open = false
			}
		}
	}
	b.t.Errorf("the abuser could not reconnect: %v", err)
	return shown
}
