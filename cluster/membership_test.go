//go:build !nocluster

package cluster_test

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"danmaku/cluster"
)

func joinGroup(t *testing.T, l *cluster.Log, m *memory, fit func() error) *cluster.Membership {
	t.Helper()
	member, err := l.Join(startReader(t, l, m), fit, silence)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(member.Leave)
	return member
}

// awaitSameHome waits until some members see n machines and the same home, which is not the one
// named not.
func awaitSameHome(t *testing.T, members []*cluster.Membership, n int, not string) (home string) {
	t.Helper()
	awaitMembers(t, members, func() error {
		homes := map[string]bool{}
		for _, m := range members {
			list, _ := m.Members()
			if len(list) != n {
				return fmt.Errorf("one sees %+v, want %d machines", list, n)
			}
			home, _ = m.Home()
			homes[home] = true
		}
		if len(homes) != 1 || home == "" || home == not {
			return fmt.Errorf("they see the homes %v, want one that is not %q", slices.Collect(maps.Keys(homes)), not)
		}
		return nil
	})
	return home
}

// awaitMembers waits until nothing is missing any more. It checks again whenever any of the
// members sees a change.
func awaitMembers(t *testing.T, members []*cluster.Membership, missing func() error) {
	t.Helper()
	ctx := boundedContext(t)
	for {
		waits := []reflect.SelectCase{{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(ctx.Done())}}
		for _, m := range members { // before checking, so that no change in between is missed
			_, changed := m.Members()
			waits = append(waits, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(changed)})
		}
		err := missing()
		if err == nil {
			return
		}
		if i, _, _ := reflect.Select(waits); i == 0 {
			t.Fatal(err)
		}
	}
}

// eligible reports whether a machine may be home, as another one sees it.
func eligible(m *cluster.Membership, name string) bool {
	list, _ := m.Members()
	return slices.ContainsFunc(list, func(k cluster.Member) bool { return k.Name == name && k.Eligible })
}

// Three machines find one home; a position in a heartbeat makes the others fetch missing
// messages; an unfit home loses its place, and so does one that leaves and one that is
// killed.
func TestThreeMachinesFindOneHome(t *testing.T) {
	var said testlog
	nodes := startThreeNodes(t, slog.New(slog.NewTextHandler(&said, nil)))
	var members []*cluster.Membership
	var memories []*memory
	logs := map[string]*cluster.Log{}
	at := map[string]int{}
	unfit := map[string]*atomic.Bool{}
	for i, n := range nodes {
		l, m, flag := openLog(t, n, "house"), newMemory(), new(atomic.Bool)
		logs[n.Name()], unfit[n.Name()], at[n.Name()] = l, flag, i
		memories = append(memories, m)
		members = append(members, joinGroup(t, l, m, func() error {
			if flag.Load() {
				return errors.New("the disk is full")
			}
			return nil
		}))
	}
	first := awaitSameHome(t, members, 3, "")
	if name, mine := members[at[first]].Home(); !mine || name != first {
		t.Errorf("the home %s says that it is %s, and mine %v", first, name, mine)
	}
	if _, err := logs[first].Publish(0, []byte("one")); err != nil {
		t.Fatal(err)
	}
	for _, m := range memories { // also to itself, which has committed nothing
		m.awaitPayloads(t, 1)
	}
	unfit[first].Store(true)
	awaitMembers(t, members, func() error {
		if slices.ContainsFunc(members, func(m *cluster.Membership) bool { return eligible(m, first) }) {
			return fmt.Errorf("%s is unfit, and may be home", first)
		}
		return nil
	})
	second := awaitSameHome(t, members, 3, first)

	members[at[second]].Leave()
	var rest []*cluster.Membership
	var last int
	for i, m := range members {
		if i != at[second] {
			rest = append(rest, m)
		}
		if i != at[second] && i != at[first] {
			last = i
		}
	}
	third := awaitSameHome(t, rest, 2, second)
	if third != nodes[last].Name() {
		t.Errorf("the home is %s, the only one that may be is %s", third, nodes[last].Name())
	}

	unfit[first].Store(false)
	nodes[last].Kill()
	alone := members[at[first]]
	for ctx := boundedContext(t); ; { // one of three can write nothing, and decides nothing
		home, _ := alone.Home()
		if home == "" && alone.Ready() != nil {
			break
		}
		_, changed := alone.Members()
		tick := time.NewTimer(time.Second) // Ready reads the clock
		select {
		case <-changed:
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("one machine of three has the home %q, and %v", home, alone.Ready())
		}
		tick.Stop()
	}
	for _, want := range []string{
		`level=INFO msg="a machine of the cluster is up" machine=` + second,
		`level=INFO msg="this machine is now the home of the cluster"`,
		`level=INFO msg="another machine is now the home of the cluster" machine=` + third,
		`level=WARN msg="a machine of the cluster no longer answers" machine=` + third,
	} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("%s is not in the log:\n%s", want, said.String())
		}
	}
}

// testlog is the log of several machines.
type testlog struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *testlog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *testlog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
