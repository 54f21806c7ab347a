package ratelimit

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"danmaku/room"
	"danmaku/testrace"
)

// asShipped are the default limits.
var asShipped = Rates{User: 0.5, UserBurst: 3, Address: 5, Room: 40, Sender: 200}

func newLimitKey(address, user string, since time.Time) room.LimitKey {
	return room.LimitKey{Room: "live", User: user, Address: address, Identity: since}
}

// An address may make as many identities as a venue needs. One beyond that never gets an
// age, and becomes trusted by its comments.
func TestMintRate(t *testing.T) {
	testrace.Skip(t)
	clock := newTestClock()
	limits := asShipped
	limits.Room = 0
	p := NewPolicy(limits, clock.now)
	venue := room.LimitKey{Networks: []string{"venue"}}
	for i := range newBurst {
		if !p.Vouch(venue) {
			t.Fatalf("identity %d is beyond the rate", i)
		}
	}
	if p.Vouch(venue) {
		t.Error("one too many has an age")
	}
	if !p.Vouch(room.LimitKey{Networks: []string{"home"}}) {
		t.Error("another address pays for it")
	}
	wide := 0
	for i := range 256 * newBurst {
		if p.Vouch(room.LimitKey{Networks: []string{fmt.Sprint("a /56 ", i%256), "a /48"}}) {
			wide++
		}
	}
	if wide != wideNetwork*newBurst {
		t.Errorf("all networks of a /48 have %d identities with an age, want %d", wide, wideNetwork*newBurst)
	}
	clock.advance(time.Second)
	for range newRate {
		if !p.Vouch(venue) {
			t.Error("a second later none more has an age")
		}
	}

	// All places of newcomers are used, and the floor is empty.
	for i := range newBurst + newRate + 40 {
		_ = p.Allow(newLimitKey("venue", fmt.Sprint("swarm ", i), time.Time{}))
	}
	clock.advance(time.Millisecond)
	old, ageless := newLimitKey("venue", "old", clock.now().Add(-time.Hour)), newLimitKey("venue", "ageless", time.Time{})
	if err := p.Allow(old); err != nil {
		t.Errorf("an identity of an hour is refused: %v", err)
	}
	if err := p.Allow(ageless); !errors.Is(err, room.ErrSlowDown) || room.Wait(err) <= 0 {
		t.Errorf("an identity without an age passes the floor: %v", err)
	}
	if p.Vouch(ageless) {
		t.Error("it gets an age without having been shown")
	}
	p.MarkTrusted(ageless)
	if err := p.Allow(ageless); err != nil {
		t.Errorf("after one of its comments was shown it is refused: %v", err)
	}
	if !p.Vouch(ageless) {
		t.Error("it gets no age after it was shown")
	}
	// A time in the future does not count as an age.
	if err := p.Allow(newLimitKey("venue", "future", clock.now().Add(time.Hour))); err == nil {
		t.Error("an identity of the future passes the floor")
	}
}

// However much a program sends, people who all write at once get through, and conversely a
// program keeps its part.
func TestProgramsAndPeopleShareARoom(t *testing.T) {
	testrace.Skip(t)
	programs := map[string]func(*room.LimitKey){
		"chat":   func(k *room.LimitKey) { k.Chat = "twitch" },
		"sender": func(k *room.LimitKey) { k.Sender = 7 },
		"replay": func(k *room.LimitKey) { k.Replay, k.Sender = true, 7 },
	}
	for name, set := range programs {
		for _, venue := range []bool{true, false} {
			t.Run(fmt.Sprint(name, " and phones behind one address: ", venue), func(t *testing.T) {
				const phones, rate, length = 80, 300, 2 * time.Minute
				clock := newTestClock()
				p := NewPolicy(asShipped, clock.now)
				random := rand.New(rand.NewPCG(1, 1))
				program := room.LimitKey{Room: "live"}
				set(&program)
				due := make([]time.Duration, phones)
				for i := range due {
					due[i] = 10*time.Second + time.Duration(random.Int64N(int64(3*time.Second)))
				}
				taken, sent, heard := 0, 0, 0
				for at := time.Duration(0); at < length; at += time.Second / rate {
					clock.advance(time.Second / rate)
					if p.Allow(program) == nil {
						taken++
					}
					for i := range due {
						if at < due[i] {
							continue
						}
						due[i] += 3 * time.Second
						k := room.LimitKey{Room: "live", User: fmt.Sprint(i), Networks: []string{"venue"}}
						if !venue {
							k.Networks[0] = fmt.Sprint("home ", i)
						}
						sent++
						if p.Allow(k) == nil {
							heard++
						}
					}
				}
				if heard != sent {
					t.Errorf("of %d comments of phones %d were taken", sent, heard)
				}
				if left := 40*length.Seconds() - float64(sent); float64(taken) < 0.9*min(left, replayRate*40*length.Seconds()) {
					t.Errorf("the program got %d in, %.0f are left over by the phones", taken, left)
				}
			})
		}
	}
	t.Run("all phones at once", func(t *testing.T) {
		clock := newTestClock()
		p := NewPolicy(asShipped, clock.now)
		for range 300 * 60 {
			clock.advance(time.Second / 300)
			_ = p.Allow(room.LimitKey{Room: "live", Chat: "twitch"})
		}
		for i := range 200 {
			if err := p.Allow(room.LimitKey{Room: "live", User: fmt.Sprint(i), Networks: []string{"venue"}}); err != nil {
				t.Fatalf("phone %d of 200 is refused: %v", i, err)
			}
		}
	})
	t.Run("a busy audience leaves a chat its part", func(t *testing.T) {
		clock := newTestClock()
		p := NewPolicy(asShipped, clock.now)
		taken := 0
		for i := range 300 * 120 {
			clock.advance(time.Second / 300)
			_ = p.Allow(room.LimitKey{Room: "live", User: fmt.Sprint("u", i%3000), Networks: []string{fmt.Sprint("home ", i%3000)}})
			if p.Allow(room.LimitKey{Room: "live", Chat: "twitch"}) == nil && i > 300*60 {
				taken++
			}
		}
		if due := 40 * chatWeight / (chatWeight + peopleWeight) * 60; float64(taken) < 0.8*due {
			t.Errorf("the chat got %d in, %.0f are due", taken, due)
		}
	})
}

// A refusal by one limit does not charge the others, and the wait is the longest.
func TestARefusalChargesNothing(t *testing.T) {
	clock := newTestClock()
	p := NewPolicy(Rates{User: 0.5, UserBurst: 3, Address: 5, Room: 1}, clock.now)
	for i := range 10 { // the room's burst
		if err := p.Allow(newLimitKey("home", fmt.Sprint(i), time.Time{})); err != nil {
			t.Fatalf("comment %d: %v", i, err)
		}
	}
	for range 50 {
		if err := p.Allow(newLimitKey("home", "u", time.Time{})); room.Wait(err).Round(time.Millisecond) != time.Second {
			t.Fatalf("a full room says %v", err)
		}
	}
	if wait := p.Wait(newLimitKey("home", "u", time.Time{})); wait != 0 {
		t.Errorf("the room's refusals cost the author %v", wait)
	}
	clock.advance(time.Minute)
	for i := range 3 {
		if err := p.Allow(newLimitKey("home", "u", time.Time{})); err != nil {
			t.Errorf("comment %d of a burst: %v", i, err)
		}
	}
	p.Penalize(newLimitKey("home", "u", time.Time{}))
	if err := p.Allow(newLimitKey("home", "u", time.Time{})); room.Wait(err).Round(time.Millisecond) != 4*time.Second {
		t.Errorf("after a penalty: %v", err)
	}
}

// A comment that could not be stored costs its author nothing, by any limit, and no bucket
// exceeds its burst.
func TestARefundGivesBackWhatWasTaken(t *testing.T) {
	clock := newTestClock()
	for name, k := range map[string]room.LimitKey{
		"a newcomer": newLimitKey("home", "ann", clock.now()), "somebody known": newLimitKey("home", "bob", clock.now().Add(-time.Hour)),
		"a sender": {Room: "live", Sender: 7}, "a replay": {Room: "live", Sender: 7, Replay: true},
	} {
		limits := asShipped
		limits.Room, limits.Sender = 40, 1
		p := NewPolicy(limits, clock.now)
		takes := func() (n int) {
			for p.Allow(k) == nil {
				n++
			}
			return n
		}
		p.Refund(k) // with a full bucket
		once := NewPolicy(limits, clock.now)
		want := 0
		for once.Allow(k) == nil {
			want++
		}
		if err := p.Allow(k); err != nil {
			t.Fatal(err)
		}
		p.Refund(k)
		if got := takes(); got != want {
			t.Errorf("%s sends %d comments after a refund, want %d", name, got, want)
		}
	}
}

// Without their own limit, people share that of their address; a room without a limit
// accepts everything.
func TestLimitsThatAreOff(t *testing.T) {
	clock := newTestClock()
	p := NewPolicy(Rates{Address: 5}, clock.now)
	n := 0
	for i := range 1000 {
		if p.Allow(newLimitKey("home", fmt.Sprint(i), time.Time{})) == nil {
			n++
		}
	}
	if n != addressBurst*5 {
		t.Errorf("%d passed, want the address's burst of %d", n, addressBurst*5)
	}
	if p = NewPolicy(Rates{}, nil); p.Allow(newLimitKey("home", "u", time.Time{})) != nil {
		t.Error("no limit at all refuses")
	}
}
