package live

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"danmaku/room"
)

// bans are all bans in force, in memory.
type bans struct {
	mu   sync.RWMutex
	byID map[int64]banInForce
	by   map[banKey][]int64
}

// banInForce is a ban with its end on the monotonic clock. The earlier of its two ends
// counts, so setting the clock back makes no ban longer.
type banInForce struct {
	room.Ban
	ends time.Duration // see [instant]; meaningless for a ban that does not end
}

// instant is a moment on two clocks: wall for what is stored and shown, and mono for
// durations, since no clock correction moves it.
type instant struct {
	wall time.Time
	mono time.Duration // since the program started
}

// left returns how long a ban still holds at a moment; zero or less means that it is over.
func (b banInForce) left(at instant) time.Duration {
	if b.Until.IsZero() {
		return Forever.Sub(at.wall)
	}
	return min(b.Until.Sub(at.wall), b.ends-at.mono)
}

// banKey is the target of a ban in a room: a user or an address.
type banKey struct{ room, user, address string }

func keyOf(b room.Ban) banKey { return banKey{b.Room, b.User, b.Address} }

func (b *bans) put(ban room.Ban, at instant) {
	if _, known := b.byID[ban.ID]; known {
		return
	}
	if b.byID == nil {
		b.byID, b.by = map[int64]banInForce{}, map[banKey][]int64{}
	}
	b.by[keyOf(ban)] = append(b.by[keyOf(ban)], ban.ID)
	b.byID[ban.ID] = banInForce{ban, at.mono + ban.Until.Sub(at.wall)}
}

func (b *bans) drop(id int64) {
	ban, known := b.byID[id]
	if !known {
		return
	}
	delete(b.byID, id)
	k := keyOf(ban.Ban)
	b.by[k] = slices.DeleteFunc(b.by[k], func(other int64) bool { return other == id })
	if len(b.by[k]) == 0 {
		delete(b.by, k)
	}
}

func (b *bans) add(ban room.Ban, at instant) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.put(ban, at)
}

func (b *bans) lift(ban room.Ban) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.drop(ban.ID)
}

// find returns a ban in memory, or a ban with ID zero.
func (b *bans) find(id int64) room.Ban {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.byID[id].Ban
}

// on lists the bans in force on an author, by user and by address.
func (b *bans) on(room, user, address string, at instant) []banInForce {
	b.mu.RLock()
	defer b.mu.RUnlock()
	var out []banInForce
	for _, k := range []banKey{{room: room, user: user}, {room: room, address: address}} {
		if k.user == "" && k.address == "" {
			continue
		}
		for _, id := range b.by[k] {
			if ban := b.byID[id]; ban.left(at) > 0 {
				out = append(out, ban)
			}
		}
	}
	return out
}

// users returns the people of a room on whom a ban is in force.
func (b *bans) users(roomID string, at instant) map[string]bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	out := map[string]bool{}
	for _, ban := range b.byID {
		if ban.Room == roomID && ban.User != "" && ban.left(at) > 0 {
			out[ban.User] = true
		}
	}
	return out
}

// list returns the bans of a room that are in force, newest first.
func (b *bans) list(roomID string, at instant) []room.Ban {
	b.mu.RLock()
	defer b.mu.RUnlock()
	var out []room.Ban
	for _, ban := range b.byID {
		if ban.Room == roomID && ban.left(at) > 0 {
			out = append(out, ban.Ban)
		}
	}
	slices.SortFunc(out, func(x, y room.Ban) int { return cmp.Compare(y.ID, x.ID) })
	return out
}

// Forever is the end of a ban without an end, for code that needs a moment.
var Forever = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)

// mutedUntil returns until when an author may not write, by the wall clock of at; zero
// means that the author may write.
func (b *bans) mutedUntil(room, user, address string, at instant) time.Time {
	var left time.Duration
	var until time.Time
	for _, ban := range b.on(room, user, address, at) {
		if ban.Until.IsZero() {
			return Forever
		}
		if l := ban.left(at); l > left {
			left, until = l, ban.Until
		}
	}
	if left <= 0 {
		return time.Time{}
	}
	// Two clocks never agree to the nanosecond. The stored end is returned unless the wall
	// clock was really set.
	if end := at.wall.Add(left); until.Sub(end).Abs() > time.Second {
		return end
	}
	return until
}

// checkBanned returns ErrNotAllowed for an author who is banned, not just muted.
func (b *bans) checkBanned(roomID, user, address string, at instant) error {
	for _, ban := range b.on(roomID, user, address, at) {
		if ban.Kind == room.FullBan {
			return room.ErrNotAllowed
		}
	}
	return nil
}

// refuse returns why an author may not write: ErrBanned, ErrMuted or nil.
func (b *bans) refuse(roomID, user, address string, at instant) error {
	if b.checkBanned(roomID, user, address, at) != nil {
		return room.ErrBanned
	}
	switch until := b.mutedUntil(roomID, user, address, at); {
	case until.IsZero():
		return nil
	case until.Equal(Forever):
		return room.ErrMuted
	default:
		return &room.WaitError{Err: room.ErrMuted, Wait: until.Sub(at.wall)}
	}
}

// instant reads both clocks.
func (svc *Service) instant() instant {
	at := instant{wall: svc.now()}
	if svc.mono != nil {
		at.mono = svc.mono()
	}
	return at
}

// loadBans reads the bans in force. It runs once, before anything is enforced.
func (svc *Service) loadBans(ctx context.Context) error {
	at := svc.instant()
	list, err := svc.banned.Bans(ctx, at.wall)
	if err != nil {
		return fmt.Errorf("load bans: %w", err)
	}
	for _, ban := range list {
		svc.bans.add(ban, at)
	}
	return nil
}

// Register reports whether an audience member may enter (else ErrBanned), and until when it
// may not write.
func (svc *Service) Register(roomID, user, address string) (mutedUntil time.Time, err error) {
	at := svc.instant()
	if svc.bans.checkBanned(roomID, user, address, at) != nil {
		return time.Time{}, room.ErrBanned
	}
	return svc.bans.mutedUntil(roomID, user, address, at), nil
}

// enforce puts a ban into force, or ends it, and notifies the clients that it affects.
func (svc *Service) enforce(e room.Event) {
	if e.Ban == nil {
		return
	}
	ban, at := *e.Ban, svc.instant()
	if e.Kind == room.KindUnban {
		svc.bans.lift(ban)
	} else {
		svc.bans.add(ban, at)
	}
	if ban.Kind == room.FullBan && e.Kind == room.KindBan {
		svc.outlet.Evict(func(s Client) error {
			if s.Room == ban.Room && s.View == room.ViewAudience &&
				(ban.User != "" && s.User == ban.User || ban.Address != "" && s.Address == ban.Address) {
				return room.ErrBanned
			}
			return nil
		})
		return
	}
	users := []string{ban.User}
	if ban.Address != "" {
		users = svc.outlet.People(ban.Room, ban.Address)
	}
	// Each socket is checked by its own address, which may have another ban.
	for _, user := range users {
		svc.outlet.Notify(ban.Room, user, func(s Client) []byte {
			return svc.encoder.Muted(svc.bans.mutedUntil(ban.Room, s.User, s.Address, at))
		})
	}
}
