package socket

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"danmaku/live"
	"danmaku/room"
	"danmaku/testrace"
)

// asked counts a handler's calls of the use cases for each room while nothing happens.
type asked struct {
	Service
	mu    sync.Mutex
	still map[string]int
	heads map[string]int
	stats int
}

func (a *asked) Still(id string, v room.View, fn func(room.Position)) error {
	a.mu.Lock()
	a.still[id]++
	a.mu.Unlock()
	return a.Service.Still(id, v, fn)
}

func (a *asked) NoteHeadcount(id string, people int) {
	a.mu.Lock()
	a.heads[id]++
	a.mu.Unlock()
	a.Service.NoteHeadcount(id, people)
}

func (a *asked) Stats(id string) (live.Stats, error) {
	a.mu.Lock()
	a.stats++
	a.mu.Unlock()
	return a.Service.Stats(id)
}

// wakeUps returns how often goroutines of this process have been woken, in eighths: the
// runtime counts every eighth time.
func wakeUps() (n int) {
	s := []metrics.Sample{{Name: "/sched/latencies:seconds"}}
	metrics.Read(s)
	for _, c := range s[0].Value.Float64Histogram().Counts {
		n += int(c)
	}
	return n
}

// runIdleHour runs an hour in which phones, distributed over the rooms, receive the server's
// heartbeats and nobody writes. stay is false for phones that have left before.
func runIdleHour(t *testing.T, rooms, phones int, stay bool) (woken, goroutines int, by *asked, hub *Hub) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // the collector's wake-ups depend on the machine
	testrace.Bubble(t, func(t *testing.T) {
		h := &testServer{t: t}
		hub = NewHub(Options{Elapsed: func() time.Duration { return 0 }}) // so that no client is silent
		h.hub = hub
		h.Open(t, hub)
		by = &asked{Service: h.Service, still: map[string]int{}, heads: map[string]int{}}
		h.handler = NewHandler(hub, by, HandlerOptions{})
		sink, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer sink.Close()
		c := &audience{testServer: h, rooms: []string{"live"}, sink: nowhere(sink.Fd())}
		for i := range rooms - 1 {
			c.rooms = append(c.rooms, fmt.Sprint("room-", i))
			if _, err := h.Service.NewRoom(t.Context(), room.Actor{Role: room.Owner}, room.New(c.rooms[i+1])); err != nil {
				t.Fatal(err)
			}
		}
		for range phones {
			c.users = append(c.users, rand.Text())
		}
		c.connect(phones)
		if !stay {
			c.disconnect()
		}
		h.handler.begin.Do(h.handler.start)
		time.Sleep(21 * time.Second) // two heartbeats, after which everything is settled
		synctest.Wait()
		clear(by.still)
		clear(by.heads)
		by.stats = 0
		goroutines = runtime.NumGoroutine()
		before := wakeUps()
		time.Sleep(time.Hour)
		synctest.Wait()
		woken = wakeUps() - before
		if stay {
			c.disconnect()
		}
		if !hub.Shutdown(t.Context(), patience) {
			t.Error("sockets are left")
		}
		if err := h.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return woken, goroutines, by, hub
}

// The wake-ups of an idle hour do not grow with the number of rooms, and a room that
// everybody has left is not visited at all. Guards: no timer, ticker or goroutine for each
// room; the lists that heartbeats and checks walk over.
func TestIdleRoomsWakeNothing(t *testing.T) {
	const phones, inAnHour = 200, 360
	one, ofOne, _, _ := runIdleHour(t, 1, phones, true)
	many, ofMany, by, _ := runIdleHour(t, phones, phones, true)
	for id, n := range by.still {
		if n != inAnHour || by.heads[id] != inAnHour {
			t.Fatalf("in an hour %q is asked %d times for its position and %d times for its people, want %d", id, n, by.heads[id], inAnHour)
		}
	}
	if len(by.still) != phones || by.stats != 0 {
		t.Errorf("%d rooms of %d are asked, and %d times for stats that no console reads", len(by.still), phones, by.stats)
	}
	left, _, by, hub := runIdleHour(t, phones, phones, false)
	if len(by.still)+len(by.heads) != 0 || len(hub.occupied.of(room.Views...)) != 0 {
		t.Errorf("rooms that everybody has left are still looked at: %v, %v", by.still, by.heads)
	}
	if ofMany > ofOne+phones/2 {
		t.Errorf("%d phones have %d goroutines in one room, and %d in as many rooms", phones, ofOne, ofMany)
	}
	// Rooms that wake with every heartbeat, and no more often, would add this.
	const added = phones * inAnHour / 8
	for _, n := range []int{many, left} {
		if n > one+added/2 {
			t.Errorf("an idle hour wakes %d goroutines in one room, and %d in %d rooms", one*8, n*8, phones)
		}
	}
	t.Logf("woken: %d in one room of %d phones, %d in as many rooms, %d in rooms that all have left", one*8, phones, many*8, left*8)
}
