//go:build !nocluster

package cluster_test

import (
	"errors"
	"testing"

	"danmaku/cluster"
)

// A cluster is upgraded one machine after the other. Both programs read what the newer one
// writes in the older form. Once a message is written that the older one cannot read, the
// machine that still has it stops following, says why, is not ready and never the home; the
// others continue. It catches up when it is upgraded, and so does one that goes back and
// forth.
func TestARollingUpgrade(t *testing.T) {
	one := startClusterOfOne(t)
	one.start()
	two := one.joinMachine("n2")
	three := one.joinMachine("n3")
	all := []*machine{one, two, three}
	whole := func(s cluster.Status) bool {
		for _, m := range s.Machines {
			if !m.Ready || m.Older {
				return false
			}
		}
		return s.Copies == 3 && countUp(s) == 3 && s.Home != ""
	}
	one.awaitStatus("on three", whole)
	one.appendComment("a")
	const newer = 2
	restart := func(m *machine, version int) {
		t.Helper()
		m.stop()
		m.version = version
		m.start()
	}
	// Two machines are upgraded, and write nothing new yet.
	for _, m := range all[1:] {
		restart(m, newer)
		m.awaitStatus("on three again", whole)
	}
	one.appendComment("b") // the older program writes
	for _, m := range all[1:] {
		if got := m.awaitTexts(2); got != "a b" {
			t.Errorf("a newer program has %q of an older one's", got)
		}
	}
	// Something new is written.
	two.appendComment("c")
	if got := three.awaitTexts(3); got != "a b c" {
		t.Errorf("the newer ones have %q", got)
	}
	s := three.awaitStatus("the older one says what it is", func(s cluster.Status) bool {
		return countUp(s) == 3 && s.Machines[0].Older && !s.Machines[0].Ready && s.Machines[0].Lag == 1 && s.Home != "n1" && s.Home != ""
	})
	if s.Machines[1].Older || s.Machines[2].Older {
		t.Errorf("%+v", s)
	}
	if err := one.cluster.Membership().Ready(); err == nil {
		t.Error("the older one says that it is ready")
	}
	if s := one.awaitStatus("asked itself", func(s cluster.Status) bool { return s.From == "n1" }); s.Fault == "" {
		t.Errorf("it has no fault: %+v", s)
	}
	three.appendComment("d") // the others continue
	// It is upgraded.
	restart(one, newer)
	if got := one.awaitTexts(4); got != "a b c d" {
		t.Errorf("upgraded it has %q", got)
	}
	one.awaitStatus("all of one version", whole)
	// One goes back to the older program, and then forward again. It has all newer messages
	// already, so it follows until the next of these.
	restart(one, 1)
	one.awaitStatus("back again", whole)
	two.appendComment("e")
	two.awaitStatus("too old again", func(s cluster.Status) bool { return s.Machines[0].Older })
	restart(one, newer)
	if got := one.awaitTexts(5); got != "a b c d e" {
		t.Errorf("upgraded again it has %q", got)
	}
}

// A machine that was away for longer than the log reaches back gets no copy of a database
// that its program cannot read, and keeps its own.
func TestNoCopyForAnOlderProgram(t *testing.T) {
	one := startClusterOfOne(t)
	one.start()
	two := one.joinMachine("n2")
	if _, err := cluster.FetchCopy(boundedContext(t), two.dir, 6); !errors.Is(err, cluster.ErrOlder) {
		t.Errorf("an older program gets a copy: %v", err)
	}
	if _, err := cluster.FetchCopy(boundedContext(t), two.dir, 8); err != nil {
		t.Errorf("a newer one gets none: %v", err)
	}
}
