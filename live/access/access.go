// Package access decides who may enter: it has the access links of a data folder, their
// keys, one-time codes, and the pseudonyms and hashes derived from its secret.
package access

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"danmaku/room"
)

const touchEvery = time.Minute // precision of AccessLink.LastUsed

// Table holds every link in memory, and decides what a key permits. Its methods are safe
// for concurrent use.
type Table struct {
	store   Links
	keys    Keys
	codes   Codes // nil: used codes are recorded only in memory
	now     func() time.Time
	elapsed func() time.Duration // since the table was made, by a clock that is never set

	loading sync.Mutex // one load at a time, so that an older reading never replaces a newer one

	mu     sync.RWMutex
	byHash map[string]room.AccessLink
	byID   map[int64]room.AccessLink
	began  time.Time
	traded map[string]time.Time // used one-time codes, and when they were made
	used   map[int64]time.Time  // link uses that are not stored yet
}

// Codes records used one-time codes, where several machines accept them.
type Codes interface {
	// UseCode records that a code was used, and may delete codes made before forget.
	// Errors: room.ErrExpired for a used code, room.ErrBusy.
	UseCode(ctx context.Context, hash string, made, forget time.Time) error
}

// ShareCodes makes codes valid on all machines that record their use in the same place, and
// for one use in total. Call it before the first code is traded.
func (t *Table) ShareCodes(codes Codes) { t.codes = codes }

// NewTable returns a table without links; see [Table.Load]. elapsed is the time since some
// earlier moment, by a clock that is never set.
func NewTable(store Links, keys Keys, now func() time.Time, elapsed func() time.Duration) *Table {
	made := elapsed()
	return &Table{
		store: store, keys: keys, now: now, elapsed: func() time.Duration { return elapsed() - made },
		byHash: map[string]room.AccessLink{}, byID: map[int64]room.AccessLink{}, began: now().Truncate(time.Millisecond), traded: map[string]time.Time{}, used: map[int64]time.Time{},
	}
}

// Load reads all links. It returns the IDs of links that were valid before and are revoked
// now.
func (t *Table) Load(ctx context.Context) (revoked []int64, err error) {
	t.loading.Lock()
	defer t.loading.Unlock()
	links, err := t.store.Links(ctx)
	if err != nil {
		return nil, fmt.Errorf("load links: %w", err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	before := t.byID
	t.byHash, t.byID = map[string]room.AccessLink{}, map[int64]room.AccessLink{}
	for _, l := range links {
		if at, ok := t.used[l.ID]; ok { // not stored yet
			l.LastUsed = at
		}
		t.byHash[string(l.Hash)] = l
		t.byID[l.ID] = l
		if was, ok := before[l.ID]; ok && was.Revoked.IsZero() && !l.Revoked.IsZero() {
			revoked = append(revoked, l.ID)
		}
	}
	return revoked, nil
}

// Add adds links that were just stored, without reading the others, so the cost of a new
// room does not grow with the number of rooms. It does not replace a known link, since a
// later read is more recent.
func (t *Table) Add(links ...room.AccessLink) {
	t.loading.Lock() // an earlier read has not seen them
	defer t.loading.Unlock()
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, l := range links {
		if _, known := t.byID[l.ID]; known {
			continue
		}
		l.Made = l.Made.Truncate(time.Millisecond) // as stored
		t.byHash[string(l.Hash)], t.byID[l.ID] = l, l
	}
}

// Open finds the link of a key in memory and records its use. Errors: ErrExpired for a
// revoked link, ErrNotFound for an unknown key.
func (t *Table) Open(key string) (room.AccessLink, error) {
	if !saneKey(key) {
		return room.AccessLink{}, room.ErrNotFound
	}
	hash := hashKey(key)
	t.mu.RLock()
	l, ok := t.byHash[string(hash)]
	t.mu.RUnlock()
	if !ok {
		return room.AccessLink{}, room.ErrNotFound
	}
	if !l.Revoked.IsZero() {
		return room.AccessLink{}, room.ErrExpired
	}
	t.touch(l.ID)
	return l, nil
}

// touch records that a link was used, at most once a minute. [Table.Flush] stores it later,
// so a handshake does not wait for the database.
func (t *Table) touch(id int64) {
	now := t.now()
	t.mu.Lock()
	defer t.mu.Unlock()
	l, ok := t.byID[id]
	if !ok || now.Sub(l.LastUsed).Abs() < touchEvery {
		return
	}
	l.LastUsed = now
	t.byID[id], t.byHash[string(l.Hash)] = l, l
	t.used[id] = now
}

// Flush stores when links were used. It drops a use that cannot be stored, which is not
// worth a retry.
func (t *Table) Flush(ctx context.Context) {
	for id, at := range t.TakeUsed() {
		_ = t.store.TouchLink(ctx, id, at)
	}
}

// TakeUsed returns when links were used since the last store, and forgets it.
func (t *Table) TakeUsed() map[int64]time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	used := t.used
	t.used = map[int64]time.Time{}
	return used
}

// NoteUsed records when links were used on another machine.
func (t *Table) NoteUsed(used map[int64]time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for id, at := range used {
		if l, ok := t.byID[id]; ok && at.After(l.LastUsed) {
			l.LastUsed = at
			t.byID[id], t.byHash[string(l.Hash)] = l, l
			t.used[id] = at
		}
	}
}

// ByID finds a valid link, for a session that names it, and counts it as a use. Errors are
// those of [Table.Open].
func (t *Table) ByID(id int64) (room.AccessLink, error) {
	t.mu.RLock()
	l, ok := t.byID[id]
	t.mu.RUnlock()
	if !ok {
		return room.AccessLink{}, room.ErrNotFound
	}
	if !l.Revoked.IsZero() {
		return room.AccessLink{}, room.ErrExpired
	}
	if t.now().Sub(l.LastUsed).Abs() >= touchEvery {
		t.touch(id)
	}
	return l, nil
}

// List returns every link, oldest first, including revoked ones.
func (t *Table) List() []room.AccessLink {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return slices.SortedFunc(maps.Values(t.byID), func(a, b room.AccessLink) int { return cmp.Compare(a.ID, b.ID) })
}

// RoleOf returns the role of a room's author who is exempt from limits, otherwise Audience.
// Revoked links do not count.
func (t *Table) RoleOf(roomID, user string) room.Role {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for _, l := range t.byID {
		if l.Can(room.Immune, roomID) && l.Revoked.IsZero() && t.keys.LinkPseudonym(roomID, l.ID) == user {
			return l.Role
		}
	}
	return room.Audience
}

// NewCode makes a one-time code for an owner's session.
func (t *Table) NewCode() string { return t.keys.NewCode(t.now()) }

// TradeCode returns the owner link for a one-time code. A code is valid for ten minutes,
// one use, and the life of the process, since used codes are recorded only in memory,
// unless machines share them. Other codes are ErrExpired. Setting the clock does not
// shorten a code's life: it is valid as long as either clock says so.
func (t *Table) TradeCode(ctx context.Context, code string) (room.AccessLink, error) {
	made, ok := t.keys.codeMade(code)
	if ok && t.codes != nil {
		return t.tradeShared(ctx, code, made)
	}
	if !ok || !t.fresh(made) {
		return room.AccessLink{}, room.ErrExpired
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, again := t.traded[code]; again {
		return room.AccessLink{}, room.ErrExpired
	}
	for old, made := range t.traded {
		if !t.fresh(made) {
			delete(t.traded, old)
		}
	}
	t.traded[code] = made
	owner, ok := t.find(func(l room.AccessLink) bool { return l.Role == room.Owner })
	if !ok {
		return room.AccessLink{}, room.ErrExpired
	}
	return owner, nil
}

// tradeShared is TradeCode for a code that another machine may have made.
func (t *Table) tradeShared(ctx context.Context, code string, made time.Time) (room.AccessLink, error) {
	now := t.now()
	if now.Sub(made).Abs() > codeAge { // the machines' clocks differ a little
		return room.AccessLink{}, room.ErrExpired
	}
	t.mu.RLock()
	owner, ok := t.find(func(l room.AccessLink) bool { return l.Role == room.Owner })
	t.mu.RUnlock()
	if !ok {
		return room.AccessLink{}, room.ErrExpired
	}
	if err := t.codes.UseCode(ctx, hex.EncodeToString(hashKey(code)), made, now.Add(-2*codeAge)); err != nil {
		return room.AccessLink{}, err
	}
	return owner, nil
}

// fresh reports whether a code made at a moment belongs to this process and is not older
// than codeAge, by the wall clock or by the time since the start.
func (t *Table) fresh(made time.Time) bool {
	now, up := t.now(), t.elapsed()+time.Millisecond // began is truncated to milliseconds
	for _, now := range []time.Time{now, t.began.Add(up)} {
		if age := now.Sub(made); age >= 0 && age <= min(codeAge, up) {
			return true
		}
	}
	return false
}

// find returns the oldest valid link that fits. The caller holds the lock.
func (t *Table) find(fits func(room.AccessLink) bool) (room.AccessLink, bool) {
	var found room.AccessLink
	for _, l := range t.byID {
		if l.Revoked.IsZero() && fits(l) && (found.ID == 0 || l.ID < found.ID) {
			found = l
		}
	}
	return found, found.ID != 0
}

// ScreenKey returns the key of a room's overlay or audience link, to show it again, and
// ErrNotFound for an unknown link.
func (t *Table) ScreenKey(roomID string, role room.Role) (string, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	l, ok := t.find(func(l room.AccessLink) bool { return l.Role == role && l.Room == roomID })
	if !ok {
		return "", room.ErrNotFound
	}
	return t.keys.screenKey(l.ID), nil
}
