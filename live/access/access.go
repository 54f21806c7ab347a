// Package access knows who may come in: the access links of a data folder, their
// keys, one-time codes, and the pseudonyms and hashes that are derived from its
// secret.
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

const touchEvery = time.Minute // how fine AccessLink.LastUsed is

// Table is every link in memory, and decides what a key lets its bearer do. Its
// methods may be called from any goroutine.
type Table struct {
	store   Links
	keys    Keys
	codes   Codes // nil: which codes were used is in memory alone
	now     func() time.Time
	elapsed func() time.Duration // since the table was made, by a clock that is never set

	loading sync.Mutex // one load at a time, so that an older reading never replaces a newer one

	mu     sync.RWMutex
	byHash map[string]room.AccessLink
	byID   map[int64]room.AccessLink
	began  time.Time
	traded map[string]time.Time // one-time codes that were used, and when they were made
	used   map[int64]time.Time  // uses of links that are not stored yet
}

// Codes notes which one-time codes were used, where several machines take them.
type Codes interface {
	// UseCode notes that a code was used, and may forget those that were made before a
	// moment. Errors: room.ErrExpired for one that was used, room.ErrBusy.
	UseCode(ctx context.Context, hash string, made, forget time.Time) error
}

// ShareCodes has codes be good on all machines that note their use in the same place, and
// for one use together. It is called before the first code is traded.
func (a *Table) ShareCodes(codes Codes) { a.codes = codes }

// NewTable returns a table without links; see [Table.Load]. elapsed is the time since
// some moment before, by a clock that is never set.
func NewTable(store Links, keys Keys, now func() time.Time, elapsed func() time.Duration) *Table {
	made := elapsed()
	return &Table{
		store: store, keys: keys, now: now, elapsed: func() time.Duration { return elapsed() - made },
		byHash: map[string]room.AccessLink{}, byID: map[int64]room.AccessLink{}, began: now().Truncate(time.Millisecond), traded: map[string]time.Time{}, used: map[int64]time.Time{},
	}
}

// Load reads all links. It returns those that were good and are not any more.
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

// Add takes in links that were just stored, without reading the others: what a new room
// costs does not grow with the rooms that there are. A link that is known stays as it is,
// since a later reader knows more of it.
func (a *Table) Add(links ...room.AccessLink) {
	a.loading.Lock() // a reading that began before has not seen them
	defer a.loading.Unlock()
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, l := range links {
		if _, known := a.byID[l.ID]; known {
			continue
		}
		l.Made = l.Made.Truncate(time.Millisecond) // as it is stored
		a.byHash[string(l.Hash)], a.byID[l.ID] = l, l
	}
}

// Open finds the link of a key in memory and notes its use. ErrExpired for a revoked one,
// ErrNotFound for no link at all.
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

// touch notes that a link was used, at most once a minute. It is stored a
// little later, by [Table.Flush]: a handshake does not wait for the database.
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

// Flush stores when links were used. A use that cannot be stored is forgotten:
// it is not worth a second try.
func (a *Table) Flush(ctx context.Context) {
	for id, at := range a.TakeUsed() {
		_ = a.store.TouchLink(ctx, id, at)
	}
}

// TakeUsed returns when links were used, as far as that is not stored, and forgets it.
func (a *Table) TakeUsed() map[int64]time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	used := a.used
	a.used = map[int64]time.Time{}
	return used
}

// NoteUsed takes when links were used on another machine.
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

// ByID finds a link that is still good, for a session that names it, which counts
// as a use. Errors as of [Table.Open].
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

// List returns every link, oldest first, those taken back too.
func (a *Table) List() []room.AccessLink {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return slices.SortedFunc(maps.Values(a.byID), func(a, b room.AccessLink) int { return cmp.Compare(a.ID, b.ID) })
}

// RoleOf returns the role of an author of a room who is exempt from limits, else
// Audience. A link that was taken back does not count any more.
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

// TradeCode returns the owner link for a one-time code: good for ten minutes and
// one use, and gone with the process, since which were used is in memory alone, unless
// machines share them.
// ErrExpired for every other. A clock that is set meanwhile takes no code's time:
// it is measured by whichever clock lets it be good.
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

// fresh reports whether a code that was made at a moment is of this process and
// no older than codeAge, by the wall clock or by the time since the start.
func (a *Table) fresh(made time.Time) bool {
	now, up := a.now(), a.elapsed()+time.Millisecond // began is cut to whole ones
	for _, now := range []time.Time{now, a.began.Add(up)} {
		if age := now.Sub(made); age >= 0 && age <= min(codeAge, up) {
			return true
		}
	}
	return false
}

// find returns the oldest good link that fits. The caller holds the lock.
func (a *Table) find(fits func(room.AccessLink) bool) (room.AccessLink, bool) {
	var found room.AccessLink
	for _, l := range a.byID {
		if l.Revoked.IsZero() && fits(l) && (found.ID == 0 || l.ID < found.ID) {
			found = l
		}
	}
	return found, found.ID != 0
}

// ScreenKey returns the key of a room's overlay or audience link to show it
// again, and ErrNotFound for an unknown link.
func (a *Table) ScreenKey(roomID string, role room.Role) (string, error) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	l, ok := a.find(func(l room.AccessLink) bool { return l.Role == role && l.Room == roomID })
	if !ok {
		return "", room.ErrNotFound
	}
	return a.keys.screenKey(l.ID), nil
}
