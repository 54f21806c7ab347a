package live

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"danmaku/comment"
)

const (
	unknownRate = 20            // look-ups a second for keys not in memory
	touchEvery  = time.Minute   // how fine Link.LastUsed is
	firstLabel  = "first start" // of the overlays' links made there
	hostLabel   = "host"        // of the owner's, who acts under that name
)

// access knows every link and decides what a key lets its bearer do.
type access struct {
	store Links
	keys  Keys
	now   func() time.Time

	mu      sync.RWMutex
	byHash  map[string]Link
	byID    map[int64]Link
	began   time.Time
	traded  map[string]time.Time // one-time codes that were used, until they end anyway
	second  int64                // the second in which look-ups are counted
	lookups int
	used    map[int64]time.Time // uses of links that are not stored yet
}

func newAccess(store Links, keys Keys, now func() time.Time) *access {
	return &access{
		store: store, keys: keys, now: now,
		byHash: map[string]Link{}, byID: map[int64]Link{}, began: now().Truncate(time.Millisecond), traded: map[string]time.Time{}, used: map[int64]time.Time{},
	}
}

// load reads all links. It returns those that were good and are not any more.
func (a *access) load(ctx context.Context) (revoked []int64, err error) {
	links, err := a.store.Links(ctx)
	if err != nil {
		return nil, fmt.Errorf("load links: %w", err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	before := a.byID
	a.byHash, a.byID = map[string]Link{}, map[int64]Link{}
	for _, l := range links {
		a.byHash[string(l.Hash)] = l
		a.byID[l.ID] = l
		if was, ok := before[l.ID]; ok && was.Revoked.IsZero() && !l.Revoked.IsZero() {
			revoked = append(revoked, l.ID)
		}
	}
	// Links are never deleted: one that is not there was looked up after it was
	// made, while this list was being read.
	for id, l := range before {
		if _, ok := a.byID[id]; !ok {
			a.byID[id], a.byHash[string(l.Hash)] = l, l
		}
	}
	return revoked, nil
}

// Open finds the link of a key and notes its use. ErrExpired for a revoked one,
// ErrNotFound for no link at all.
func (h *Hall) Open(ctx context.Context, key string) (Link, error) {
	a := h.access
	if !saneKey(key) {
		return Link{}, comment.ErrNotFound
	}
	hash := hashKey(key)
	a.mu.RLock()
	l, ok := a.byHash[string(hash)]
	a.mu.RUnlock()
	if !ok {
		if !a.mayLookUp() {
			return Link{}, comment.ErrNotFound
		}
		var err error
		if l, err = a.store.LinkByHash(ctx, hash); err != nil {
			return Link{}, err
		}
		a.mu.Lock()
		if known, ok := a.byID[l.ID]; ok {
			l = known // loaded meanwhile, perhaps as revoked
		}
		a.byHash[string(hash)], a.byID[l.ID] = l, l
		a.mu.Unlock()
	}
	if !l.Revoked.IsZero() {
		return Link{}, comment.ErrExpired
	}
	a.touch(l.ID)
	return l, nil
}

// mayLookUp bounds what guessing keys can cost.
func (a *access) mayLookUp() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if s := a.now().Unix(); s != a.second {
		a.second, a.lookups = s, 0
	}
	a.lookups++
	return a.lookups <= unknownRate
}

// touch notes that a link was used, at most once a minute. It is stored a
// little later, by flush: nobody at the door waits for the database.
func (a *access) touch(id int64) {
	now := a.now()
	a.mu.Lock()
	defer a.mu.Unlock()
	l, ok := a.byID[id]
	if !ok || now.Sub(l.LastUsed) < touchEvery {
		return
	}
	l.LastUsed = now
	a.byID[id], a.byHash[string(l.Hash)] = l, l
	a.used[id] = now
}

// flush stores when links were used. A use that cannot be stored is forgotten:
// it is not worth a second try.
func (a *access) flush(ctx context.Context) {
	a.mu.Lock()
	used := a.used
	a.used = map[int64]time.Time{}
	a.mu.Unlock()
	for id, at := range used {
		_ = a.store.TouchLink(ctx, id, at)
	}
}

// LinkByID finds a link that is still good, for a session that names it.
func (h *Hall) LinkByID(id int64) (Link, error) {
	h.access.mu.RLock()
	defer h.access.mu.RUnlock()
	l, ok := h.access.byID[id]
	if !ok {
		return Link{}, comment.ErrNotFound
	}
	if !l.Revoked.IsZero() {
		return Link{}, comment.ErrExpired
	}
	return l, nil
}

// Stays tells why a seat that was given may not be kept, nil when it may. It is
// asked once the socket is registered: what was taken back between the look at
// the key and that moment could not evict it.
func (h *Hall) Stays(s Seat) error {
	if s.Link == 0 {
		return nil
	}
	_, err := h.LinkByID(s.Link)
	return err
}

// NewCode makes a one-time code for an owner's session.
func (h *Hall) NewCode() string { return h.access.keys.NewCode(h.now()) }

// TradeCode gives the owner link for a one-time code: good for ten minutes and
// one use, and gone with the process, since which were used is in memory alone.
// ErrExpired for every other.
func (h *Hall) TradeCode(code string) (Link, error) {
	a, now := h.access, h.now()
	made, ok := a.keys.codeMade(code)
	if !ok || made.Before(a.began) || made.After(now) || now.Sub(made) > codeAge {
		return Link{}, comment.ErrExpired
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, again := a.traded[code]; again {
		return Link{}, comment.ErrExpired
	}
	for old, end := range a.traded {
		if now.After(end) {
			delete(a.traded, old)
		}
	}
	a.traded[code] = made.Add(codeAge)
	owner, ok := a.find(func(l Link) bool { return l.Role == comment.Owner })
	if !ok {
		return Link{}, comment.ErrExpired
	}
	return owner, nil
}

// find gives the oldest good link that fits. The caller holds the lock.
func (a *access) find(fits func(Link) bool) (Link, bool) {
	var found Link
	for _, l := range a.byID {
		if l.Revoked.IsZero() && fits(l) && (found.ID == 0 || l.ID < found.ID) {
			found = l
		}
	}
	return found, found.ID != 0
}

// ScreenKey gives the key of a room's overlay or audience link to show it
// again, and ErrNotFound when there is no such link.
func (h *Hall) ScreenKey(room string, role comment.Role) (string, error) {
	h.access.mu.RLock()
	defer h.access.mu.RUnlock()
	l, ok := h.access.find(func(l Link) bool { return l.Role == role && l.Room == room })
	if !ok {
		return "", comment.ErrNotFound
	}
	return h.access.keys.screenKey(l.ID), nil
}

// Registrar makes and revokes links; a command beside a running server uses
// it, too.
type Registrar struct {
	Links Links
	Rooms Rooms
	Keys  Keys
	Now   func() time.Time
	By    Actor // in whose name; without a role nothing is noted in the audit
}

// New makes a link and gives its key, which for owners, moderators and senders
// is shown this once. An owner's link has no room.
func (r Registrar) New(ctx context.Context, room string, role comment.Role, label string) (Link, string, error) {
	if !slices.Contains(comment.Roles, role) {
		return Link{}, "", fmt.Errorf("role %q: use owner, moderator, overlay, audience or sender", role)
	}
	if comment.Graphemes(label) > comment.MaxTitleLen {
		return Link{}, "", fmt.Errorf("label: at most %d characters", comment.MaxTitleLen)
	}
	if role == comment.Owner {
		room = ""
	} else if err := r.known(ctx, room); err != nil {
		return Link{}, "", err
	}
	key := randomKey()
	a := r.By.noted(comment.ActLink, r.Now())
	if a != nil {
		a.Detail = string(role) + " " + label
	}
	l, err := r.Links.AddLink(ctx, Link{Room: room, Role: role, Label: label, Made: r.Now()}, func(id int64) []byte {
		if role == comment.Overlay || role == comment.Audience {
			key = r.Keys.screenKey(id)
		}
		return hashKey(key)
	}, a)
	if err != nil {
		return Link{}, "", fmt.Errorf("make a link: %w", err)
	}
	return l, key, nil
}

// Revoke takes a link back. Errors: ErrNotFound, ErrBusy.
func (r Registrar) Revoke(ctx context.Context, id int64) error {
	links, err := r.Links.Links(ctx)
	if err != nil {
		return fmt.Errorf("read links: %w", err)
	}
	i := slices.IndexFunc(links, func(l Link) bool { return l.ID == id })
	if i < 0 {
		return comment.ErrNotFound
	}
	a := r.By.noted(comment.ActRevoke, r.Now())
	if a != nil {
		a.Detail = string(links[i].Role) + " " + links[i].Label
	}
	return r.Links.RevokeLink(ctx, id, r.Now(), a)
}

func (r Registrar) known(ctx context.Context, room string) error {
	rooms, err := r.Rooms.Rooms(ctx)
	if err != nil {
		return fmt.Errorf("read rooms: %w", err)
	}
	if !slices.ContainsFunc(rooms, func(rec RoomRecord) bool { return rec.ID == room }) {
		return fmt.Errorf("room %q: %w", room, comment.ErrNotFound)
	}
	return nil
}

// FirstStart makes what a data folder lacks: a first room when it has none, an
// owner link, and an overlay link for each room.
func (r Registrar) FirstStart(ctx context.Context, first string) error {
	rooms, err := r.Rooms.Rooms(ctx)
	if err != nil {
		return fmt.Errorf("read rooms: %w", err)
	}
	if len(rooms) == 0 {
		rec, err := r.Rooms.AddRoom(ctx, comment.NewRoom(first), nil)
		if err != nil {
			return fmt.Errorf("make room %s: %w", first, err)
		}
		rooms = append(rooms, rec)
	}
	links, err := r.Links.Links(ctx)
	if err != nil {
		return fmt.Errorf("read links: %w", err)
	}
	has := func(room string, role comment.Role) bool {
		return slices.ContainsFunc(links, func(l Link) bool { return l.Role == role && l.Room == room && l.Revoked.IsZero() })
	}
	if !has("", comment.Owner) {
		if _, _, err := r.New(ctx, "", comment.Owner, hostLabel); err != nil {
			return err
		}
	}
	for _, room := range rooms {
		if has(room.ID, comment.Overlay) {
			continue
		}
		if _, _, err := r.New(ctx, room.ID, comment.Overlay, firstLabel); err != nil {
			return err
		}
	}
	return nil
}
