package connector

import (
	"context"
	"hash/maphash"
	"log/slog"
	"reflect"
	"strings"
	"sync"
	"time"

	"danmaku/comment"
)

// Bounds of one chat.
const (
	workers     = 16               // one worker handles all messages of an author, in order
	workerQueue = 128              // beyond it messages are dropped and counted
	knownFor    = 2 * time.Hour    // how long a message's comment is remembered
	knownMost   = 20_000           //
	tombFor     = 10 * time.Minute // how long a removal is remembered for pending messages
	tombMost    = 10_000           //
	actWithin   = 10 * time.Second // for one submit or removal
	removalMost = 1_024            // removals that may wait
)

// chat is one chat: its state, and its messages on their way into its room.
type chat struct {
	id, room, kind string
	rooms          Rooms
	clock          Clock
	log            *slog.Logger
	changed        func(id string)
	end            context.CancelFunc
	finished       chan struct{}
	stopping       chan struct{}   // closed when nothing more is accepted
	before         <-chan struct{} // closed when the chat that this one replaces has ended

	seed     maphash.Seed
	queues   [workers]chan arrival
	removals chan Removal

	jitter func() float64

	mu        sync.Mutex
	settings  Settings  // its switches change while the chat runs; see setup
	rest      time.Time // until then messages are dropped, since the room is full
	state     State
	open      bool  // the workers run
	connected bool  // since the last try began
	seq       int64 // counts arrivals and removals
	known     *recent[messageKey, comment.ID]
	logins    *recent[userKey, string] // a platform's login to its user id
	gone      *recent[messageKey, int64]
	goneUsers *recent[userKey, int64]
	goneAll   map[comment.Source]int64
}

type (
	messageKey struct {
		origin comment.Source
		id     string
	}
	userKey struct {
		origin comment.Source
		user   string
	}
	arrival struct {
		Message
		seq int64
	}
)

func newChat(settings Settings, rooms Rooms, env Env, log *slog.Logger, changed func(id string)) *chat {
	c := &chat{
		id: settings.ID, room: settings.Room, kind: settings.Kind, settings: settings, rooms: rooms, clock: env.Clock, jitter: env.Jitter, log: log, changed: changed, finished: make(chan struct{}), stopping: make(chan struct{}),
		seed: maphash.MakeSeed(), removals: make(chan Removal, removalMost), state: State{Phase: Off},
		known: newRecent[messageKey, comment.ID](knownMost, knownFor), logins: newRecent[userKey, string](knownMost, knownFor),
		gone: newRecent[messageKey, int64](tombMost, tombFor), goneUsers: newRecent[userKey, int64](tombMost, tombFor),
		goneAll: map[comment.Source]int64{},
	}
	for i := range c.queues {
		c.queues[i] = make(chan arrival, workerQueue)
	}
	return c
}

// start starts the workers. The returned function waits until everything that was delivered
// has its answer.
func (c *chat) start() func() {
	var running sync.WaitGroup
	for _, q := range c.queues {
		running.Go(func() { each(c.stopping, q, c.submit) })
	}
	running.Go(func() { each(c.stopping, c.removals, c.remove) })
	c.set(func(*State) { c.open = true })
	return func() {
		c.set(func(*State) { c.open = false })
		close(c.stopping)
		running.Wait()
	}
}

// each handles the elements of queue until stop is closed and queue is empty.
func each[T any](stop <-chan struct{}, queue <-chan T, handle func(T)) {
	for {
		select {
		case v := <-queue:
			handle(v)
		case <-stop:
			for {
				select {
				case v := <-queue:
					handle(v)
				default:
					return
				}
			}
		}
	}
}

func (c *chat) set(change func(*State)) {
	c.mu.Lock()
	was := c.state.Phase
	change(&c.state)
	is := c.state.Phase
	switch is {
	case Connecting:
		c.connected = false
	case Connected, Waiting:
		c.connected = true
	}
	c.mu.Unlock()
	if is != was {
		c.changed(c.id)
	}
}

// setup returns the current settings.
func (c *chat) setup() Settings {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.settings
}

// adopt applies new settings if only switches have changed, and reports whether that was
// so. Later messages use them; the connection stays. It returns false for a stopped chat,
// which must be restarted: somebody has changed something.
func (c *chat) adopt(settings Settings) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state.Phase == Stopped || !reflect.DeepEqual(c.settings.connection(), settings.connection()) {
		return false
	}
	c.settings = settings
	return true
}

func (c *chat) now() State {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state
}

// reached reports whether the platform answered in the last try.
func (c *chat) reached() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.connected
}

func (c *chat) stopped(f *Fault) {
	c.set(func(st *State) { st.Phase, st.Fault = Stopped, f })
}

// Connected implements [Sink].
func (c *chat) Connected(channel string) {
	c.set(func(st *State) { st.Phase, st.Channel, st.Fault = Connected, channel, nil })
}

// Waiting implements [Sink].
func (c *chat) Waiting(channel string) {
	c.set(func(st *State) { st.Phase, st.Channel, st.Fault = Waiting, channel, nil })
}

// Skipped implements [Sink].
func (c *chat) Skipped() { c.set(func(st *State) { st.Counts.Skipped++ }) }

// Message implements [Sink]. It drops messages while the chat is off. A payment without a
// message gets the amount as its text.
func (c *chat) Message(m Message) {
	if strings.TrimSpace(m.Text) == "" {
		if m.Paid == nil {
			return
		}
		m.Text, m.Emotes = comment.Paid(*m.Paid).String(), nil
	}
	c.mu.Lock()
	if !c.open || m.Guest && !c.settings.Guests {
		c.mu.Unlock()
		return
	}
	c.seq++
	a := arrival{m, c.seq}
	now := c.clock.Now()
	c.state.Last = now
	c.state.Counts.Received++
	if m.Login != "" && m.UserID != "" {
		c.logins.put(userKey{m.Origin, m.Login}, m.UserID, now)
	}
	c.mu.Unlock()
	author := m.UserID
	if author == "" {
		author = m.Login + m.Name
	}
	select {
	case c.queues[maphash.String(c.seed, author)%workers] <- a:
	default:
		c.set(func(st *State) { st.Counts.Overflow++ })
	}
}

// Removal implements [Sink]. It adds the tombstone before it returns, so that a pending
// message does not appear after its own removal. It waits while very many removals wait:
// none is dropped.
func (c *chat) Removal(r Removal) {
	c.mu.Lock()
	if !c.open {
		c.mu.Unlock()
		return
	}
	c.seq++
	now := c.clock.Now()
	if r.UserID == "" && r.Login != "" {
		id, known := c.logins.get(userKey{r.Origin, r.Login}, now)
		if r.UserID = id; !known { // from before this process, on a platform that sends no IDs
			r.UserID = ByName(r.Login)
		}
	}
	switch {
	case r.All:
		c.goneAll[r.Origin] = c.seq
	case r.MessageID != "":
		c.gone.put(messageKey{r.Origin, r.MessageID}, c.seq, now)
	case r.UserID != "":
		c.goneUsers.put(userKey{r.Origin, r.UserID}, c.seq, now)
	default: // a removal that names neither comment nor person
		c.state.Counts.Unknown++
		c.mu.Unlock()
		return
	}
	c.mu.Unlock()
	select {
	case c.removals <- r:
	case <-c.stopping: // the tombstone has to suffice
	}
}
