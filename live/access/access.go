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
func (a *Table) ShareCodes(codes Codes) { a.codes = codes }

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
func (a *Table) Load(ctx context.Context) (revoked []int64, err error) {
	a.loading.Lock()
	defer a.loading.Unlock()
	links, err := a.store.Links(ctx)
	if err != nil {
		return nil, fmt.Errorf("load links: %w", err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	before := a.byID
	a.byHash, a.byID = map[string]room.AccessLink{}, map[int64]room.AccessLink{}
	for _, l := range links {
		if at, ok := a.used[l.ID]; ok { // not stored yet
			l.LastUsed = at
		}
		a.byHash[string(l.Hash)] = l
		a.byID[l.ID] = l
		if was, ok := before[l.ID]; ok && was.Revoked.IsZero() && !l.Revoked.IsZero() {
			revoked = append(revoked, l.ID)
		}
	}
	return revoked, nil
}

// Add adds links that were just stored, without reading the others, so the cost of a new
// room does not grow with the number of rooms. It does not replace a known link, since a
// later read is more recent.
func (a *Table) Add(links ...room.AccessLink) {
	a.loading.Lock() // an earlier read has not seen them
	defer a.loading.Unlock()
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, l := range links {
		if _, known := a.byID[l.ID]; known {
			continue
		}
		l.Made = l.Made.Truncate(time.Millisecond) // as stored
		a.byHash[string(l.Hash)], a.byID[l.ID] = l, l
	}
}

// Open finds the link of a key in memory and records its use. Errors: ErrExpired for a
// revoked link, ErrNotFound for an unknown key.
func (a *Table) Open(key string) (room.AccessLink, error) {
	if !saneKey(key) {
		return room.AccessLink{}, room.ErrNotFound
	}
	hash := hashKey(key)
	a.mu.RLock()
	l, ok := a.byHash[string(hash)]
	a.mu.RUnlock()
	if !ok {
		return room.AccessLink{}, room.ErrNotFound
	}
	if !l.Revoked.IsZero() {
		return room.AccessLink{}, room.ErrExpired
	}
	a.touch(l.ID)
	return l, nil
}

// touch records that a link was used, at most once a minute. [Table.Flush] stores it later,
// so a handshake does not wait for the database.
func (a *Table) touch(id int64) {
	now := a.now()
	a.mu.Lock()
	defer a.mu.Unlock()
	l, ok := a.byID[id]
	if !ok || now.Sub(l.LastUsed).Abs() < touchEvery {
		return
	}
	l.LastUsed = now
	a.byID[id], a.byHash[string(l.Hash)] = l, l
	a.used[id] = now
}

// Flush stores when links were used. It drops a use that cannot be stored, which is not
// worth a retry.
func (a *Table) Flush(ctx context.Context) {
	for id, at := range a.TakeUsed() {
		_ = a.store.TouchLink(ctx, id, at)
	}
}

// TakeUsed returns when links were used since the last store, and forgets it.
func (a *Table) TakeUsed() map[int64]time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	used := a.used
	a.used = map[int64]time.Time{}
	return used
}

// NoteUsed records when links were used on another machine.
func (a *Table) NoteUsed(used map[int64]time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for id, at := range used {
		if l, ok := a.byID[id]; ok && at.After(l.LastUsed) {
			l.LastUsed = at
			a.byID[id], a.byHash[string(l.Hash)] = l, l
			a.used[id] = at
		}
	}
}

// ByID finds a valid link, for a session that names it, and counts it as a use. Errors are
// those of [Table.Open].
func (a *Table) ByID(id int64) (room.AccessLink, error) {
	a.mu.RLock()
	l, ok := a.byID[id]
	a.mu.RUnlock()
	if !ok {
		return room.AccessLink{}, room.ErrNotFound
	}
	if !l.Revoked.IsZero() {
		return room.AccessLink{}, room.ErrExpired
	}
	if a.now().Sub(l.LastUsed).Abs() >= touchEvery {
		a.touch(id)
	}
	return l, nil
}

// List returns every link, oldest first, including revoked ones.
func (a *Table) List() []room.AccessLink {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return slices.SortedFunc(maps.Values(a.byID), func(a, b room.AccessLink) int { return cmp.Compare(a.ID, b.ID) })
}

// RoleOf returns the role of a room's author who is exempt from limits, otherwise Audience.
// Revoked links do not count.
func (a *Table) RoleOf(roomID, user string) room.Role {
	a.mu.RLock()
	defer a.mu.RUnlock()
	for _, l := range a.byID {
		if l.Can(room.Immune, roomID) && l.Revoked.IsZero() && a.keys.LinkPseudonym(roomID, l.ID) == user {
			return l.Role
		}
	}
	return room.Audience
}

// NewCode makes a one-time code for an owner's session.
func (a *Table) NewCode() string { return a.keys.NewCode(a.now()) }

// TradeCode returns the owner link for a one-time code. A code is valid for ten minutes,
// one use, and the life of the process, since used codes are recorded only in memory,
// unless machines share them. Other codes are ErrExpired. Setting the clock does not
// shorten a code's life: it is valid as long as either clock says so.
func (a *Table) TradeCode(ctx context.Context, code string) (room.AccessLink, error) {
	made, ok := a.keys.codeMade(code)
	if ok && a.codes != nil {
		return a.tradeShared(ctx, code, made)
	}
	if !ok || !a.fresh(made) {
		return room.AccessLink{}, room.ErrExpired
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, again := a.traded[code]; again {
		return room.AccessLink{}, room.ErrExpired
	}
	for old, made := range a.traded {
		if !a.fresh(made) {
			delete(a.traded, old)
		}
	}
	a.traded[code] = made
	owner, ok := a.find(func(l room.AccessLink) bool { return l.Role == room.Owner })
	if !ok {
		return room.AccessLink{}, room.ErrExpired
	}
	return owner, nil
}

// tradeShared is TradeCode for a code that another machine may have made.
func (a *Table) tradeShared(ctx context.Context, code string, made time.Time) (room.AccessLink, error) {
	now := a.now()
	if now.Sub(made).Abs() > codeAge { // the machines' clocks differ a little
		return room.AccessLink{}, room.ErrExpired
	}
	a.mu.RLock()
	owner, ok := a.find(func(l room.AccessLink) bool { return l.Role == room.Owner })
	a.mu.RUnlock()
	if !ok {
		return room.AccessLink{}, room.ErrExpired
	}
	if err := a.codes.UseCode(ctx, hex.EncodeToString(hashKey(code)), made, now.Add(-2*codeAge)); err != nil {
		return room.AccessLink{}, err
	}
	return owner, nil
}

// fresh reports whether a code made at a moment belongs to this process and is no older
// than codeAge, by the wall clock or by the time since the start.
func (a *Table) fresh(made time.Time) bool {
	now, up := a.now(), a.elapsed()+time.Millisecond // began is truncated to milliseconds
	for _, now := range []time.Time{now, a.began.Add(up)} {
		if age := now.Sub(made); age >= 0 && age <= min(codeAge, up) {
			return true
		}
	}
	return false
}

// find returns the oldest valid link that fits. The caller holds the lock.
func (a *Table) find(fits func(room.AccessLink) bool) (room.AccessLink, bool) {
	var found room.AccessLink
	for _, l := range a.byID {
		if l.Revoked.IsZero() && fits(l) && (found.ID == 0 || l.ID < found.ID) {
			found = l
		}
	}
	return found, found.ID != 0
}

// ScreenKey returns the key of a room's overlay or audience link, to show it again, and
// ErrNotFound for an unknown link.
func (a *Table) ScreenKey(roomID string, role room.Role) (string, error) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	l, ok := a.find(func(l room.AccessLink) bool { return l.Role == role && l.Room == roomID })
	if !ok {
		return "", room.ErrNotFound
	}
	return a.keys.screenKey(l.ID), nil
}
