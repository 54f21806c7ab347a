//go:build !nocluster

package cluster_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"danmaku/cluster"
	"danmaku/room"
	"danmaku/store"
)

// joinEdge makes an edge join m, and starts it.
func (m *machine) joinEdge(name string) *machine {
	m.t.Helper()
	j := m.joining(name)
	j.Edge = true
	c, err := cluster.Join(boundedContext(m.t), j)
	if err != nil {
		m.t.Fatal(err)
	}
	if !c.Edge {
		m.t.Fatalf("it joined as %+v", c)
	}
	other := &machine{t: m.t, dir: j.Dir}
	other.start()
	return other
}

// edges counts the edges of a status that are up and up to date.
func edges(s cluster.Status) (n int) {
	for _, m := range s.Machines {
		if m.Edge && m.Up && m.Ready {
			n++
		}
	}
	return n
}

// An edge follows a cluster of one machine and of three, stores no copy of the log, admits
// others, continues after a restart and while each of the three is away, also after all of
// them were, and leaves.
func TestAnEdgeFollows(t *testing.T) {
	one := startClusterOfOne(t)
	one.start()
	one.appendComment("a")
	edge := one.joinEdge("edge")
	if got := edge.awaitTexts(1); got != "a" {
		t.Errorf("the edge has %q", got)
	}
	one.appendComment("b")
	if got := edge.awaitTexts(2); got != "a b" {
		t.Errorf("with one machine the edge has %q", got)
	}
	two := edge.joinMachine("n2") // it admits others
	three := two.joinMachine("n3")
	s := edge.awaitStatus("three and an edge", func(s cluster.Status) bool {
		return s.Copies == 3 && countUp(s) == 4 && edges(s) == 1 && s.Home != ""
	})
	if s.From != "edge" || s.Wanted != 3 || s.Home == "edge" || s.Leader == "edge" {
		t.Errorf("%+v", s)
	}
	if _, err := os.Stat(filepath.Join(edge.dir, "cluster", "log")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the edge keeps a log: %v", err)
	}
	// After a restart each of them knows the edges.
	for _, m := range []*machine{one, two, three, edge} {
		for ctx, tick := boundedContext(t), time.Tick(10*time.Millisecond); ; <-tick {
			c, err := cluster.ReadConfig(m.dir)
			if err != nil || ctx.Err() != nil {
				t.Fatalf("%+v, %v", c, err)
			}
			if len(c.Peers) == 4 && c.Keepers() == 3 && c.Peers[0].Edge && c.Edge == (m == edge) {
				break
			}
		}
	}
	// Each of the three restarts, as in an upgrade, and then the edge.
	want := "a b"
	all := []*machine{one, two, three}
	for i, m := range all {
		m.stop()
		next := all[(i+1)%3]
		next.appendComment(string(rune('c' + i)))
		want += " " + string(rune('c'+i))
		if got := edge.awaitTexts(len(want)/2 + 1); got != want {
			t.Errorf("with machine %d away the edge has %q, want %q", i+1, got, want)
		}
		m.start()
		next.awaitStatus("on three again", func(s cluster.Status) bool { return s.Copies == 3 && countUp(s) == 4 })
	}
	edge.stop()
	one.appendComment("f")
	edge.start()
	if got := edge.awaitTexts(6); got != want+" f" {
		t.Errorf("back again, the edge has %q", got)
	}
	// All three stop. The edge follows again when they are back.
	for _, m := range all {
		m.stop()
	}
	openAll(t, all)
	two.appendComment("g")
	if got := edge.awaitTexts(7); got != want+" f g" {
		t.Errorf("after all were away, the edge has %q", got)
	}
	two.awaitStatus("all are seen again", func(s cluster.Status) bool { return countUp(s) == 4 }) // the edge is asked first
	// An edge can be removed without a majority.
	if err := cluster.Expel(boundedContext(t), one.dir, "edge"); !errors.Is(err, cluster.ErrRuns) {
		t.Errorf("an edge that runs was taken off: %v", err)
	}
	edge.stop()
	if err := cluster.Expel(boundedContext(t), edge.dir, "edge"); err != nil {
		t.Fatal(err)
	}
	one.awaitStatus("three are left", func(s cluster.Status) bool { return len(s.Machines) == 3 && s.Copies == 3 })
}

// An edge that was away for longer than the log reaches back takes a copy of another
// machine's database, like any other machine.
func TestAnEdgeAwayForLongerThanTheLog(t *testing.T) {
	one := startClusterOfOne(t)
	one.start()
	edge := one.joinEdge("edge")
	edge.stop()
	one.appendComment("a")
	if err := one.cluster.Log().Empty(boundedContext(t)); err != nil {
		t.Fatal(err)
	}
	if err := edge.open(); !errors.Is(err, cluster.ErrGone) {
		t.Fatalf("started: %v", err)
	}
	edge.stop()
	file, err := cluster.FetchCopy(boundedContext(t), edge.dir, 7)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.PutMemberCopy(edge.dir, file); err != nil {
		t.Fatal(err)
	}
	edge.start()
	one.appendComment("b")
	if got := edge.awaitTexts(2); got != "a b" {
		t.Errorf("it has %q", got)
	}
}

// An edge is never the home: not with the others, not alone with one of three, and not
// alone. Then nobody decides, a forwarded command gets ErrBusy, and the edge's own database
// still answers. Once the three are back it forwards commands again.
func TestAnEdgeIsNeverTheHome(t *testing.T) {
	one := startClusterOfOne(t)
	one.start()
	two := one.joinMachine("n2")
	three := one.joinMachine("n3")
	name := "edge"
	for i := 0; cluster.HomeOf("n1", "n2", "n3", name) != name; i++ {
		name = fmt.Sprint("edge", i) // if it were not an edge, it would be the home
	}
	edge := one.joinEdge(name)
	one.appendComment("a")
	noHome := func(when string) {
		t.Helper()
		for ctx := boundedContext(t); ; {
			_, changed := edge.cluster.Membership().Members()
			home, mine := edge.cluster.Membership().Home()
			if mine || home == name {
				t.Fatalf("%s the edge is the home", when)
			}
			if home == "" {
				break
			}
			select {
			case <-changed:
			case <-ctx.Done():
				t.Fatalf("%s the home is %q", when, home)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if answer, err := edge.cluster.Forwarder().DoText(ctx, []byte("x"), false); !errors.Is(err, room.ErrBusy) {
			t.Errorf("%s a command is answered %q, %v", when, answer, err)
		}
		if got := edge.awaitTexts(1); got != "a" {
			t.Errorf("%s the edge has %q", when, got)
		}
	}
	s := edge.awaitStatus("all are there", func(s cluster.Status) bool { return s.Copies == 3 && edges(s) == 1 && s.Home != "" })
	if s.Home == name {
		t.Fatal("the edge is the home of four machines")
	}
	answer, err := edge.cluster.Forwarder().DoText(boundedContext(t), []byte("x"), false)
	if err != nil || string(answer) != s.Home {
		t.Errorf("a command is answered %q, %v; the home is %s", answer, err, s.Home)
	}
	three.stop()
	edge.awaitStatus("two and an edge", func(s cluster.Status) bool { return countUp(s) == 3 && s.Home != "" && s.Home != name })
	two.stop()
	noHome("alone with one of three")
	one.stop()
	noHome("alone")
	openAll(t, []*machine{one, two, three})
	if answer, err = edge.cluster.Forwarder().DoText(boundedContext(t), []byte("x"), false); err != nil || len(answer) != 2 {
		t.Errorf("once three are there, a command is answered %q, %v", answer, err)
	}
}
