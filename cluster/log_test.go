//go:build !nocluster

package cluster_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"danmaku/cluster"
	"danmaku/freeport"
	"danmaku/room"
)

// startThreeNodes starts three nodes in this process, which find each other, and end with the test.
// log is nil when the test does not read their log.
func startThreeNodes(t *testing.T, log *slog.Logger) []*cluster.Node {
	t.Helper()
	nodes, err := startThree(t.TempDir(), log)
	for _, n := range nodes {
		t.Cleanup(n.Close)
	}
	if err != nil {
		t.Fatal(err)
	}
	return nodes
}

func startThree(dir string, log *slog.Logger) (nodes []*cluster.Node, err error) {
	var peers []string
	for range 3 {
		address, err := freeport.Next(1)
		if err != nil {
			return nil, err
		}
		peers = append(peers, address)
	}
	for i, listen := range peers {
		n, err := cluster.Start(cluster.Options{Name: fmt.Sprintf("n%d", i+1), Dir: filepath.Join(dir, fmt.Sprint(i)), Listen: listen, Peers: peers, Key: "secret", Log: log})
		if err != nil {
			return nodes, err
		}
		nodes = append(nodes, n)
	}
	return nodes, nil
}

// shared are three machines for all tests that do not damage them.
var shared []*cluster.Node

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "danmaku-cluster")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		shared, err = startThree(dir, nil)
		for _, n := range shared {
			defer n.Close()
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return m.Run()
	}())
}

// newLog opens a new log for a test on the first n of the shared machines.
func newLog(t *testing.T, n int) []*cluster.Log {
	t.Helper()
	name := fmt.Sprintf("log%d", logs.Add(1))
	var all []*cluster.Log
	for _, node := range shared[:n] {
		all = append(all, openLog(t, node, name))
	}
	t.Cleanup(func() {
		if err := all[0].Drop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return all
}

var logs atomic.Int64

// silence is how long a machine of these tests may be silent, or stand still for half of it: a
// slow one is not dead. One that is killed or leaves is noticed at once.
const silence = 5 * time.Second

// noon is the time of everything in these tests.
var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// boundedContext bounds the waiting of a test when something is broken.
func boundedContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func openLog(t *testing.T, n *cluster.Node, name string) *cluster.Log {
	t.Helper()
	l, err := n.OpenLog(boundedContext(t), name, 3)
	if err != nil {
		t.Fatal(err)
	}
	l.SetPublishWithin(time.Minute) // a slow machine is not a fault of the log
	return l
}

// memory is a database that stores payloads in a list.
type memory struct {
	mu      sync.Mutex
	list    []string
	refuse  error
	changed chan struct{}
}

func newMemory() *memory { return &memory{changed: make(chan struct{})} }

func (m *memory) Position(context.Context) (uint64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return uint64(len(m.list)), nil
}

func (m *memory) Apply(_ context.Context, batches []cluster.Batch) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.refuse != nil {
		return m.refuse
	}
	for _, b := range batches {
		at := uint64(len(m.list))
		if b.Pos <= at {
			continue
		}
		if b.Prev != at || b.Pos != at+1 {
			return fmt.Errorf("batch %d behind %d is applied at %d", b.Pos, b.Prev, at)
		}
		m.list = append(m.list, string(b.Payload))
	}
	close(m.changed)
	m.changed = make(chan struct{})
	return nil
}

// awaitPayloads waits until there are n payloads.
func (m *memory) awaitPayloads(t *testing.T, n int) []string {
	t.Helper()
	ctx := boundedContext(t)
	for {
		m.mu.Lock()
		list, changed := m.list, m.changed
		m.mu.Unlock()
		if len(list) >= n {
			return list
		}
		select {
		case <-changed:
		case <-ctx.Done():
			t.Fatalf("%d payloads have come, want %d", len(list), n)
		}
	}
}

func startReader(t *testing.T, l *cluster.Log, m *memory) *cluster.Reader {
	t.Helper()
	r, err := l.Read(m)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

// Messages are published one after the other, including long ones; a publisher that is
// behind gets an error; and every machine reads the same messages, even one that came later
// or missed the broadcast.
func TestLog(t *testing.T) {
	all := newLog(t, 3)
	a, b, c := all[0], all[1], all[2]
	near := newMemory()
	startReader(t, b, near)
	deaf := newMemory()
	if err := startReader(t, c, deaf).Deafen(); err != nil {
		t.Fatal(err)
	}
	noise := make([]byte, 2<<20) // incompressible
	source := rand.NewChaCha8([32]byte{1})
	if _, err := source.Read(noise); err != nil {
		t.Fatal(err)
	}
	want := []string{"one", "two", string(bytes.Repeat([]byte("long"), 100_000)), string(noise), ""}
	for i, payload := range want {
		pos, err := a.Publish(uint64(i), []byte(payload))
		if err != nil || pos != uint64(i+1) {
			t.Fatalf("publish %d: position %d, %v", i, pos, err)
		}
	}
	for _, prev := range []uint64{0, 3, 7} {
		if pos, err := b.Publish(prev, []byte("stale")); !errors.Is(err, room.ErrMoved) {
			t.Errorf("behind %d, where the log is at %d: position %d, %v; want ErrMoved", prev, len(want), pos, err)
		}
	}
	c.Reaches(uint64(len(want))) // as after a heartbeat
	late := newMemory()
	a.Reaches(uint64(len(want)))
	startReader(t, a, late)
	for name, m := range map[string]*memory{"near": near, "deaf": deaf, "late": late} {
		for i, payload := range m.awaitPayloads(t, len(want)) {
			if payload != want[i] {
				t.Errorf("%s: payload %d has %d bytes and is not the one that was published", name, i, len(payload))
			}
		}
	}
}

// Of many concurrent publishers, each behind the position it has read, every one without an
// error has its message in the log, once and at its place, and no other message is there.
func TestManyWritersOfOneLog(t *testing.T) {
	nodes, all := shared, newLog(t, 3)
	const each = 40
	acked := make([][]string, 3)
	positions := make([]map[string]uint64, 3)
	memories := make([]*memory, 3)
	var writing sync.WaitGroup
	for i, n := range nodes {
		l, m := all[i], newMemory()
		startReader(t, l, m)
		memories[i], positions[i] = m, map[string]uint64{}
		writing.Go(func() {
			for len(acked[i]) < each {
				m.mu.Lock()
				prev, changed := uint64(len(m.list)), m.changed
				m.mu.Unlock()
				text := fmt.Sprintf("%s %d", n.Name(), len(acked[i]))
				pos, err := l.Publish(prev, []byte(text))
				switch {
				case err == nil: // like the writer of a database that commits
					acked[i], positions[i][text] = append(acked[i], text), pos
					if err := m.Apply(t.Context(), []cluster.Batch{{Pos: pos, Prev: prev, Payload: []byte(text)}}); err != nil {
						t.Error(err)
						return
					}
				case errors.Is(err, room.ErrMoved):
					select {
					case <-changed:
					case <-t.Context().Done():
						return
					}
				default:
					t.Error(err)
					return
				}
			}
		})
	}
	writing.Wait()
	var last []string
	for i := range nodes {
		list := memories[i].awaitPayloads(t, 3*each)
		if len(list) != 3*each {
			t.Errorf("n%d has %d, want %d", i+1, len(list), 3*each)
		}
		for j := range positions {
			for text, pos := range positions[j] {
				if list[pos-1] != text {
					t.Errorf("n%d has %q at %d, where %q was acknowledged", i+1, list[pos-1], pos, text)
				}
			}
		}
		if i > 0 && fmt.Sprint(last) != fmt.Sprint(list) {
			t.Errorf("n%d has another order than n%d", i+1, i)
		}
		last = list
	}
}

// When the leader of the log dies, everything acknowledged stays, and writing continues.
func TestLeaderDies(t *testing.T) {
	nodes := startThreeNodes(t, nil)
	logs := map[string]*cluster.Log{}
	for _, n := range nodes {
		logs[n.Name()] = openLog(t, n, "house")
	}
	leader, err := logs["n1"].Leader(boundedContext(t))
	if err != nil {
		t.Fatal(err)
	}
	var writer, other *cluster.Log
	for _, n := range nodes {
		switch {
		case n.Name() == leader:
			defer n.Kill() // a second Kill does no harm
		case writer == nil:
			writer = logs[n.Name()]
		default:
			other = logs[n.Name()]
		}
	}
	m := newMemory()
	startReader(t, other, m)
	var want []string
	for i := range 60 {
		if i == 20 {
			for _, n := range nodes {
				if n.Name() == leader {
					n.Kill()
				}
			}
		}
		text := fmt.Sprint(i)
		if pos, err := writer.Publish(uint64(i), []byte(text)); err != nil || pos != uint64(i+1) {
			t.Fatalf("publish %d: position %d, %v", i, pos, err)
		}
		want = append(want, text)
	}
	other.Reaches(60)
	if got := m.awaitPayloads(t, 60); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the third machine has %v", got)
	}
}

// A message that a leader receives while it gives up its place is neither stored nor
// refused. The same message goes to the next leader as soon as there is one, and not only
// after a long wait for an answer.
func TestLeaderGivesUpItsPlace(t *testing.T) {
	var ids []string
	var elect func() error
	lead := func(id string) []byte {
		if ids = append(ids, id); len(ids) < 3 {
			if err := elect(); err != nil {
				t.Error(err)
			}
			return nil
		}
		return []byte(`{"stream":"led","seq":1}`)
	}
	l, elected, err := shared[0].Led("led", lead)
	if err != nil {
		t.Fatal(err)
	}
	elect = elected
	l.SetPublishWithin(time.Minute)
	l.SetFirstWithin(time.Minute)
	if pos, err := l.Publish(0, []byte("x")); pos != 1 || err != nil {
		t.Errorf("published at %d (%v), want 1", pos, err)
	}
	if len(ids) != 3 || ids[0] == "" || ids[1] != ids[0] || ids[2] != ids[0] {
		t.Errorf("leaders got %q, want the same message three times", ids)
	}
}

// A single machine of several publishes nothing; the next attempt with the same position
// settles the outcome of the previous one.
func TestNoMajority(t *testing.T) {
	nodes := startThreeNodes(t, nil)
	l := openLog(t, nodes[0], "house")
	if _, err := l.Publish(0, []byte("one")); err != nil {
		t.Fatal(err)
	}
	nodes[1].Kill()
	nodes[2].Kill()
	l.SetPublishWithin(time.Second)
	if pos, err := l.Publish(1, []byte("two")); err == nil || errors.Is(err, room.ErrMoved) {
		t.Errorf("alone: position %d, %v", pos, err)
	}
}

// After everything has aged away, only a message that follows the last one is accepted. A
// machine that has not read the last one needs a copy.
func TestMessagesThatAgedOutOfTheLog(t *testing.T) {
	all := newLog(t, 3)
	l, away, ahead := all[0], all[1], all[2]
	for i := range 3 {
		if _, err := l.Publish(uint64(i), []byte("old")); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Empty(boundedContext(t)); err != nil {
		t.Fatal(err)
	}
	for _, prev := range []uint64{0, 2, 4} {
		if pos, err := l.Publish(prev, []byte("stale")); !errors.Is(err, room.ErrMoved) {
			t.Errorf("behind %d: position %d, %v; want ErrMoved", prev, pos, err)
		}
	}
	for prev := uint64(3); prev < 5; prev++ {
		if pos, err := l.Publish(prev, []byte("new")); err != nil || pos != prev+1 {
			t.Errorf("behind %d: position %d, %v", prev, pos, err)
		}
	}
	away.Reaches(5)
	awaitErr(t, startReader(t, away, newMemory()), cluster.ErrGone)
	ahead.Reaches(9)
	m := newMemory()
	m.list = make([]string, 8)
	awaitErr(t, startReader(t, ahead, m), cluster.ErrAhead)
}

// awaitErr waits until a reader cannot continue.
func awaitErr(t *testing.T, r *cluster.Reader, want error) {
	t.Helper()
	ctx := boundedContext(t)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !errors.Is(r.Err(), want) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("the reader says %v, want %v", r.Err(), want)
		}
	}
}
