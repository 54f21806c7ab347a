//go:build !nocluster

package cluster_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"danmaku/cluster"
	"danmaku/room"
)

// The home carries out commands, wherever they arrive. When it is killed during commands,
// the next home carries them out. More than a limited number at once are refused.
func TestForwarder(t *testing.T) {
	nodes := startThreeNodes(t, nil)
	var members []*cluster.Membership
	desks, at := make([]*cluster.Forwarder, 3), map[string]int{}
	hold := make(chan struct{}) // commands with the text "wait" wait for it
	arrived := make(chan string, 100)
	var held atomic.Value // the machine that waits
	held.Store("")
	var others atomic.Bool // may others be home, too?
	for i, n := range nodes {
		at[n.Name()] = i
		m := joinGroup(t, openLog(t, n, "house"), newMemory(), func() error {
			if i > 0 && !others.Load() {
				return errors.New("not yet")
			}
			return nil
		})
		members = append(members, m)
		d, err := m.OpenForwarder(func(ctx context.Context, c []byte) ([]byte, bool) {
			if _, mine := m.Home(); !mine {
				return nil, true
			}
			if string(c) == "fail" {
				panic("a fault of the handler")
			}
			if long := bytes.TrimPrefix(c, []byte("long ")); len(long) < len(c) {
				return long, false
			}
			if string(c) == "wait" && held.Load() == n.Name() {
				arrived <- n.Name()
				select {
				case <-hold:
				case <-ctx.Done():
				}
				return nil, true
			}
			return fmt.Append(nil, n.Name(), " ", string(c)), false
		})
		if err != nil {
			t.Fatal(err)
		}
		desks[i] = d
		t.Cleanup(d.Close)
	}
	t.Cleanup(func() { close(hold) })
	home := awaitSameHome(t, members, 3, "")
	var all sync.WaitGroup
	for i, d := range desks {
		for k := range 200 {
			all.Go(func() {
				text := fmt.Sprint(i, "-", k)
				if got, err := d.DoText(t.Context(), []byte(text), false); err != nil || string(got) != home+" "+text {
					t.Errorf("command %s through n%d: %q, %v; the home is %s", text, i+1, got, err, home)
				}
			})
		}
	}
	all.Wait()

	for i, d := range desks {
		if i == at[home] {
			continue // whoever asks here catches it
		}
		if got, err := d.DoText(t.Context(), []byte("fail"), false); err != nil || len(got) > 0 {
			t.Errorf("a command at which the home fails, through n%d: %q, %v", i+1, got, err)
		}
	}

	long := bytes.Repeat([]byte("0123456789abcdef"), 1<<17) // 2 MiB, more than fits into a message
	for i, d := range desks {
		got, err := d.DoText(t.Context(), append([]byte("long "), long...), true)
		for errors.Is(err, room.ErrBusy) { // a slow machine may have no home for a moment
			got, err = d.DoText(t.Context(), append([]byte("long "), long...), true)
		}
		if err != nil || !bytes.Equal(got, long) {
			t.Errorf("a long command through n%d: %d bytes, %v", i+1, len(got), err)
		}
	}

	held.Store(home)
	away := desks[(at[home]+1)%3]
	away.SetLimit(20)
	for range 20 {
		all.Go(func() {
			if got, err := away.DoText(t.Context(), []byte("wait"), false); err != nil || string(got) == home+" wait" || len(got) != len("n1 wait") {
				t.Errorf("a command of a home that was killed: %q, %v", got, err)
			}
		})
	}
	var once error
	all.Go(func() { _, once = desks[(at[home]+2)%3].DoText(t.Context(), []byte("wait"), true) })
	for range 21 {
		<-arrived
	}
	if _, err := away.DoText(t.Context(), []byte("one more"), false); !errors.Is(err, room.ErrBusy) {
		t.Errorf("the 21st of 20: %v, want busy", err)
	}
	others.Store(true)
	nodes[at[home]].Kill()
	all.Wait()
	if !errors.Is(once, room.ErrBusy) {
		t.Errorf("a command for once of a home that was killed: %v, want busy", once)
	}

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if got, err := away.DoText(ended, []byte("late"), false); err == nil {
		t.Logf("a command whose author has gone was done: %q", got) // it may be
	} else if !errors.Is(err, context.Canceled) {
		t.Errorf("a command whose author has gone: %v", err)
	}
}

// A machine that reads no newer form of packs than JSON receives that form, and its packs
// are read; the others use the newer one among themselves.
func TestPacksForAnOlderProgram(t *testing.T) {
	nodes := startThreeNodes(t, nil)
	const older = 1 // index of that machine
	var members []*cluster.Membership
	desks, at := make([]*cluster.Forwarder, 3), map[string]int{}
	var decides atomic.Int32
	for i, n := range nodes {
		at[n.Name()] = i
		l := openLog(t, n, "house")
		if i == older {
			l.SetPacks(0)
		}
		m := joinGroup(t, l, newMemory(), func() error {
			if int(decides.Load()) != i {
				return errors.New("another one decides")
			}
			return nil
		})
		members = append(members, m)
		d, err := m.OpenForwarder(func(_ context.Context, c []byte) ([]byte, bool) {
			return fmt.Append(nil, n.Name(), " ", string(c)), false
		})
		if err != nil {
			t.Fatal(err)
		}
		desks[i] = d
		t.Cleanup(d.Close)
	}
	for _, home := range []int32{0, older} {
		was := ""
		if home != 0 {
			was = nodes[0].Name()
		}
		decides.Store(home)
		name := awaitSameHome(t, members, 3, was)
		if at[name] != int(home) {
			t.Fatalf("%s decides, want n%d", name, home+1)
		}
		for i, d := range desks {
			for _, text := range []string{"a", "", "\x01[\x00"} { // packs may contain anything
				if got, err := d.DoText(t.Context(), []byte(text), true); err != nil || string(got) != name+" "+text {
					t.Errorf("%q through n%d, done by %s: %q, %v", text, i+1, name, got, err)
				}
			}
		}
	}
}
