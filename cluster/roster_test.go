package cluster

import (
	"fmt"
	"testing"
	"time"
)

const second = time.Second

// run ticks a level machine from one moment until another.
func (r *roster) run(from, until time.Duration, pos, last uint64) {
	for now := from; now <= until; now += beatEvery {
		for _, o := range r.others { // they continue, too
			o.heard = now
		}
		r.tick(now, true, pos, last)
	}
}

func (r *roster) check(t *testing.T, when, home string) {
	t.Helper()
	if got := r.home(); got != home {
		t.Errorf("%s: the home is %q, want %q", when, got, home)
	}
}

// A machine is eligible once it was level for two seconds, and no longer when it has lagged
// behind for as long, at once when it is unfit, and after a freeze.
func TestEligible(t *testing.T) {
	r := newRoster("a", "", false)
	r.check(t, "at the start", "")
	r.run(0, 2*second, 5, 5)
	r.check(t, "two seconds after the start, which was not level yet", "")
	r.run(2*second, 3*second, 5, 5)
	r.check(t, "level for two seconds", "a")

	r.run(3*second, 4*second, 5, 9)
	r.check(t, "behind for a second", "a")
	r.run(4*second, 6*second, 5, 9)
	r.check(t, "behind for two", "")
	r.run(6*second, 7*second, 9, 9)
	r.check(t, "level for one", "")
	r.run(7*second, 9*second, 9, 9)
	r.check(t, "level for two", "a")

	for now := 9 * second; now < 12*second; now += beatEvery { // the log is always a little ahead
		r.tick(now, true, 10+uint64(now/beatEvery), 12+uint64(now/beatEvery))
	}
	for now := 12 * second; now < 15*second; now += beatEvery {
		r.tick(now, true, uint64(now/beatEvery), 1+uint64(now/beatEvery))
	}
	r.check(t, "while others write", "a")

	r.tick(15*second, false, 90, 90)
	r.check(t, "unfit", "")
	r.run(15*second+beatEvery, 18*second, 90, 90)
	r.check(t, "fit again for long", "a")

	r.hear(beat{Name: "b", Boot: "1", Position: 90, Eligible: true}, 18*second)
	r.tick(18*second+r.stoodStill()+1, true, 90, 90)
	r.check(t, "after it stood still", "")
	if len(r.others) != 0 {
		t.Errorf("it still relies on old knowledge of %v", r.members())
	}
	r.run(19*second, 20*second, 90, 90)
	r.check(t, "a second later", "")
	r.run(20*second, 22*second, 90, 90)
	r.check(t, "calm again", "a")
}

// What a machine lacks is counted at its heartbeats: one that follows a busy log lacks
// nothing, although the log's end is ahead of its last heartbeat, and one that stands
// still lacks more and more. Where an older program's heartbeat does not say it, its
// position counts.
func TestBehind(t *testing.T) {
	r := newRoster("a", "", false)
	said := uint64(4)
	for i, step := range []struct {
		pos, last uint64 // of this machine, and of the log
		older     uint64 // position of a machine with an older program
		want      [3]uint64
	}{
		{7, 10, 10, [3]uint64{3, 4, 0}},  // the first tick
		{10, 80, 80, [3]uint64{0, 4, 0}}, // the log has grown by 70 since
		{80, 150, 80, [3]uint64{0, 4, 70}},
		{80, 220, 80, [3]uint64{70, 4, 140}},
		{80, 290, 290, [3]uint64{140, 4, 0}},
		{280, 290, 290, [3]uint64{10, 4, 0}},
		{290, 290, 290, [3]uint64{0, 4, 0}},
	} {
		now := time.Duration(i) * beatEvery
		r.hear(beat{Name: "b", Boot: "1", Position: 1, Behind: &said}, now)
		r.hear(beat{Name: "c", Boot: "1", Position: step.older}, now)
		r.tick(now, true, step.pos, step.last)
		var got [3]uint64
		for k, m := range r.members() {
			got[k] = m.Behind
		}
		if got != step.want {
			t.Errorf("step %d: %v, want %v", i, got, step.want)
		}
	}
}

// A machine that is silent, does not answer or leaves stops being a member, and a delayed
// heartbeat does not bring it back.
func TestMembers(t *testing.T) {
	r := newRoster("a", "", false)
	count := func(when string, want int) {
		t.Helper()
		if got := r.members(); len(got) != want {
			t.Errorf("%s: %v, want %d", when, got, want)
		}
	}
	b := beat{Name: "b", Boot: "1", Eligible: true}
	r.tick(0, true, 0, 0)
	r.hear(beat{Name: "a", Boot: "0"}, 0) // its own
	r.hear(b, 0)
	count("heard", 2)
	r.check(t, "b alone may", "b")
	r.run(beatEvery, silentFor, 0, 0)
	r.others["b"].heard = 0
	r.tick(silentFor, true, 0, 0)
	count("silent for as long as it may be", 2)
	r.tick(silentFor+1, true, 0, 0)
	count("silent for longer", 1)
	r.hear(b, 2*second)
	count("heard again", 2)
	r.gone("b")
	count("nothing answers for it", 1)
	r.hear(b, 2*second)
	r.hear(beat{Name: "b", Boot: "1", Leaving: true}, 2*second)
	count("left", 1)
	r.hear(b, 2*second)
	count("a late beat", 1)
	r.hear(beat{Name: "b", Boot: "2"}, 2*second)
	count("started again", 2)
	r.check(t, "not level yet", "")
}

// All machines find the same home, each machine is home of its share of clusters, and a
// machine that leaves changes the home only if it was the home.
func TestWhichMachineIsHome(t *testing.T) {
	names := []string{"n1", "n2", "n3", "n4", "n5"}
	find := func(self string, names []string) string {
		r := newRoster(self, "", false)
		r.self.Eligible = true
		for _, name := range names {
			r.hear(beat{Name: name, Boot: "1", Eligible: true}, 0)
		}
		return r.home()
	}
	home := find("n1", names)
	for _, self := range names {
		if got := find(self, names); got != home {
			t.Errorf("%s finds %s, n1 %s", self, got, home)
		}
	}
	for i, away := range names {
		rest := append(append([]string{}, names[:i]...), names[i+1:]...)
		got := find(rest[0], rest)
		if (got != home) != (away == home) {
			t.Errorf("without %s the home is %s, before it was %s", away, got, home)
		}
	}
	alone := newRoster("n1", "", false)
	alone.self.Eligible, alone.need = true, 2
	if got := alone.home(); got != "" {
		t.Errorf("one machine of three finds the home %s", got)
	}
	seen := map[string]int{}
	for i := range 100 {
		seen[find(fmt.Sprint("x", i), []string{fmt.Sprint("y", i)})[:1]]++
	}
	if seen["x"] < 20 || seen["y"] < 20 {
		t.Errorf("of two machines the first was home %d times and the second %d times", seen["x"], seen["y"])
	}
}

// An edge is never the home, whatever it claims, and does not count for the majority:
// neither in its own roster nor in others'.
func TestAnEdgeDoesNotCount(t *testing.T) {
	edge := newRoster("a", "", true)
	edge.need = 1
	edge.run(0, 5*second, 5, 5)
	if !edge.self.Level || edge.self.Eligible {
		t.Errorf("level for long, it says of itself %+v", edge.self)
	}
	edge.check(t, "an edge alone", "")
	edge.hear(beat{Name: "n1", Boot: "1", Eligible: true}, 5*second)
	edge.check(t, "beside the one machine of a cluster", "n1")
	edge.need = 2
	edge.check(t, "beside one of three", "")
	edge.hear(beat{Name: "b", Boot: "1", Edge: true, Level: true, Eligible: true}, 5*second)
	edge.check(t, "beside one of three and another edge", "")
	edge.hear(beat{Name: "n2", Boot: "1"}, 5*second)
	edge.check(t, "beside two of three", "n1")

	one := newRoster("n1", "", false)
	one.need = 2
	one.run(0, 5*second, 5, 5)
	one.hear(beat{Name: "a", Boot: "1", Edge: true, Level: true, Eligible: true}, 5*second)
	one.check(t, "one of three beside an edge", "")
	one.hear(beat{Name: "n2", Boot: "1"}, 5*second)
	one.check(t, "two of three beside an edge", "n1")
	one.self.Eligible = false
	one.check(t, "none of the three may be", "")
	for _, m := range one.members() {
		if m.Edge != (m.Name == "a") || m.Level != (m.Name != "n2") || m.Home {
			t.Errorf("it lists %+v", m)
		}
	}
}

// Where the operator allows a longer silence, a machine that is silent, lags or stood still
// for less than that changes nothing.
func TestSilenceMayBeLonger(t *testing.T) {
	r := newRoster("a", "", false)
	r.allow(0)
	if r.silent != silentFor {
		t.Errorf("without a choice a machine may be silent for %s", r.silent)
	}
	r.allow(10 * second)
	r.run(0, 4*second, 5, 5)
	r.hear(beat{Name: "b", Boot: "1", Position: 5, Silence: 2500}, 4*second)
	if all := r.members(); all[0].Silence != 10*second || all[1].Silence != 2500*time.Millisecond {
		t.Errorf("the machines tell %v", all)
	}
	r.run(4*second, 8*second, 4, 9)
	r.check(t, "behind for four seconds", "a")
	r.run(8*second, 15*second, 4, 9)
	r.check(t, "behind for eleven", "")
	r.run(15*second, 18*second, 9, 9)
	r.check(t, "level for three", "a")
	r.others["b"].heard = 18 * second
	r.tick(23*second, true, 9, 9)
	r.check(t, "after it stood still for five", "a")
	if len(r.others) != 1 {
		t.Errorf("a machine that was silent for five seconds is forgotten: %v", r.members())
	}
	for now := 23 * second; now <= 28*second+beatEvery; now += beatEvery {
		r.tick(now, true, 9, 9)
	}
	if len(r.others) != 0 {
		t.Errorf("after more than ten seconds there is still %v", r.members())
	}
	r.tick(34*second, true, 9, 9)
	r.check(t, "after it stood still for nearly six", "")
}

// A machine knows who is up once it has listened for as long as another one may be silent,
// and not right after a freeze.
func TestWhenAMachineIsSureOfTheRoster(t *testing.T) {
	r := newRoster("a", "", false)
	sure := func(when string, now time.Duration, want bool) {
		t.Helper()
		if got := r.heardFromAll(now); got != want {
			t.Errorf("%s: it is sure: %v", when, got)
		}
	}
	sure("at the start", 0, false)
	r.run(0, second, 0, 0)
	sure("after a second", second, false)
	r.run(second, 2*second, 0, 0)
	sure("after two", 2*second, true)
	sure("while it stands still", 3*second, false)
	r.run(3*second, 4*second, 0, 0)
	sure("a second later", 4*second, false)
	r.run(4*second, 5*second, 0, 0)
	sure("calm again", 5*second, true)
}
