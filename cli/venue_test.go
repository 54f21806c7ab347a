package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/config"
	"danmaku/live"
	"danmaku/live/access"
	"danmaku/live/fanout"
	"danmaku/room"
	"danmaku/server/wire"
	"danmaku/store"
	"danmaku/testrace"
)

// nobody is an outlet without a connected socket.
type nobody struct{}

func (nobody) Recipients(string, room.View) fanout.Recipients { return nobody{} }

func (nobody) Send(fanout.Frame) <-chan struct{} { return nil }

func (nobody) Announce(string, room.View, []byte) {}

func (nobody) Evict(func(live.Client) error) {}

func (nobody) Count(string, room.View) int { return 0 }

func (nobody) SendTo(string, string, []byte) {}

func (nobody) Notify(string, string, func(live.Client) []byte) {}

func (nobody) People(string, string) []string { return nil }
func (nobody) Connected(string, string) bool  { return false }

// testClock only moves when the test moves it. The service's own goroutines read it too, so it
// is safe for concurrent use.
type testClock struct {
	began  time.Time
	passed atomic.Int64 // nanoseconds
}

func newTestClock() *testClock { return &testClock{began: time.Now()} }

func (c *testClock) now() time.Time { return c.began.Add(time.Duration(c.passed.Load())) }

// set moves the clock to a duration after its start.
func (c *testClock) set(passed time.Duration) { c.passed.Store(int64(passed)) }

// serviceAt builds everything behind the sockets, on the test's own clock.
func serviceAt(t *testing.T, clock func() time.Time, change func(*config.Config)) *live.Service {
	t.Helper()
	service := openService(t, clock, change)
	service.Start()
	return service
}

// openService is serviceAt, not started.
func openService(t *testing.T, clock func() time.Time, change func(*config.Config)) *live.Service {
	t.Helper()
	began := clock().Add(-time.Second)
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
	if err := (access.Registrar{Links: db, Rooms: db, Keys: keys, Now: clock}).FirstStart(ctx, firstRoom); err != nil {
		t.Fatal(err)
	}
	service, err := live.Open(ctx, live.Deps{
		Journal: db, History: db, Rooms: db, Links: db, Rules: db, Pictures: db, Emotes: db, Photos: db, Styles: db, Bans: db, Notes: db, Audit: db, Shows: db,
		Limiter: newLimiter(cfg, clock), Filter: newFilter(),
		Encoder: wire.Encoder{}, Outlet: nobody{}, Keys: keys, Log: log, Now: clock,
		Elapsed: func() time.Duration { return clock().Sub(began) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { service.Close() })
	return service
}

// Use cases work on a service that was opened but not started: a change of settings waits for
// the journal to confirm it.
func TestUseCasesBeforeTheStart(t *testing.T) {
	service := openService(t, time.Now, func(*config.Config) {})
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	boss := room.Actor{Role: room.Owner}
	if _, err := service.SetRoom(ctx, firstRoom, boss, room.Patch{Settings: map[string]json.RawMessage{"title": []byte(`"Friday"`)}}); err != nil {
		t.Fatal(err)
	}
	if r, err := service.Room(firstRoom); err != nil || r.Title != "Friday" {
		t.Errorf("the room is called %q, %v", r.Title, err)
	}
}

func closeStore(t *testing.T, db *store.Store) {
	if err := db.Close(context.Background()); err != nil {
		t.Errorf("close: %v", err)
	}
}

// sending is one comment to be sent.
type sending struct {
	at  time.Duration
	who int
}

// sendingsOf returns the sendings of 500 phones, each one in every three seconds, and of an
// abuser (number 500) at 50 a second.
func sendingsOf(phones int, length time.Duration, random *rand.Rand) []sending {
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

// A venue of 500 phones that opened the page a moment ago, behind one address: one comment
// each within three seconds with the default limits, and one in every three seconds if the
// room may accept as many.
func TestAVenueBehindOneAddress(t *testing.T) {
	testrace.Skip(t)
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
			clock := newTestClock()
			service := serviceAt(t, clock.now, tt.change)
			sent, accepted, abuser := 0, 0, 0
			for i, s := range sendingsOf(phones, tt.length, random) {
				clock.set(s.at)
				author := live.Author{Role: room.Audience, User: fmt.Sprint("phone ", s.who), Address: "hall", Identity: clock.began}
				// New syllables for each, because the filter counts equal texts.
				text := fmt.Sprintf("%c%c%c%c", 0xac00+i, 0xac00+random.IntN(11000), 0xac00+random.IntN(11000), 0xac00+random.IntN(11000))
				o, err := service.Submit(t.Context(), firstRoom, author, comment.Draft{Text: text, Source: comment.FromAudience})
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

// Identities cost nothing. A flood from one network does not reduce what people elsewhere can
// send, whatever the room's rule for newcomers.
func TestAFloodFromOneAddressLeavesRoomForOthers(t *testing.T) {
	testrace.Skip(t)
	const others, length = 40, 30 * time.Second
	for _, tt := range []struct {
		name       string
		identities int
		perSecond  int
		networks   func(i int) []string // of the flood
		newcomers  room.Newcomers
		slow       time.Duration
	}{
		{name: "200 identities", identities: 200, perSecond: 200},
		{name: "800 identities", identities: 800, perSecond: 200},
		{name: "4000 identities, 800 a second", identities: 4000, perSecond: 800},
		{name: "newcomers are held", identities: 200, perSecond: 200, newcomers: room.NewcomersHeld},
		{name: "slow mode", identities: 800, perSecond: 200, slow: 3 * time.Second},
		{name: "all networks of a /48", identities: 800, perSecond: 200, networks: func(i int) []string {
			return []string{fmt.Sprint("a /56 ", i%256), "the /48"}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(3, 4))
			clock := newTestClock()
			service := serviceAt(t, clock.now, func(*config.Config) {})
			_, err := service.SetRoom(t.Context(), firstRoom, room.Actor{Role: room.Owner}, room.Patch{Settings: map[string]json.RawMessage{
				"newcomers": fmt.Appendf(nil, "%q", cmp.Or(tt.newcomers, room.NewcomersOpen)), "slow_ms": fmt.Append(nil, tt.slow.Milliseconds()),
			}})
			if err != nil {
				t.Fatal(err)
			}
			accepted := func(user string, networks []string) bool {
				author := live.Author{Role: room.Audience, User: user, Address: networks[0], Networks: networks, Identity: clock.began}
				word := func() rune { return rune(0xac00 + random.IntN(11000)) }
				text := string([]rune{word(), word(), word(), word(), word(), word()})
				o, err := service.Submit(t.Context(), firstRoom, author, comment.Draft{Text: text, Source: comment.FromAudience})
				return err == nil && o.Status != comment.Refused
			}
			sent, heard := 0, 0
			gap := time.Second / time.Duration(tt.perSecond)
			due := make([]time.Duration, others)
			for i := range due {
				due[i] = time.Duration(random.Int64N(int64(4 * time.Second)))
			}
			for at, n := time.Duration(0), 0; at < length; at, n = at+gap, n+1 {
				clock.set(at)
				networks := []string{"flood"}
				if tt.networks != nil {
					networks = tt.networks(n)
				}
				accepted(fmt.Sprint("made up ", n%tt.identities), networks)
				for i := range due {
					if at < due[i] {
						continue
					}
					due[i] += 4 * time.Second
					sent++
					if accepted(fmt.Sprint("person ", i), []string{fmt.Sprint("home ", i)}) {
						heard++
					}
				}
			}
			if heard*100 < sent*95 {
				t.Errorf("of %d comments from other addresses %d were accepted", sent, heard)
			}
			t.Logf("accepted %d of %d from other addresses", heard, sent)
		})
	}
}

// The number of held comments of one address is bounded, so that moderators find people from
// elsewhere among them.
func TestAFloodOfHeldCommentsIsBounded(t *testing.T) {
	service := serviceAt(t, time.Now, func(c *config.Config) { c.RoomRate, c.AddressRate, c.UserRate = 0, 0, 0 })
	_, err := service.SetRoom(t.Context(), firstRoom, room.Actor{Role: room.Owner}, room.Patch{Settings: map[string]json.RawMessage{"review": json.RawMessage(`"all"`)}})
	if err != nil {
		t.Fatal(err)
	}
	send := func(i int, network string) error {
		author := live.Author{Role: room.Audience, User: fmt.Sprint(network, i), Address: network, Networks: []string{network}}
		o, err := service.Submit(t.Context(), firstRoom, author, comment.Draft{Text: fmt.Sprintf("%c%c%c", 0xac00+i, 0xb000+i, 0xc000+i), Source: comment.FromAudience})
		if err == nil && o.Status != comment.Held {
			t.Fatalf("comment %d is %s", i, o.Status)
		}
		return err
	}
	held := 0
	for i := range 600 {
		switch err := send(i, "flood"); {
		case err == nil:
			held++
		case !errors.Is(err, room.ErrSlowDown) || room.Wait(err) <= 0:
			t.Fatalf("one too many is answered %v", err)
		}
	}
	if held != 500 {
		t.Errorf("%d comments of one address wait, want 500", held)
	}
	if err := send(700, "home"); err != nil {
		t.Errorf("another address: %v", err)
	}
}

// An identity beyond the rate of its address is trusted once one of its comments is on the
// screens, even if a moderator approved that.
func TestAnApprovedCommentMakesItsAuthorTrusted(t *testing.T) {
	clock := newTestClock()
	service := serviceAt(t, clock.now, func(c *config.Config) { c.RoomRate = 0 })
	boss := room.Actor{Role: room.Owner}
	set := func(name, value string) {
		t.Helper()
		_, err := service.SetRoom(t.Context(), firstRoom, boss, room.Patch{Settings: map[string]json.RawMessage{name: json.RawMessage(value)}})
		if err != nil {
			t.Fatal(err)
		}
	}
	send := func(user string) (live.Outcome, error) {
		word := func() rune { return rune(0xac00 + rand.IntN(11000)) }
		author := live.Author{Role: room.Audience, User: user, Networks: []string{"venue"}}
		return service.Submit(t.Context(), firstRoom, author, comment.Draft{Text: string([]rune{word(), word(), word(), word()}), Source: comment.FromAudience})
	}
	for i := range 700 { // neither the newcomers' share nor the floor has room left
		_, _ = send(fmt.Sprint("swarm ", i))
	}
	if _, err := send("ann"); !errors.Is(err, room.ErrSlowDown) {
		t.Fatalf("the address still has room: %v", err)
	}
	clock.set(200 * time.Millisecond) // one newcomer's place, and one token of the floor
	if _, err := send("swarm, late"); err != nil {
		t.Fatal(err)
	}
	set("review", `"all"`)
	held, err := send("ann")
	if err != nil || held.Status != comment.Held {
		t.Fatalf("%v, %v", held.Status, err)
	}
	if _, err := send("ann"); !errors.Is(err, room.ErrSlowDown) {
		t.Fatalf("held, and trusted already: %v", err)
	}
	if _, err := service.Decide(t.Context(), firstRoom, boss, held.Comment.ID, room.ActionApprove, comment.Held); err != nil {
		t.Fatal(err)
	}
	if _, err := send("ann"); err != nil {
		t.Errorf("after a moderator approved: %v", err)
	}
}
