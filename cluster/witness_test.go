//go:build !nocluster

package cluster_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"danmaku/cluster"
	"danmaku/store"
)

// witness is a machine that stores only the log.
type witness struct {
	t       *testing.T
	dir     string
	cluster *cluster.Cluster
}

// witness makes a witness join m, and starts it.
func (m *machine) witness(name string) *witness {
	m.t.Helper()
	j := m.joining(name)
	j.Witness = true
	j.Schema = 0 // it needs no database, so none can be too new for it
	j.Put = func(context.Context, []byte, string) error {
		m.t.Error("a witness gets a database, or the secret")
		return nil
	}
	c, err := cluster.Join(boundedContext(m.t), j)
	if err != nil {
		m.t.Fatal(err)
	}
	if !c.Witness || c.Keepers() != len(c.Peers) {
		m.t.Fatalf("it joined as %+v", c)
	}
	w := &witness{t: m.t, dir: j.Dir}
	w.start()
	return w
}

func (w *witness) start() {
	w.t.Helper()
	c, err := cluster.Open(boundedContext(w.t), w.dir, nil, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	w.cluster = c
	w.t.Cleanup(w.stop)
	if err := c.Witness(silence); err != nil {
		w.t.Fatal(err)
	}
}

func (w *witness) stop() {
	if w.cluster != nil {
		w.cluster.Close()
		w.cluster = nil
	}
}

// Two machines and a witness store the log on three, so that each of the three may die:
// everything acknowledged is kept and writing continues. The witness has neither database
// nor secret, is never the home, and admits nobody.
func TestAWitnessStandsInForAThirdMachine(t *testing.T) {
	one := startClusterOfOne(t)
	one.start()
	one.appendComment("a")
	two := one.joinMachine("n2")
	three := one.witness("w")
	whole := func(s cluster.Status) bool { return s.Copies == 3 && countUp(s) == 3 && s.Home != "" }
	s := one.awaitStatus("a log on three", whole)
	for _, m := range s.Machines {
		if m.Witness != (m.Name == "w") || m.Edge || !m.Up {
			t.Errorf("%+v", m)
		}
	}
	for _, name := range []string{store.KeyFile(three.dir), filepath.Join(three.dir, "danmaku.db"), filepath.Join(three.dir, "cluster", "danmaku.db")} {
		if _, err := os.Stat(name); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the witness has %s: %v", name, err)
		}
	}
	if entries, err := os.ReadDir(filepath.Join(three.dir, "cluster", "log")); err != nil || len(entries) == 0 {
		t.Errorf("it keeps no log: %v", err)
	}
	if _, err := cluster.Invite(three.dir, 1, time.Now().Add(time.Hour)); !errors.Is(err, cluster.ErrWitness) {
		t.Errorf("it invites: %v", err)
	}

	// The home dies, which is a machine with rooms, and the other one continues with the
	// witness.
	other := map[string]*machine{"n1": two, "n2": one}[s.Home]
	if other == nil {
		t.Fatalf("the home is %q", s.Home)
	}
	home := map[*machine]*machine{one: two, two: one}[other]
	home.stop()
	other.appendComment("b")
	if s := other.awaitStatus("two are left", func(s cluster.Status) bool { return countUp(s) == 2 && s.Home != "" }); s.Home == "w" {
		t.Errorf("the witness is the home: %+v", s)
	}
	home.start()
	if got := home.awaitTexts(2); got != "a b" {
		t.Errorf("back again it has %q", got)
	}
	other.awaitStatus("on three again", whole)
	// The witness dies, too, and comes back.
	three.stop()
	other.appendComment("c")
	if got := home.awaitTexts(3); got != "a b c" {
		t.Errorf("without the witness: %q", got)
	}
	three.start()
	s = other.awaitStatus("with the witness again", whole)
	if from, err := cluster.AskStatus(boundedContext(t), three.dir); err != nil || from.From != "w" || from.Position != s.Position {
		t.Errorf("the witness says %+v, %v; the others are at %d", from, err, s.Position)
	}
	// It can be removed like any machine.
	if err := cluster.Expel(boundedContext(t), one.dir, "w"); !errors.Is(err, cluster.ErrRuns) {
		t.Errorf("a witness that runs was taken off: %v", err)
	}
	three.stop()
	one.awaitStatus("it is gone", func(s cluster.Status) bool { return countUp(s) == 2 })
	if err := cluster.Expel(boundedContext(t), three.dir, "w"); err != nil {
		t.Fatal(err)
	}
	one.awaitStatus("two are listed", func(s cluster.Status) bool { return len(s.Machines) == 2 && s.Copies == 1 })
}
