//go:build !nocluster

package cluster_test

import (
	"context"
	"slices"
	"strconv"
	"testing"

	"danmaku/cluster"
)

// A machine is about to commit what it has published: its reader does not fetch that, and
// so adds no transaction to those of a busy home. It fetches a batch that is still not
// committed after two due checks.
func TestReadingIsNotACommit(t *testing.T) {
	l := newLog(t, 1)[0]
	ctx := boundedContext(t)
	m := newMemory()
	r := l.Still(counting{m, t})
	look := func(due bool, want ...string) {
		t.Helper()
		if err := r.Look(ctx, due); err != nil {
			t.Fatal(err)
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		if !slices.Equal(m.list, want) {
			t.Fatalf("the database has %q, want %q", m.list, want)
		}
	}
	pos, err := l.Publish(0, []byte("0"))
	if err != nil {
		t.Fatal(err)
	}
	look(false)
	look(true)
	look(false)
	look(true, "0") // the commit has failed
	want := []string{"0"}
	for i := range 10 {
		text := strconv.Itoa(i + 1)
		if pos, err = l.Publish(pos, []byte(text)); err != nil {
			t.Fatal(err)
		}
		look(true, want...)
		look(false, want...)
		want = append(want, text)
		m.mu.Lock()
		m.list = append(m.list, text) // the commit
		m.mu.Unlock()
		look(false, want...)
	}
}

// counting is a database that refuses batches that it has.
type counting struct {
	*memory
	t *testing.T
}

func (c counting) Apply(ctx context.Context, batches []cluster.Batch) error {
	pos, err := c.Position(ctx)
	if err != nil {
		return err
	}
	for _, b := range batches {
		if b.Pos <= pos {
			c.t.Errorf("batch %d comes a second time; the database is at %d", b.Pos, pos)
		}
	}
	return c.memory.Apply(ctx, batches)
}
