package ratelimit

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

const newcomers Kind = 10

// testSharedIP is a limit with small numbers: a floor of 5 a second and a burst of 20, 0.5
// and 3 for a person, and 30 new ones at once, then 2 a second.
type testSharedIP struct{ *sharedIPLimit }

func newTestSharedIP(clock *testClock) testSharedIP {
	l := limits()
	l[newcomers] = Limit{Rate: 2, Burst: 30}
	delete(l, roomKind)
	return testSharedIP{newSharedIPLimit(sharedIPOptions{
		limiter: New(Options{Limits: l, Clock: clock.now}), clock: clock.now,
		floor: address, newcomers: newcomers, age: time.Minute,
	})}
}

func (c testSharedIP) Allow(m member, own ...Key) (bool, time.Duration) {
	return c.allow(m, c.standing(m), own...)
}

// The shared limit keeps its guarantees for random people who come and go behind a few
// addresses, some of them swarms of new names.
func TestSharedIPLimitOverRandomTraffic(t *testing.T) {
	type tally struct {
		began    time.Time
		accepted int
	}
	within := func(s tally, now time.Time, rate, burst float64) bool {
		return float64(s.accepted) <= burst+rate*now.Sub(s.began).Seconds()+1e-6
	}
	for seed := range uint64(10) {
		random := rand.New(rand.NewPCG(seed, 7))
		clock := newTestClock()
		c := newTestSharedIP(clock)
		began := clock.t
		person := map[string]*tally{} // what each person got
		fresh := map[string]*tally{}  // by address: what untrusted people got
		seen, passed := map[string]bool{}, map[string]bool{}
		admitted := map[string]int{} // by address: new people who were trusted at once
		born := map[string]time.Time{}
		for range 4000 {
			clock.advance(time.Duration(random.ExpFloat64() * float64(10*time.Millisecond)))
			now := clock.t
			group := fmt.Sprint("address ", random.IntN(2))
			name := fmt.Sprint(group, " person ", random.IntN(400))
			if group == "address 1" && random.IntN(2) == 0 {
				name = fmt.Sprint("made up ", random.Uint64())
			}
			if _, ok := born[name]; !ok {
				born[name] = now.Add(-time.Duration(random.Int64N(int64(90 * time.Second))))
				if random.IntN(2) == 0 {
					born[name] = now
				}
			}
			m := member{group: group, name: name, since: born[name]}
			counted := c.trusts(m)
			if want := now.Sub(m.since) >= time.Minute || seen[group+name] || passed[name]; counted != want {
				t.Fatalf("seed %d: counts is %v, want %v", seed, counted, want)
			}
			ok, wait := c.Allow(m, newKey(user, name))
			if person[name] == nil {
				person[name] = &tally{began: began}
			}
			if ok {
				person[name].accepted++
			} else if wait <= 0 {
				t.Fatalf("seed %d: refused without a wait", seed)
			}
			if !within(*person[name], now, 0.5, 3) {
				t.Fatalf("seed %d: %s got %d in %v", seed, name, person[name].accepted, now.Sub(began))
			}
			switch {
			case counted:
				// Only their own bucket may refuse them, however full the address is.
				if full := person[name].accepted == 0; full && !ok {
					t.Fatalf("seed %d: a trusted person's first comment was refused", seed)
				}
			case ok && c.trusts(m): // trusted
				seen[group+name] = true
				admitted[group]++
				if n := float64(admitted[group]); n > 30+2*now.Sub(began).Seconds()+1e-6 {
					t.Fatalf("seed %d: %v new ones in %v", seed, n, now.Sub(began))
				}
			case ok:
				if fresh[group] == nil {
					fresh[group] = &tally{began: began}
				}
				fresh[group].accepted++
				if !within(*fresh[group], now, 5, 20) {
					t.Fatalf("seed %d: new ones got %d of the floor in %v", seed, fresh[group].accepted, now.Sub(began))
				}
			}
			if ok && random.IntN(4) == 0 {
				passed[name] = true
				c.markTrusted(name)
			}
		}
		if len(fresh) == 0 || len(passed) == 0 || admitted["address 1"] < 30 {
			t.Fatalf("seed %d tried too little: floor %d, passed %d, admitted %v", seed, len(fresh), len(passed), admitted)
		}
	}
}

// A refusal by another bucket does not use up a newcomer's place.
func TestARefusalTakesNoPlaceAmongNewcomers(t *testing.T) {
	clock := newTestClock()
	c := newTestSharedIP(clock)
	empty := newKey(user, "drained")
	for range 3 {
		c.Allow(member{}, empty)
	}
	for i := range 100 {
		if ok, _ := c.Allow(member{group: "a", name: fmt.Sprint("new ", i)}, empty); ok {
			t.Fatal("an empty bucket let something pass")
		}
	}
	for i := range 30 {
		m := member{group: "a", name: fmt.Sprint("late ", i)}
		if ok, _ := c.Allow(m, newKey(user, m.name)); !ok || !c.trusts(m) {
			t.Fatalf("a refused person used up the place of newcomer %d", i)
		}
	}
}

// A forgotten member is new again, and memory does not grow with names.
func TestSharedIPLimitForgets(t *testing.T) {
	clock := newTestClock()
	c := newTestSharedIP(clock)
	c.markTrusted("once")
	m := member{group: "a", name: "once"}
	if !c.trusts(m) {
		t.Fatal("not remembered")
	}
	clock.advance(90 * time.Minute)
	if !c.trusts(m) {
		t.Fatal("forgotten after one generation")
	}
	clock.advance(3 * time.Hour)
	if c.trusts(m) {
		t.Error("remembered forever")
	}
}
