package cli

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"danmaku/config"
	"danmaku/live"
	"danmaku/live/access"
	"danmaku/room"
	"danmaku/server/wire"
	"danmaku/store"
)

// countedReads is a store that counts the links and rooms read.
type countedReads struct {
	*store.Store
	read int
}

func (c *countedReads) Links(ctx context.Context) ([]room.AccessLink, error) {
	list, err := c.Store.Links(ctx)
	c.read += len(list)
	return list, err
}

func (c *countedReads) Rooms(ctx context.Context) ([]room.Record, error) {
	list, err := c.Store.Rooms(ctx)
	c.read += len(list)
	return list, err
}

// newServiceOfRooms is a service over a real database that counts its reads.
func newServiceOfRooms(tb testing.TB) (*live.Service, *countedReads) {
	tb.Helper()
	ctx := context.Background()
	cfg, err := config.Load([]string{"--data", tb.TempDir()}, nil)
	if err != nil {
		tb.Fatal(err)
	}
	db, keys, err := openStore(ctx, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(ctx); err != nil {
			tb.Error(err)
		}
	})
	if err := (access.Registrar{Links: db, Rooms: db, Keys: keys, Now: time.Now}).FirstStart(ctx, firstRoom); err != nil {
		tb.Fatal(err)
	}
	counted := &countedReads{Store: db}
	venue, err := live.Open(ctx, live.Deps{
		Journal: db, History: db, Rooms: counted, Links: counted, Rules: db, Pictures: db, Emotes: db, Photos: db, Styles: db, Bans: db, Notes: db, Audit: db, Shows: db,
		Limiter: newLimiter(cfg, time.Now), Filter: newFilter(),
		Encoder: wire.Encoder{}, Outlet: nobody{}, Keys: keys, Log: slog.New(slog.DiscardHandler), Now: time.Now,
	})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { venue.Close() })
	venue.Start()
	return venue, counted
}

func makeRoom(tb testing.TB, venue *live.Service, n int) {
	tb.Helper()
	if _, err := venue.NewRoom(context.Background(), room.Actor{Role: room.Owner}, room.New(fmt.Sprint("hall-", n))); err != nil {
		tb.Fatal(err)
	}
}

// Creating a room reads no other room and no other links, and its own links are valid at once
// and after a restart.
func TestNewRoomsReadNoOtherRooms(t *testing.T) {
	venue, counted := newServiceOfRooms(t)
	counted.read = 0
	for n := range 50 {
		makeRoom(t, venue, n)
	}
	if counted.read != 0 {
		t.Errorf("50 new rooms read %d rows", counted.read)
	}
	for n := range 50 {
		key, err := venue.ScreenKey(fmt.Sprint("hall-", n), room.Overlay)
		if err != nil {
			t.Fatal(err)
		}
		if l, err := venue.Open(key); err != nil || l.Room != fmt.Sprint("hall-", n) {
			t.Errorf("the key of room %d: %+v, %v", n, l, err)
		}
	}
	inMemory, err := venue.LinkList(room.Actor{Role: room.Owner})
	if err != nil {
		t.Fatal(err)
	}
	stored, err := counted.Links(t.Context())
	if err != nil || len(inMemory) != len(stored) {
		t.Fatalf("%d in memory, %d stored, %v", len(inMemory), len(stored), err)
	}
	for i, l := range stored {
		if m := inMemory[i]; m.ID != l.ID || m.Room != l.Room || m.Role != l.Role || m.Label != l.Label || string(m.Hash) != string(l.Hash) || !m.Made.Equal(l.Made) {
			t.Errorf("in memory %+v, stored %+v", m, l)
		}
	}
}

// Creating a room costs the same however many there are.
func BenchmarkNewRoom(b *testing.B) {
	for _, there := range []int{0, 2000} {
		b.Run(fmt.Sprint("beside_", there), func(b *testing.B) {
			venue, _ := newServiceOfRooms(b)
			n := 0
			for ; n < there; n++ {
				makeRoom(b, venue, n)
			}
			for b.Loop() {
				makeRoom(b, venue, n)
				n++
			}
		})
	}
}
