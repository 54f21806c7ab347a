package ratelimit

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"danmaku/testrace"
)

const (
	user Kind = iota
	address
	roomKind
)

// testClock is a clock that tests move themselves.
type testClock struct{ t time.Time }

func (h *testClock) now() time.Time          { return h.t }
func (h *testClock) advance(d time.Duration) { h.t = h.t.Add(d) }
func newTestClock() *testClock               { return &testClock{time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)} }
func newKey(k Kind, n string) key            { return key{Kind: k, Name: n} }

type key = Key

func limits() map[Kind]Limit {
	return map[Kind]Limit{
		user:     {Rate: 0.5, Burst: 3},
		address:  {Rate: 5, Burst: 20},
		roomKind: {Rate: 40, Burst: 40},
	}
}

func TestBurstThenRate(t *testing.T) {
	clock := newTestClock()
	l := New(Options{Limits: limits(), Clock: clock.now})
	steps := []struct {
		after time.Duration
		ok    bool
		wait  time.Duration
	}{
		{0, true, 0}, {0, true, 0}, {0, true, 0},
		{0, false, 2 * time.Second},
		{500 * time.Millisecond, false, 1500 * time.Millisecond},
		{1500 * time.Millisecond, true, 0}, // refusals cost nothing
		{0, false, 2 * time.Second},
		{time.Hour, true, 0}, {0, true, 0}, {0, true, 0}, // never more than the burst
		{0, false, 2 * time.Second},
		{-time.Hour, false, 2 * time.Second}, // a clock set back adds nothing
		{2 * time.Second, true, 0},           // and continues from there
		{0, false, 2 * time.Second},
	}
	for i, s := range steps {
		clock.advance(s.after)
		ok, wait := l.Allow(newKey(user, "u"))
		if ok != s.ok || wait.Round(time.Millisecond) != s.wait {
			t.Errorf("step %d: got %v, %v, want %v, %v", i, ok, wait, s.ok, s.wait)
		}
		if !ok && l.Wait(newKey(user, "u")) != wait {
			t.Errorf("step %d: Wait says %v, Allow %v", i, l.Wait(newKey(user, "u")), wait)
		}
	}
}

func TestWaitIsEnough(t *testing.T) {
	for _, r := range []float64{0.1, 0.3, 0.5, 1, 3, 7, 40, 333} {
		clock := newTestClock()
		l := New(Options{
			Limits: map[Kind]Limit{user: {Rate: r, Burst: 2}}, Clock: clock.now,
		})
		for range 50 {
			ok, wait := l.Allow(newKey(user, "u"))
			if ok {
				continue
			}
			clock.advance(wait)
			if ok, again := l.Allow(newKey(user, "u")); !ok {
				t.Fatalf("rate %v: after waiting %v it asks for %v more", r, wait, again)
			}
		}
	}
}

func TestEveryLimitIsChargedOrNone(t *testing.T) {
	clock := newTestClock()
	l := New(Options{Limits: limits(), Clock: clock.now})
	u := newKey(user, "u")
	for range 20 {
		if ok, _ := l.Allow(newKey(address, "a")); !ok {
			t.Fatal("the address's burst is 20")
		}
	}
	for range 5 {
		if ok, wait := l.Allow(u, newKey(address, "a"), newKey(roomKind, "r")); ok || wait.Round(time.Millisecond) != 200*time.Millisecond {
			t.Fatalf("got %v, %v, want a refusal by the address", ok, wait)
		}
	}
	// The refusals above must not have charged the user or the room.
	for range 3 {
		if ok, _ := l.Allow(u); !ok {
			t.Error("a refusal by another bucket was charged to the user")
		}
	}
	for range 40 {
		if ok, _ := l.Allow(newKey(roomKind, "r")); !ok {
			t.Fatal("a refusal by another bucket was charged to the room")
		}
	}
}

func TestPenalize(t *testing.T) {
	clock := newTestClock()
	l := New(Options{Limits: limits(), Clock: clock.now})
	u := newKey(user, "u")
	l.Allow(u)
	l.Penalize(u, 1) // refused by the filter: two tokens in all
	if l.Allow(u); l.Wait(u).Round(time.Millisecond) != 2*time.Second {
		t.Errorf("after one accepted and one refused the wait is %v, want 2 s", l.Wait(u))
	}
	l.Penalize(u, 1000)
	if got, want := l.Wait(u).Round(time.Millisecond), 8*time.Second; got != want {
		t.Errorf("the deepest debt waits %v, want %v: three tokens of debt and one to send", got, want)
	}
	l.Penalize(newKey(user, "another"), 1)
	if got := l.Wait(newKey(user, "another")); got != 0 {
		t.Errorf("a penalty on a full bucket of 3 makes it wait %v", got)
	}
}

func TestLimitsThatAreOffOrWithoutAName(t *testing.T) {
	clock := newTestClock()
	l := New(Options{Clock: clock.now, Limits: map[Kind]Limit{
		user: {Rate: 0, Burst: 3}, roomKind: {Rate: 1, Burst: 0},
	}})
	for range 1000 {
		if ok, _ := l.Allow(newKey(user, "u"), newKey(address, "a"), newKey(roomKind, "")); !ok {
			t.Fatal("a limit that is off, missing or without a name refused")
		}
	}
	l.Penalize(newKey(user, "u"), 5)
	if l.Len() != 0 {
		t.Errorf("%d keys are remembered without a limit", l.Len())
	}
	first, _ := l.Allow(newKey(roomKind, "r"))
	second, _ := l.Allow(newKey(roomKind, "r"))
	if !first || second {
		t.Errorf("a burst of 0 must count as 1: got %v, %v", first, second)
	}
}

// In no window of time, whatever its length, may more be accepted than the burst plus the
// refill of the window.
func TestNeverMoreThanBurstPlusRate(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 1))
		limit := Limit{Rate: 0.2 + 20*r.Float64(), Burst: 1 + r.IntN(12)}
		clock := newTestClock()
		l := New(Options{
			Limits: map[Kind]Limit{user: limit}, Clock: clock.now,
		})
		var accepted []time.Time
		for range 600 {
			clock.advance(time.Duration(r.ExpFloat64() * float64(time.Second) / limit.Rate / 3))
			if ok, _ := l.Allow(newKey(user, "u")); ok {
				accepted = append(accepted, clock.t)
			}
			if r.IntN(20) == 0 {
				l.Penalize(newKey(user, "u"), r.IntN(3))
			}
		}
		for i := range accepted {
			for j := i; j < len(accepted); j++ {
				window := accepted[j].Sub(accepted[i]).Seconds()
				if most := float64(limit.Burst) + limit.Rate*window + 1e-6; float64(j-i+1) > most {
					t.Fatalf("seed %d, %+v: %d accepted in %.3f s, at most %.3f", seed, limit, j-i+1, window, most)
				}
			}
		}
		if len(accepted) < limit.Burst {
			t.Fatalf("seed %d: only %d accepted", seed, len(accepted))
		}
	}
}

// Racing drafts must not overdraw any bucket, nor leave a token unused.
func TestRace(t *testing.T) {
	clock := newTestClock()
	l := New(Options{Limits: limits(), Clock: clock.now})
	var passed atomic.Int64
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 200 {
				u := newKey(user, fmt.Sprintf("u%d", (g*200+i)%50))
				if ok, _ := l.Allow(u, newKey(address, "one hall"), newKey(roomKind, "r")); ok {
					passed.Add(1)
				}
				l.Wait(u)
			}
		})
	}
	wg.Wait()
	if passed.Load() != 20 {
		t.Errorf("%d passed, want exactly the address's burst of 20", passed.Load())
	}
}

// However many keys come, no more than two generations are stored, and a key that is used
// in between is not forgotten.
func TestMillionKeysStayBounded(t *testing.T) {
	testrace.Skip(t)
	clock := newTestClock()
	l := New(Options{
		Limits: map[Kind]Limit{user: {Rate: 0.001, Burst: 3}}, Clock: clock.now,
	})
	busy := newKey(user, "busy")
	passed, most := 0, 0
	for i := range 1_000_000 {
		if ok, _ := l.Allow(newKey(user, strconv.Itoa(i))); !ok {
			t.Fatalf("key %d was refused its first token", i)
		}
		if i%1000 == 0 {
			if ok, _ := l.Allow(busy); ok {
				passed++
			}
			most = max(most, l.Len())
		}
	}
	if most > 2*DefaultKeys {
		t.Errorf("%d keys were remembered, at most %d may be", most, 2*DefaultKeys)
	}
	if passed != 3 {
		t.Errorf("the busy key passed %d times, want its burst of 3", passed)
	}
}

func TestIdleKeysExpire(t *testing.T) {
	clock := newTestClock()
	l := New(Options{Limits: limits(), Clock: clock.now})
	for i := range 100 {
		l.Allow(newKey(user, strconv.Itoa(i)))
	}
	clock.advance(59 * time.Second)
	l.Allow(newKey(user, "0"))
	if l.Len() != 100 {
		t.Fatalf("%d keys, want 100", l.Len())
	}
	clock.advance(time.Second) // the next generation begins
	l.Allow(newKey(user, "0"))
	clock.advance(time.Minute)
	l.Wait(newKey(user, "0"))
	if l.Len() != 1 {
		t.Errorf("%d keys are left after two lifetimes, want only the one in use", l.Len())
	}
	clock.advance(time.Hour)
	l.Wait(newKey(user, "7"))
	if l.Len() != 0 {
		t.Errorf("%d keys are left after an hour of silence", l.Len())
	}
}

func BenchmarkAllow(b *testing.B) {
	l := New(Options{Limits: limits()})
	names := make([]string, 50_000)
	for i := range names {
		names[i] = "user-pseudonym-" + strconv.Itoa(i)
	}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		i := rand.IntN(len(names))
		for pb.Next() {
			l.Allow(newKey(user, names[i%len(names)]), newKey(address, names[i/40%len(names)]), newKey(roomKind, "r"))
			i++
		}
	})
}

// Take charges what all buckets have, at most the requested number.
func TestTake(t *testing.T) {
	clock := time.Unix(0, 0)
	l := New(Options{Limits: map[Kind]Limit{0: {Rate: 1, Burst: 5}, 1: {Rate: 10, Burst: 20}}, Clock: func() time.Time { return clock }})
	mine, all := Key{0, "ann"}, Key{1, "all"}
	for i, step := range []struct {
		later time.Duration
		ask   int
		keys  []Key
		want  int
	}{
		{0, 3, []Key{mine, all}, 3},
		{0, 9, []Key{mine, all}, 2},
		{0, 1, []Key{mine, all}, 0},
		{0, 30, []Key{all}, 15},
		{2 * time.Second, 9, []Key{mine, all}, 2},
		{0, 30, []Key{{0, "bob"}, all}, 5},
		{0, 7, []Key{{2, "not limited"}}, 7},
		{0, 7, []Key{{0, ""}}, 7},
		{0, -1, []Key{all}, 0},
	} {
		clock = clock.Add(step.later)
		if got := l.Take(step.ask, step.keys...); got != step.want {
			t.Errorf("step %d: took %d, want %d", i, got, step.want)
		}
	}
}
