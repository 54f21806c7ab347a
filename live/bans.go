package live

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"danmaku/comment"
)

// bans are all bans in force, in memory.
type bans struct {
	mu   sync.RWMutex
	byID map[int64]comment.Ban
	by   map[banKey][]int64
}

// banKey is what a ban hits in a room: a user or an address.
type banKey struct{ room, user, address string }

func keyOf(b comment.Ban) banKey { return banKey{b.Room, b.User, b.Address} }

// set replaces everything by what is stored, but keeps what is newer and in
// force.
func (b *bans) set(list []comment.Ban, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var newest int64
	for _, ban := range list {
		newest = max(newest, ban.ID)
	}
	for id, ban := range b.byID {
		if id > newest && ban.Active(now) {
			list = append(list, ban)
		}
	}
	b.byID, b.by = map[int64]comment.Ban{}, map[banKey][]int64{}
	for _, ban := range list {
		b.put(ban)
	}
}

func (b *bans) put(ban comment.Ban) {
	if _, known := b.byID[ban.ID]; !known {
		b.by[keyOf(ban)] = append(b.by[keyOf(ban)], ban.ID)
	}
	b.byID[ban.ID] = ban
}

func (b *bans) add(ban comment.Ban) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.put(ban)
}

func (b *bans) lift(ban comment.Ban) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.byID, ban.ID)
	k := keyOf(ban)
	b.by[k] = slices.DeleteFunc(b.by[k], func(id int64) bool { return id == ban.ID })
	if len(b.by[k]) == 0 {
		delete(b.by, k)
	}
}

// on lists the bans in force on an author, by user and by address.
func (b *bans) on(room, user, address string, now time.Time) []comment.Ban {
	b.mu.RLock()
	defer b.mu.RUnlock()
	var out []comment.Ban
	for _, k := range []banKey{{room: room, user: user}, {room: room, address: address}} {
		if k.user == "" && k.address == "" {
			continue
		}
		for _, id := range b.by[k] {
			if ban := b.byID[id]; ban.Active(now) {
				out = append(out, ban)
			}
		}
	}
	return out
}

// list gives the bans of a room that are in force, newest first.
func (b *bans) list(room string, now time.Time) []comment.Ban {
	b.mu.RLock()
	defer b.mu.RUnlock()
	var out []comment.Ban
	for _, ban := range b.byID {
		if ban.Room == room && ban.Active(now) {
			out = append(out, ban)
		}
	}
	slices.SortFunc(out, func(x, y comment.Ban) int { return int(y.ID - x.ID) })
	return out
}

// Forever is the end of a ban that has none, for those who need a moment.
var Forever = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)

// mutedUntil tells until when an author may not write; zero: he may.
func (b *bans) mutedUntil(room, user, address string, now time.Time) time.Time {
	var until time.Time
	for _, ban := range b.on(room, user, address, now) {
		end := ban.Until
		if end.IsZero() {
			end = Forever
		}
		if end.After(until) {
			until = end
		}
	}
	return until
}

// outlaw is ErrNotAllowed for an author who is banned, not just muted.
func (b *bans) outlaw(room, user, address string, now time.Time) error {
	for _, ban := range b.on(room, user, address, now) {
		if ban.Kind == comment.FullBan {
			return comment.ErrNotAllowed
		}
	}
	return nil
}

// refuse is why an author may not write: ErrBanned, ErrMuted or nothing.
func (b *bans) refuse(room, user, address string, now time.Time) error {
	if b.outlaw(room, user, address, now) != nil {
		return comment.ErrBanned
	}
	switch until := b.mutedUntil(room, user, address, now); {
	case until.IsZero():
		return nil
	case until.Equal(Forever):
		return comment.ErrMuted
	default:
		return &comment.WaitError{Err: comment.ErrMuted, Wait: until.Sub(now)}
	}
}

func (h *Hall) loadBans(ctx context.Context) error {
	now := h.now()
	list, err := h.banned.Bans(ctx, now)
	if err != nil {
		return fmt.Errorf("load bans: %w", err)
	}
	h.bans.set(list, now)
	return nil
}

// Sit tells whether an audience member may come in (ErrBanned), and until when
// he may not write.
func (h *Hall) Sit(roomID, user, address string) (mutedUntil time.Time, err error) {
	now := h.now()
	if h.bans.outlaw(roomID, user, address, now) != nil {
		return time.Time{}, comment.ErrBanned
	}
	return h.bans.mutedUntil(roomID, user, address, now), nil
}

// enforce puts a ban into force, or ends it, and tells those it hits.
func (h *Hall) enforce(e comment.Event) {
	if e.Ban == nil {
		return
	}
	ban := *e.Ban
	if e.Kind == comment.KindUnban {
		h.bans.lift(ban)
	} else {
		h.bans.add(ban)
	}
	if ban.Kind == comment.FullBan && e.Kind == comment.KindBan {
		h.outlet.Evict(func(s Seat) error {
			if s.Room == ban.Room && s.View == ViewAudience &&
				(ban.User != "" && s.User == ban.User || ban.Address != "" && s.Address == ban.Address) {
				return comment.ErrBanned
			}
			return nil
		})
		return
	}
	users := []string{ban.User}
	if ban.Address != "" {
		users = h.outlet.People(ban.Room, ban.Address)
	}
	for _, user := range users {
		h.outlet.Tell(ban.Room, user, h.encoder.Muted(h.bans.mutedUntil(ban.Room, user, ban.Address, e.At)))
	}
}
