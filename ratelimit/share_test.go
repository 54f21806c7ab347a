package ratelimit

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"danmaku/testrace"
)

// sender is a source that asks a share for tokens at a rate.
type sender struct {
	from  source
	rate  float64 // requested comments a second
	limit float64 // its limit of the bucket; zero means all
	low   bool    // it is of lower rank

	asked, taken float64
}

func (s sender) share() float64 { return s.taken / s.asked }

func newSource(address string) source {
	return source{{"people", peopleWeight}, {address, addressWeight}}
}

// runSenders lets senders ask at random moments, as Poisson processes, from one moment to
// another. It checks that the room never accepts more than it may. It counts only from the
// moment counted on.
func runSenders(t *testing.T, s *share, began time.Time, counted, end time.Duration, seed uint64, all []*sender) {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 9))
	type asking struct {
		at  time.Duration
		who *sender
	}
	var list []asking
	for _, a := range all {
		for at := random.ExpFloat64() / a.rate; at < end.Seconds(); at += random.ExpFloat64() / a.rate {
			list = append(list, asking{time.Duration(at * float64(time.Second)), a})
		}
	}
	slices.SortFunc(list, func(a, b asking) int { return int(a.at - b.at) })
	taken := 0.0
	for _, a := range list {
		limit := a.who.limit
		if limit == 0 {
			limit = s.burst
		}
		now := began.Add(a.at)
		ok, wait := s.allow(a.who.from, limit, !a.who.low, now)
		if ok {
			s.charge(a.who.from, !a.who.low)
			taken++
		} else if wait <= 0 {
			t.Fatal("refused without a wait")
		}
		if most := s.burst + s.reserve + s.rate*a.at.Seconds() + 1e-6; taken > most {
			t.Fatalf("the room took %v in %v, at most %v are due", taken, a.at, most)
		}
		if a.at < counted {
			continue
		}
		if a.who.asked++; ok {
			a.who.taken++
		}
	}
}

// dueShares returns each sender's due part of a rate, max–min by weight within each level, by
// filling up.
func dueShares(rate float64, all []*sender, level int) map[*sender]float64 {
	type group struct {
		weight, asks float64
		of           []*sender
	}
	groups := map[string]*group{}
	for _, a := range all {
		h := a.from[level]
		g := groups[h.name]
		if g == nil {
			g = &group{weight: h.weight}
			groups[h.name] = g
		}
		g.asks += a.rate
		g.of = append(g.of, a)
	}
	out := map[*sender]float64{}
	for len(groups) > 0 {
		weights := 0.0
		for _, g := range groups {
			weights += g.weight
		}
		content := 0
		for name, g := range groups {
			if g.asks > rate*g.weight/weights {
				continue
			}
			for _, a := range g.of {
				out[a] = a.rate
			}
			delete(groups, name)
			rate -= g.asks
			content++
			break
		}
		if content > 0 {
			continue
		}
		for _, g := range groups {
			gets := rate * g.weight / weights
			if len(g.of) == 1 && len(g.of[0].from) == level+1 {
				out[g.of[0]] = gets
				continue
			}
			for a, n := range dueShares(gets, g.of, level+1) {
				out[a] = n
			}
		}
		break
	}
	return out
}

// While the room refuses, every source gets its max–min fair part, within a twentieth or
// within the random variation of so few.
func TestShareIsMaxMin(t *testing.T) {
	testrace.Skip(t)
	for seed := range uint64(6) {
		random := rand.New(rand.NewPCG(seed, 3))
		s := newShare(40, 400, 200, newTestClock().t)
		var all []*sender
		for i := range 5 + random.IntN(20) {
			all = append(all, &sender{from: newSource(fmt.Sprint("address ", i)), rate: 0.2 + 8*random.Float64()*random.Float64()})
		}
		all = append(all, &sender{from: newSource("flood"), rate: 200})
		if seed%2 == 0 {
			all = append(all, &sender{from: source{{"chat", chatWeight}}, rate: 300, limit: 200})
		}
		if seed%3 == 0 {
			all = append(all, &sender{from: source{{"sender", senderWeight}}, rate: 60, limit: 200})
			for i := range 8 {
				all = append(all, &sender{from: source{{"people", peopleWeight}, {"a /48", addressWeight}, {fmt.Sprint("its /56 ", i), addressWeight}}, rate: 20})
			}
		}
		const counted, end = time.Minute, 7 * time.Minute
		runSenders(t, s, newTestClock().t, counted, end, seed, all)
		for a, want := range dueShares(40, all, 0) {
			got := a.taken / (end - counted).Seconds()
			chance := 4 * math.Sqrt(want/(end-counted).Seconds())
			if d := math.Abs(got - want); d > max(0.05*want, chance) {
				t.Errorf("seed %d: %v asks for %.2f a second and gets %.2f, want %.2f", seed, a.from, a.rate, got, want)
			}
		}
	}
}

// A flood in the room, and several that begin one after the other, leave people at other
// addresses what they ask for, from the first moment on.
func TestFloodsLeaveOthersTheirShare(t *testing.T) {
	networks := func(n int) (out []source) {
		for i := range n {
			out = append(out, source{{"people", peopleWeight}, {"/48", addressWeight}, {fmt.Sprint("/56 ", i), addressWeight}})
		}
		return out
	}
	everything := append(networks(20), newSource("f"), newSource("g"), source{{"chat", chatWeight}}, source{{"chat 2", chatWeight}},
		source{{"sender", senderWeight}}, source{{"replay", replayWeight}})
	for _, tt := range []struct {
		name   string
		floods []source
	}{
		{"one address", []source{newSource("f")}},
		{"ten addresses", []source{newSource("0"), newSource("1"), newSource("2"), newSource("3"), newSource("4"), newSource("5"), newSource("6"), newSource("7"), newSource("8"), newSource("9")}},
		{"a chat", []source{{{"chat", chatWeight}}}},
		{"a replay and a sender", []source{{{"replay", replayWeight}}, {{"sender", senderWeight}}}},
		{"sixty networks of one /48", networks(60)},
		{"all networks of one /48", networks(256)},
		{"two chats, a sender, a replay, two addresses, a /48", everything},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newShare(40, 400, 200, newTestClock().t)
			var all, people []*sender
			for _, f := range tt.floods {
				all = append(all, &sender{from: f, rate: 400 / float64(len(tt.floods))})
				if f[0].name != "people" {
					all[len(all)-1].limit = programShare * s.burst
				}
			}
			for i := range 60 {
				people = append(people, &sender{from: newSource(fmt.Sprint("home ", i)), rate: 1.0 / 3})
			}
			asked, taken := 0.0, 0.0
			runSenders(t, s, newTestClock().t, 0, 2*time.Minute, 4, append(all, people...))
			for _, p := range people {
				asked += p.asked
				taken += p.taken
			}
			if taken < 0.99*asked {
				t.Errorf("of %v comments of others the room took %v", asked, taken)
			}
		})
	}
}

// A flood that comes and goes gains no more from its pauses than the room's burst: others
// lose nothing at its return, at any rhythm.
func TestFloodsThatComeAndGo(t *testing.T) {
	for _, rhythm := range []time.Duration{time.Second, 3 * time.Second, 15 * time.Second, 40 * time.Second} {
		for _, addresses := range []int{1, 5, 20} {
			s, began := newShare(40, 400, 200, newTestClock().t), newTestClock().t
			random := rand.New(rand.NewPCG(uint64(rhythm), uint64(addresses)))
			asked, taken := 0, 0
			ask := func(from source, at time.Time) bool {
				ok, _ := s.allow(from, s.burst, true, at)
				if ok {
					s.charge(from, true)
				}
				return ok
			}
			const step = 5 * time.Millisecond // 200 a second, or twice that
			for at := time.Duration(0); at < 4*time.Minute; at += step {
				now := began.Add(at)
				if at/rhythm%2 == 0 {
					for range 2 {
						ask(newSource(fmt.Sprint("f", random.IntN(addresses))), now)
					}
				}
				if random.Float64() < 20*step.Seconds() { // 60 people, each every 3 s
					if asked++; ask(newSource(fmt.Sprint("home ", random.IntN(60))), now) {
						taken++
					}
				}
			}
			if float64(taken) < 0.99*float64(asked) {
				t.Errorf("%v on, %v off, %d addresses: of %d comments of others the room took %d", rhythm, rhythm, addresses, asked, taken)
			}
		}
	}
}

// Trusted people at the flood's own address take precedence over untrusted ones, and take
// nothing from other addresses.
func TestTrustedAuthorsComeFirstAtTheirAddress(t *testing.T) {
	s := newShare(40, 400, 200, newTestClock().t)
	flood := &sender{from: newSource("venue"), rate: 200, low: true}
	trusted := &sender{from: newSource("venue"), rate: 5}
	other := &sender{from: newSource("home"), rate: 5}
	runSenders(t, s, newTestClock().t, 10*time.Second, 3*time.Minute, 8, []*sender{flood, trusted, other})
	if trusted.share() < 0.99 || other.share() < 0.99 {
		t.Errorf("trusted people at the address get %.3f, others %.3f of their requests", trusted.share(), other.share())
	}
	if flood.share() > 0.2 {
		t.Errorf("the flood gets %.3f", flood.share())
	}
	// A trusted person who floods gets no more than the address's part.
	s = newShare(40, 400, 200, newTestClock().t)
	flood, greedy := &sender{from: newSource("venue"), rate: 100, low: true}, &sender{from: newSource("venue"), rate: 100}
	rival := &sender{from: newSource("home"), rate: 100}
	runSenders(t, s, newTestClock().t, time.Minute, 6*time.Minute, 8, []*sender{flood, greedy, rival, other})
	if got := rival.taken / 300; got < 17 {
		t.Errorf("a rival address gets %.1f a second, want half of the rest", got)
	}
	if greedy.share() < 2*flood.share() {
		t.Errorf("at one address trusted ones get %.3f and untrusted ones %.3f", greedy.share(), flood.share())
	}
}

// For any charges and pauses, the sum of all backlogs is what the room lacks of a full
// bucket, and none is below zero; groups have the sum of their members.
func TestShareCountersStayConsistent(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 6))
		clock := newTestClock()
		s := newShare(1+60*random.Float64(), 50+300*random.Float64(), 100, clock.t)
		for range 3000 {
			clock.advance(time.Duration(random.ExpFloat64() * random.Float64() * float64(100*time.Millisecond)))
			from := newSource(fmt.Sprint("address ", random.IntN(30)))
			switch random.IntN(4) {
			case 0:
				from = source{{"people", peopleWeight}, {fmt.Sprint("/48 ", random.IntN(3)), addressWeight}, {fmt.Sprint("/56 ", random.IntN(9)), addressWeight}}
			case 1:
				from = source{{fmt.Sprint("chat ", random.IntN(2)), chatWeight}}
			}
			first := random.IntN(2) == 0
			if ok, _ := s.allow(from, s.burst, first, clock.t); ok {
				s.charge(from, first)
			}
			var check func(p *party) float64
			check = func(p *party) (sum float64) {
				for name, c := range p.members {
					p.drainMember(c)
					backlog := p.backlog(c)
					if below := check(c); len(c.members) > 0 && math.Abs(below-backlog) > 1e-6 {
						t.Fatalf("seed %d: %s owes %v, its members %v", seed, name, backlog, below)
					}
					if backlog < -1e-9 || c.low < -1e-9 || c.low > backlog+1e-9 {
						t.Fatalf("seed %d: %s has a backlog of %v, %v of lower rank", seed, name, backlog, c.low)
					}
					sum += backlog
				}
				if n := len(p.members); n != len(p.shortest.list) || n != len(p.longest.list) {
					t.Fatalf("seed %d: %d members are ordered as %d and %d", seed, n, len(p.shortest.list), len(p.longest.list))
				}
				return sum
			}
			if sum := check(&s.root); math.Abs(sum-s.total) > 1e-6 || s.total > s.burst+s.reserve {
				t.Fatalf("seed %d: the backlogs are %v, the room has %v of at most %v", seed, sum, s.total, s.burst+s.reserve)
			}
		}
	}
}

// An empty backlog takes no memory.
func TestShareForgets(t *testing.T) {
	clock := newTestClock()
	s := newShare(40, 400, 200, clock.t)
	for i := range 1000 {
		from := newSource(fmt.Sprint(i))
		if ok, _ := s.allow(from, s.burst, true, clock.t); ok {
			s.charge(from, true)
		}
	}
	clock.advance(time.Hour)
	s.advance(clock.t)
	if n := len(s.root.members); n != 0 || s.total != 0 {
		t.Errorf("%d parties and %v tokens are left after an hour", n, s.total)
	}
}

func BenchmarkShareUnderFlood(b *testing.B) {
	clock := newTestClock()
	s := newShare(40, 400, 200, clock.t)
	froms := make([]source, 1000)
	for i := range froms {
		froms[i] = newSource(fmt.Sprint(i))
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		clock.advance(100 * time.Microsecond)
		from := froms[i%len(froms)]
		if ok, _ := s.allow(from, s.burst, true, clock.t); ok {
			s.charge(from, true)
		}
	}
}
