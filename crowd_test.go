package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/config"
	"danmaku/live"
	"danmaku/server"
	"danmaku/store"
)

// nobody is an outlet without sockets.
type nobody struct{}

func (nobody) Broadcast(string, live.View, []byte) <-chan struct{} { return nil }
func (nobody) Announce(string, live.View, []byte)                  {}
func (nobody) Evict(func(live.Seat) error)                         {}
func (nobody) Count(string, live.View) int                         { return 0 }
func (nobody) Tell(string, string, []byte)                         {}
func (nobody) People(string, string) []string                      { return nil }

// hallAt builds everything behind the sockets, on a clock of the test's own.
func hallAt(t *testing.T, clock func() time.Time, change func(*config.Config)) *live.Hall {
	t.Helper()
	ctx := context.Background()
	cfg, err := config.Load([]string{"--data", t.TempDir()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	change(&cfg)
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	db, keys, err := openStore(ctx, cfg, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeStore(t, db) })
	if err := (live.Registrar{Links: db, Rooms: db, Keys: keys, Now: clock}).FirstStart(ctx, firstRoom); err != nil {
		t.Fatal(err)
	}
	hall, err := live.Open(ctx, live.Parts{
		Journal: db, History: db, Rooms: db, Links: db, Rules: db, Pictures: db, Styles: db, Bans: db, Audit: db, Changes: db,
		Limiter: newLimiter(cfg, clock), Filter: newFilter(),
		Encoder: server.Encoder{}, Outlet: nobody{}, Keys: keys, Log: log, Now: clock,
	})
	if err != nil {
		t.Fatal(err)
	}
	hall.Start()
	t.Cleanup(func() { hall.Close() })
	return hall
}

func closeStore(t *testing.T, db *store.Store) {
	if err := db.Close(context.Background()); err != nil {
		t.Errorf("close: %v", err)
	}
}

// sending is one comment that somebody will send.
type sending struct {
	at  time.Duration
	who int
}

// hallOf makes the sendings of 500 phones, each one in every three seconds, and
// of an abuser (number 500) at 50 a second.
func hallOf(phones int, length time.Duration, random *rand.Rand) []sending {
	var all []sending
	for who := range phones {
		for at := time.Duration(random.Int64N(int64(3 * time.Second))); at < length; at += 3 * time.Second {
			all = append(all, sending{at, who})
		}
	}
	for at := time.Duration(0); at < length; at += 20 * time.Millisecond {
		all = append(all, sending{at, phones})
	}
	slices.SortFunc(all, func(a, b sending) int { return int(a.at - b.at) })
	return all
}

// A hall of 500 phones that opened the page a moment ago, behind one address:
// one comment each within three seconds with the limits as shipped, and one in
// every three seconds where the room may take as many.
func TestAHallBehindOneAddress(t *testing.T) {
	const phones = 500
	for _, tt := range []struct {
		name   string
		length time.Duration
		change func(*config.Config)
	}{
		{"one each, limits as shipped", 3 * time.Second, func(*config.Config) {}},
		{"one in every three seconds, the room unlimited", 12 * time.Second, func(c *config.Config) { c.RoomRate = 0 }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(1, 2))
			began := time.Now()
			var after atomic.Int64 // the hall's own goroutines look at the clock, too
			hall := hallAt(t, func() time.Time { return began.Add(time.Duration(after.Load())) }, tt.change)
			sent, accepted, abuser := 0, 0, 0
			for i, s := range hallOf(phones, tt.length, random) {
				after.Store(int64(s.at))
				author := live.Author{Role: comment.Audience, User: fmt.Sprint("phone ", s.who), Address: "hall", Identity: began}
				// Fresh syllables for each, since equal texts are the filter's business.
				text := fmt.Sprintf("%c%c%c%c", 0xac00+i, 0xac00+random.IntN(11000), 0xac00+random.IntN(11000), 0xac00+random.IntN(11000))
				o, err := hall.Submit(t.Context(), firstRoom, author, comment.Draft{Text: text, Source: comment.FromAudience})
				ok := err == nil && o.Status == comment.Shown
				if err == nil && !ok {
					t.Fatalf("the filter says %v to %q: %s", o.Status, text, o.Rule)
				}
				if s.who < phones {
					sent++
					if ok {
						accepted++
					}
				} else if ok {
					abuser++
				}
			}
			if most := int(3 + 0.5*tt.length.Seconds()); abuser > most || abuser < 3 {
				t.Errorf("the abuser got %d, at most %d are due", abuser, most)
			}
			if accepted*100 < sent*99 {
				t.Errorf("of %d only %d were accepted", sent, accepted)
			}
			t.Logf("accepted %d of %d; the abuser %d", accepted, sent, abuser)
		})
	}
}

// The same through pages, cookies and sockets. The bounds hold however slow the
// machine is: time only adds to what is due.
func TestAHallBehindOneAddressOverSockets(t *testing.T) {
	if testing.Short() {
		t.Skip("opens 500 sockets")
	}
	const phones = 500
	p := start(t, t.TempDir())
	sockets := make([]*socket, phones)
	for i := range sockets {
		sockets[i] = p.phone().open("audience", "")
	}
	abuser := p.phone()
	began := time.Now()
	done := make(chan struct{})
	got := make(chan int)
	go func() { got <- abuse(abuser, done) }()
	var all sync.WaitGroup
	outcomes := make([]string, phones)
	for i, s := range sockets {
		all.Go(func() {
			time.Sleep(time.Duration(rand.Int64N(int64(3 * time.Second)))) // the hall's own pace, not a wait for anything
			s.send("c", fmt.Sprintf("%c%c%c", 0xac00+i, 0xac00+rand.IntN(11000), 0xac00+rand.IntN(11000)))
			a := s.next("ack")
			outcomes[i] = a.Outcome + a.Code
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
		t.Errorf("the abuser got %d, at most %d are due", abused, most)
	}
	t.Logf("%v; the abuser %d of at most %d", counts, abused, most)
}

// abuse sends fifty a second whatever is answered, coming back when it is cut
// as a flood, and gives how many were shown.
func abuse(b *browser, done <-chan struct{}) int {
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
		if s.conn.WriteJSON(spam) != nil {
			s, _, err = b.dial("audience", "", nil)
			continue
		}
		for open := true; open; {
			select {
			case f, ok := <-s.frames:
				if !ok { // cut; the next write will tell
					open = false
				} else if f.Outcome == "shown" {
					shown++
				}
			default:
				open = false
			}
		}
	}
	b.t.Errorf("the abuser could not come back: %v", err)
	return shown
}
