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
	"danmaku/live/access"
	"danmaku/live/fanout"
	"danmaku/live/replay"
	"danmaku/room"
)

// upkeepEvery is how often a running server stores when links were used, and forgets old
// refs.
const upkeepEvery = 10 * time.Second

// Deps holds the dependencies of a service. All are required unless nil has a meaning.
type Deps struct {
	Journal  Journal
	History  History
	Rooms    Rooms
	Links    access.Links
	Rules    Rules
	Pictures Pictures
	Emotes   Emotes // nil: rooms have no emotes of their own
	Photos   Photos // nil: rooms have no photo walls
	Styles   Styles
	Chats    Chats         // nil: no chats are connected
	Runner   ChatRunner    // of Chats
	Webhooks Webhooks      // nil: no webhooks are sent
	Sender   WebhookRunner // of Webhooks
	Bans     Bans
	Notes    Notes
	Audit    Audit
	Shows    Shows
	WiFi     WiFi     // nil: no room has a network
	Keep     Keep     // nil: how long comments are kept is not stored
	KeepSet  *KeepSet // the value of a flag, a variable or the file; nil: the stored choice applies

	Recordings replay.Recordings

	Limiter Limiter
	Filter  Filter
	Opinion SecondOpinion // nil: no second opinion is asked
	Encoder Encoder
	Outlet  Outlet
	Keys    access.Keys
	Cluster Cluster      // nil: this machine is alone
	Codes   access.Codes // of all machines; nil without a cluster
	Log     *slog.Logger
	Now     func() time.Time
	// Elapsed returns the time since some earlier moment, by a clock that is never set. Nil
	// means the system's monotonic clock.
	Elapsed func() time.Duration
	// Timings are observed while the service runs; nil ones are not measured.
	Timings Timings
}

// Service runs all rooms of this process.
type Service struct {
	journal  Journal
	history  History
	stored   Rooms
	links    access.Links
	rules    Rules
	pictures Pictures
	emotes   Emotes
	photos   Photos
	styles   Styles
	banned   Bans
	notes    Notes
	audit    Audit
	shows    Shows
	wifi     WiFi
	keep     Keep
	keeping  keptDays
	keepSet  *KeepSet
	attended attended
	limiter  Limiter
	filter   Filter
	opinion  SecondOpinion
	encoder  Encoder
	outlet   Outlet
	keys     access.Keys
	cluster  Cluster // nil: this machine is alone
	slog     *slog.Logger
	now      func() time.Time
	mono     func() time.Duration // of clock
	clock    clock
	timings  Timings

	access    *access.Table
	refs      *refs
	lookUps   chan struct{} // holds one element for each running look-up
	bans      bans
	warned    warnings
	replays   *replay.Replays
	replaying replaysElsewhere
	outward   outward
	chats     chats
	webhooks  webhooks
	pressing  pressing
	resumes   *fanout.Reads
	salt      atomic.Uint32
	newest    time.Time    // by the log's IDs, when the service was opened
	saved     atomic.Int64 // duration of the last append in nanoseconds

	previews   chan struct{} // holds one element while a list is compiled before saving
	ruling     sync.Mutex    // held while rules are loaded
	ruleFaults string        // faults of the rules in force

	mu    sync.RWMutex
	rooms map[string]*liveRoom

	stop context.CancelFunc
	done sync.WaitGroup
}

// Open builds a service, loads its rooms, links and rules, and follows the journal: after
// it, every use case may be called. [Service.Close] ends it.
func Open(ctx context.Context, deps Deps) (*Service, error) {
	svc := newService(deps)
	var err error
	svc.newest, err = svc.newestTime(ctx)
	if err == nil {
		err = svc.loadKeep(ctx, deps.Keep, deps.KeepSet)
	}
	if err == nil {
		err = svc.load(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, svc.Close())
	}
	svc.journal.Follow(svc.apply)
	return svc, nil
}

// newService returns a service without rooms, links and rules.
func newService(deps Deps) *Service {
	svc := &Service{
		journal: deps.Journal, history: deps.History, stored: deps.Rooms, links: deps.Links, rules: deps.Rules,
		pictures: deps.Pictures, emotes: deps.Emotes, photos: deps.Photos, styles: deps.Styles,
		banned: deps.Bans, notes: deps.Notes, audit: deps.Audit, shows: deps.Shows, wifi: deps.WiFi, keepSet: deps.KeepSet,
		limiter: deps.Limiter, filter: deps.Filter, opinion: deps.Opinion, encoder: deps.Encoder, outlet: deps.Outlet,
		keys: deps.Keys, cluster: deps.Cluster, slog: deps.Log, now: deps.Now, timings: deps.Timings,
		clock: newClock(deps.Now, deps.Elapsed), rooms: map[string]*liveRoom{}, refs: newRefs(),
		attended: attended{rooms: map[*liveRoom]bool{}, wake: make(chan struct{}, 1)},
		lookUps:  make(chan struct{}, lookUps), previews: make(chan struct{}, 1),
	}
	svc.mono = svc.clock.elapsed
	svc.replays = replay.New(replay.Deps{Recordings: deps.Recordings, Rooms: replayRooms{svc}, Log: deps.Log, Now: deps.Now})
	svc.chats.book, svc.chats.runner = ChatBook{Stored: deps.Chats, Keys: deps.Keys, Now: deps.Now}, deps.Runner
	svc.webhooks.stored, svc.webhooks.runner = deps.Webhooks, deps.Sender
	svc.access = access.NewTable(deps.Links, deps.Keys, deps.Now, svc.mono)
	svc.access.ShareCodes(deps.Codes)
	svc.resumes = fanout.NewReads(svc.mono)
	svc.salt.Store(rand.Uint32())
	return svc
}

// Start connects the chats, sends the webhooks and begins the upkeep of what is in memory.
func (svc *Service) Start() {
	ctx, stop := context.WithCancel(context.Background())
	svc.stop = stop
	if svc.cluster == nil {
		svc.startOutward(ctx)
	} else {
		svc.done.Go(func() { svc.followHome(ctx) })
	}
	svc.done.Go(func() { svc.keepUp(ctx) })
	svc.done.Go(func() { svc.runShows(ctx) })
}

// Close ends what Open and Start began: replays, upkeep and the rooms' broadcasters. The
// caller closes the journal afterwards.
func (svc *Service) Close() error {
	svc.replays.Close()
	if svc.stop != nil {
		svc.stop()
	}
	svc.done.Wait()
	svc.mu.Lock()
	defer svc.mu.Unlock()
	for _, r := range svc.rooms {
		svc.keepReactions(context.Background(), r, keepNow)
		r.close()
	}
	return nil
}

// keepUp does the periodic work until ctx ends, and once more at the end.
func (svc *Service) keepUp(ctx context.Context) {
	tick := time.NewTicker(upkeepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			svc.keepUses(context.WithoutCancel(ctx))
			return
		case <-tick.C:
			svc.keepUses(ctx)
			svc.refs.expire(svc.mono())
		}
	}
}

// apply applies a batch from the journal.
func (svc *Service) apply(batch []room.Event) {
	for _, e := range batch {
		r, err := svc.room(e.Room)
		if err != nil {
			svc.slog.Warn("the journal has an event of an unknown room", "room", e.Room, "seq", e.Seq)
			continue
		}
		svc.applyEvent(r, e)
	}
}

// applyEvent applies an event to its room and to what depends on it: counts, timed items,
// sockets, replays and webhooks.
func (svc *Service) applyEvent(r *liveRoom, e room.Event) {
	svc.onCommitted(r, e)
	if e.Seq > 0 && e.Seq <= r.head() {
		return // the room was loaded with this event
	}
	var was room.Room
	if e.Kind == room.KindRoom {
		was = r.settings()
	}
	if svc.decides() { // otherwise another machine counts it
		r.tally.totalEvent(e)
	}
	r.apply(svc.encoder, svc.grouped(e))
	switch e.Kind {
	case room.KindItem:
		svc.attend(r)
	case room.KindRoom:
		svc.evictBy(r.id, was, *e.Setup)
		if e.Setup.State == room.Closed {
			svc.replays.Halt(e.Room)
		}
	}
	if svc.webhooks.runner != nil && e.Kind != room.KindEntry {
		svc.webhooks.runner.Moved(e.Room)
	}
}

// evictBy closes the sockets that a change of settings excludes. It runs once memory has
// the change, so that a client that registers later sees it; see [Service.Stays].
func (svc *Service) evictBy(roomID string, was, now room.Room) {
	if now.Archived == was.Archived && now.Secret == was.Secret {
		return
	}
	svc.outlet.Evict(func(s Client) error {
		if s.Room != roomID {
			return nil
		}
		return mayStay(now, s)
	})
}

func (svc *Service) room(id string) (*liveRoom, error) {
	svc.mu.RLock()
	defer svc.mu.RUnlock()
	r, ok := svc.rooms[id]
	if !ok {
		return nil, fmt.Errorf("room %q: %w", id, room.ErrNotFound)
	}
	return r, nil
}

// Forget drops comments written before a moment from memory, after they were deleted from
// the log: no resume starts from them any more.
func (svc *Service) Forget(before time.Time) {
	svc.mu.RLock()
	defer svc.mu.RUnlock()
	for _, r := range svc.rooms {
		r.mu.Lock()
		old := func(c comment.Comment) bool { return c.At.Before(before) }
		r.ring.Take(old)
		r.queue.take(old)
		r.showing.forget(before)
		r.mu.Unlock()
	}
}

// Room returns a room's settings.
func (svc *Service) Room(id string) (room.Room, error) {
	r, err := svc.room(id)
	if err != nil {
		return room.Room{}, err
	}
	return r.settings(), nil
}

// RoomsOf lists the rooms that by may read, by name.
func (svc *Service) RoomsOf(by room.Actor) ([]room.Room, error) {
	if !by.Role.Can(room.ReadRoom) {
		return nil, room.ErrNotAllowed
	}
	return slices.DeleteFunc(svc.RoomList(), func(r room.Room) bool { return !by.Can(room.ReadRoom, r.ID) }), nil
}

// RoomList returns the settings of all rooms, by name.
func (svc *Service) RoomList() []room.Room {
	svc.mu.RLock()
	defer svc.mu.RUnlock()
	out := make([]room.Room, 0, len(svc.rooms))
	for _, r := range svc.rooms {
		out = append(out, r.settings())
	}
	slices.SortFunc(out, func(a, b room.Room) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// Still runs fn with the position up to which a view of a room has received the log, while
// no frame is on its way to the view. A client drops comments up to the position it knows,
// so a position that overtook its frame would lose the frame's comments. fn must not wait
// for anything.
func (svc *Service) Still(roomID string, v room.View, fn func(room.Position)) error {
	r, err := svc.room(roomID)
	if err != nil {
		return err
	}
	r.broadcaster(v).Still(func(passed int64) { fn(r.position(passed)) })
	return nil
}

// Wait returns how long an author would have to wait now.
func (svc *Service) Wait(roomID, user string) time.Duration {
	return svc.limiter.Wait(room.LimitKey{Room: roomID, User: user})
}

// Vouch reports whether an identity may carry the time at which it was made. user is empty
// for a new identity.
func (svc *Service) Vouch(roomID, user string, networks []string) bool {
	return svc.limiter.Vouch(room.LimitKey{Room: roomID, User: user, Networks: networks})
}

// Ready returns nil while comments can be saved.
func (svc *Service) Ready() error { return svc.journal.Ready() }

// Keys returns the keys that derive pseudonyms and hashes.
func (svc *Service) Keys() access.Keys { return svc.keys }

// newID makes the ID of a comment written at a moment. When the clock is so wrong that it
// yields no valid ID, newID uses the time of the newest comment.
func (svc *Service) newID(at time.Time) comment.ID {
	if id := comment.NewID(at, svc.salt.Add(1)); id > 0 {
		return id
	}
	return comment.NewID(svc.newest.Add(time.Millisecond+svc.mono()), svc.salt.Add(1))
}
