package live

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"danmaku/comment"
)

// pollEvery is how often a running server asks whether a program beside it
// changed rooms, links or rules.
const pollEvery = 250 * time.Millisecond

// Parts is what a hall is built of. All are needed.
type Parts struct {
	Journal  Journal
	History  History
	Rooms    Rooms
	Links    Links
	Rules    Rules
	Pictures Pictures
	Styles   Styles
	Bans     Bans
	Audit    Audit
	Changes  Changes

	Recordings Recordings

	Limiter Limiter
	Filter  Filter
	Encoder Encoder
	Outlet  Outlet
	Keys    Keys
	Log     *slog.Logger
	Now     func() time.Time
}

// Hall is all rooms of this process.
type Hall struct {
	journal  Journal
	history  History
	stored   Rooms
	rules    Rules
	pictures Pictures
	styles   Styles
	banned   Bans
	audit    Audit
	changes  Changes
	tapes    Recordings
	limiter  Limiter
	filter   Filter
	encoder  Encoder
	outlet   Outlet
	keys     Keys
	slog     *slog.Logger
	now      func() time.Time

	access  *access
	refs    *refs
	bans    bans
	replays replays
	salt    atomic.Uint32
	saved   atomic.Int64 // nanoseconds the last append took

	mu    sync.RWMutex
	rooms map[string]*room

	stop context.CancelFunc
	done sync.WaitGroup
}

// Open builds a hall and loads its rooms, links and rules. Nothing moves until
// [Hall.Start].
func Open(ctx context.Context, p Parts) (*Hall, error) {
	h := &Hall{
		journal: p.Journal, history: p.History, stored: p.Rooms, rules: p.Rules, pictures: p.Pictures, styles: p.Styles, banned: p.Bans, audit: p.Audit, changes: p.Changes, tapes: p.Recordings,
		limiter: p.Limiter, filter: p.Filter, encoder: p.Encoder, outlet: p.Outlet, keys: p.Keys,
		slog: p.Log, now: p.Now, access: newAccess(p.Links, p.Keys, p.Now), refs: newRefs(),
		rooms: map[string]*room{},
	}
	h.salt.Store(rand.Uint32())
	if err := h.load(ctx); err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return h, nil
}

// Start follows the journal and watches for changes made beside the server.
func (h *Hall) Start() {
	h.journal.Follow(h.apply)
	ctx, stop := context.WithCancel(context.Background())
	h.stop = stop
	h.done.Go(func() { h.watch(ctx) })
}

// Close ends what Start began, replays and the rooms' feeds. The journal is the
// caller's to close, after it.
func (h *Hall) Close() error {
	h.replays.close()
	if h.stop != nil {
		h.stop()
	}
	h.done.Wait()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range h.rooms {
		r.close()
	}
	return nil
}

// load brings memory to what is stored: new rooms, all links, all rules.
func (h *Hall) load(ctx context.Context) error {
	records, err := h.stored.Rooms(ctx)
	if err != nil {
		return fmt.Errorf("load rooms: %w", err)
	}
	for _, rec := range records {
		if err := h.addRoom(ctx, rec); err != nil {
			return err
		}
	}
	if err := h.loadLinks(ctx); err != nil {
		return err
	}
	if err := h.loadBans(ctx); err != nil {
		return err
	}
	return h.loadRules(ctx)
}

// loadLinks reads all links, and closes the sockets of those taken back.
func (h *Hall) loadLinks(ctx context.Context) error {
	revoked, err := h.access.load(ctx)
	if err != nil {
		return err
	}
	if len(revoked) > 0 {
		h.outlet.Evict(func(s Seat) error {
			if slices.Contains(revoked, s.Link) {
				return comment.ErrExpired
			}
			return nil
		})
	}
	return nil
}

func (h *Hall) loadRules(ctx context.Context) error {
	lists, err := h.rules.RuleLists(ctx)
	if err != nil {
		return fmt.Errorf("load rules: %w", err)
	}
	if err := h.filter.SetRules(lists); err != nil {
		h.slog.Warn("some rules cannot be understood and are left out", "err", err)
	}
	return nil
}

func (h *Hall) addRoom(ctx context.Context, rec RoomRecord) error {
	h.mu.RLock()
	_, known := h.rooms[rec.ID]
	h.mu.RUnlock()
	if known {
		return nil
	}
	load := ringLoad
	if rec.Delay > 0 { // what is still to leave must be among them
		load = ringSize
	}
	recent, err := h.journal.Recent(ctx, rec.ID, load)
	if err != nil {
		return fmt.Errorf("load room %s: %w", rec.ID, err)
	}
	r := newRoom(rec, recent, h.encoder, h.outlet)
	if err := h.recall(ctx, r, rec); err != nil {
		r.close()
		return fmt.Errorf("load room %s: %w", rec.ID, err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, known := h.rooms[rec.ID]; known { // made by a request meanwhile
		r.close()
		return nil
	}
	h.rooms[rec.ID] = r
	return nil
}

// watch reloads when somebody else changed what is held in memory.
func (h *Hall) watch(ctx context.Context) {
	var known int64
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		h.access.flush(ctx)
		n, err := h.changes.Changes(ctx)
		if err == nil && n != known {
			if err = h.load(ctx); err == nil {
				known = n
			}
		}
		if err != nil && ctx.Err() == nil {
			h.slog.Warn("cannot read changes made beside the server", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// apply takes a batch that has left the journal.
func (h *Hall) apply(batch []comment.Event) {
	for _, e := range batch {
		if r, err := h.room(e.Room); err == nil {
			h.settle(r, e)
			r.apply(h.encoder, e)
			if rp := h.replays.find(e.Room); rp != nil && e.Kind == comment.KindRoom && e.Setup.State == comment.Closed {
				rp.halt()
			}
		} else {
			h.slog.Warn("the journal has an event of an unknown room", "room", e.Room, "seq", e.Seq)
		}
	}
}

func (h *Hall) room(id string) (*room, error) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	r, ok := h.rooms[id]
	if !ok {
		return nil, fmt.Errorf("room %q: %w", id, comment.ErrNotFound)
	}
	return r, nil
}

// Forget takes comments written before a moment out of memory, after they were
// deleted from the log: nobody starts from them any more.
func (h *Hall) Forget(before time.Time) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for _, r := range h.rooms {
		r.mu.Lock()
		r.ring.take(func(c comment.Comment) bool { return c.At.Before(before) })
		r.mu.Unlock()
	}
}

// Room gives a room's settings.
func (h *Hall) Room(id string) (comment.Room, error) {
	r, err := h.room(id)
	if err != nil {
		return comment.Room{}, err
	}
	return r.settings(), nil
}

// RoomList gives the settings of all rooms, by name.
func (h *Hall) RoomList() []comment.Room {
	h.mu.RLock()
	defer h.mu.RUnlock()
	out := make([]comment.Room, 0, len(h.rooms))
	for _, r := range h.rooms {
		out = append(out, r.settings())
	}
	slices.SortFunc(out, func(a, b comment.Room) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// Still runs fn with how far a view of a room has been told, while no frame is
// on its way to it: a client drops comments up to the position it knows, so one
// that overtook its frame would lose the frame's comments. fn must not wait for
// anything.
func (h *Hall) Still(roomID string, v View, fn func(comment.Position)) error {
	r, err := h.room(roomID)
	if err != nil {
		return err
	}
	r.feed(v).join(func(passed int64) { fn(r.position(passed)) })
	return nil
}

// Wait tells how long an author would have to wait now.
func (h *Hall) Wait(roomID, user string) time.Duration {
	return h.limiter.Wait(LimitKey{Room: roomID, User: user})
}

// Ready is nil while comments can be saved.
func (h *Hall) Ready() error { return h.journal.Ready() }

// Keys derives pseudonyms and hashes.
func (h *Hall) Keys() Keys { return h.keys }

func (h *Hall) newID(at time.Time) comment.ID { return comment.NewID(at, h.salt.Add(1)) }
