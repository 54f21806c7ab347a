//go:build !nocluster

package tests

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

// Through three machines alternately a person, an address and a room have exactly the limits
// of one machine: the deciding machine applies each limit.
func TestLimitsThroughAClusterAreThoseOfOneMachine(t *testing.T) {
	const burst, addressRate, addressBurst = 10, 5, 20
	for name, try := range map[string]struct {
		flags []string
		check func(t *testing.T, through []*program) []string
	}{
		// So slow that nothing is refilled in the meantime.
		"a person": {[]string{"--user-rate", "0.001", "--user-burst", fmt.Sprint(burst), "--address-rate", "0", "--room-rate", "0"}, func(t *testing.T, through []*program) (got []string) {
			sockets := personAt(through)
			for i := range 3 * burst {
				a := sockets[i%len(sockets)].say(fmt.Sprint("a person's comment ", i))
				got = append(got, a.Outcome+a.Code)
			}
			if n := count(got, "shown"); n != burst {
				t.Errorf("%d of one person are shown, want %d: %v", n, burst, got)
			}
			return got
		}},
		"a room in slow mode": {[]string{"--user-rate", "0", "--address-rate", "0", "--room-rate", "0"}, func(t *testing.T, through []*program) (got []string) {
			boss := ownerAt(through[0])
			boss.call("PATCH", liveRoom, map[string]any{"slow_ms": 120_000}, 200)
			for p := range 4 {
				sockets := personAt(through)
				for i := range 2 * len(through) {
					a := sockets[i%len(sockets)].say(fmt.Sprint("slowly ", p, " ", i))
					if i < 2 {
						got = append(got, a.Outcome+a.Code)
					} else if a.Code != "slow_down" {
						t.Errorf("comment %d of a person: %+v", i, a)
					}
				}
			}
			return got
		}},
		// The refill during the test varies, so it is bounded.
		"an address": {[]string{"--user-rate", "0", "--address-rate", fmt.Sprint(addressRate), "--room-rate", "0"}, func(t *testing.T, through []*program) []string {
			var sockets []*socket
			for i := range 4 * addressBurst {
				p := through[i%len(through)]
				sockets = append(sockets, p.phone().open("audience", ""))
			}
			var mu sync.Mutex
			var got []string
			var all sync.WaitGroup
			began := time.Now()
			for i, s := range sockets {
				all.Go(func() {
					a := s.say(fmt.Sprint("from one address ", i))
					mu.Lock()
					defer mu.Unlock()
					got = append(got, a.Outcome+a.Code)
				})
			}
			all.Wait()
			most := addressBurst + 1 + int(addressRate*time.Since(began).Seconds())
			if n := count(got, "shown"); n < addressBurst || n > most {
				t.Errorf("%d of one address are shown, want %d to %d", n, addressBurst, most)
			}
			return nil
		}},
	} {
		alone := start(t, t.TempDir(), try.flags...)
		machines := startCluster(t, start, try.flags...)
		want, got := try.check(t, []*program{alone}), try.check(t, machines)
		if !slices.Equal(got, want) {
			t.Errorf("%s: one machine says %v, three say %v", name, want, got)
		}
	}
}

// personAt returns one person's sockets, one at each machine.
func personAt(through []*program) (sockets []*socket) {
	b := through[0].phone()
	for _, p := range through {
		s := b.at(p).open("audience", "")
		s.next("hello")
		sockets = append(sockets, s)
	}
	return sockets
}

func count(list []string, what string) (n int) {
	for _, s := range list {
		if s == what {
			n++
		}
	}
	return n
}
