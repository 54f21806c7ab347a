package connector

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime/debug"
	"slices"
	"sync"
	"time"
)

// How long the supervisor waits between tries, and when a connection counts as
// healthy, so that the next fault starts from the shortest wait again.
const (
	firstRetry  = time.Second
	longestWait = 30 * time.Second
	healthy     = time.Minute
	// A platform that asks for a new connection gets it at once, unless the previous
	// request was so recent that this could repeat forever.
	// within so short a time that it would go on forever.
	askedEarly = 5 * time.Second
)

// Open makes the source of one kind of chat. It does not connect. An error is
// a [*Fault], usually [FaultTarget] or [FaultKeyMissing].
type Open func(s Settings, env Env) (Source, error)

// Supervisor runs chats: one goroutine for each, which connects, and reconnects after
// temporary faults without limit. Its methods are safe for concurrent use.
type Supervisor struct {
	kinds   map[string]Open
	rooms   Rooms
	env     Env
	bases   map[string]string
	log     *slog.Logger
	changed func(id string)

	mu     sync.Mutex
	closed bool
	chats  map[string]*chat
	done   sync.WaitGroup
}

// Options configure a supervisor.
type Options struct {
	Kinds map[string]Open
	Rooms Rooms
	Env   Env               // Bases sets its Base
	Bases map[string]string // by kind, for tests and fakes
	Log   *slog.Logger
	// Changed is called after the phase of a chat has changed, in the chat's goroutine;
	// nil: not called.
	Changed func(id string)
}

// New makes a supervisor without chats.
func New(o Options) *Supervisor {
	if o.Env.Clock == nil {
		o.Env.Clock = SystemClock{}
	}
	if o.Env.Jitter == nil {
		o.Env.Jitter = rand.Float64
	}
	if o.Env.HTTP == nil {
		o.Env.HTTP = &http.Client{}
	}
	// A redirect would send keys to another host.
	client := *o.Env.HTTP
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	o.Env.HTTP = &client
	if o.Env.Dial == nil {
		o.Env.Dial = (&net.Dialer{Timeout: 10 * time.Second}).DialContext
	}
	if o.Changed == nil {
		o.Changed = func(string) {}
	}
	return &Supervisor{kinds: o.Kinds, rooms: o.Rooms, env: o.Env, bases: o.Bases, log: o.Log, changed: o.Changed, chats: map[string]*chat{}}
}

// Set starts a chat, or restarts it with new settings; its counts then start at zero. It
// stores a chat that is off without connecting it. Changed switches take effect at once,
// without a restart.
func (s *Supervisor) Set(settings Settings) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	if was := s.chats[settings.ID]; was != nil {
		if was.adopt(settings) {
			return
		}
		was.end()
	}
	ctx, end := context.WithCancel(context.Background())
	c := newChat(settings, s.rooms, s.env, s.log, s.changed)
	c.end = end
	if was := s.chats[settings.ID]; was != nil {
		c.before = was.finished
	}
	s.chats[settings.ID] = c
	s.done.Go(func() {
		defer close(c.finished)
		if c.before != nil {
			<-c.before // never two connections of one chat
		}
		if !settings.Off {
			s.run(ctx, c)
		}
	})
}

// Remove ends a chat and forgets it.
func (s *Supervisor) Remove(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.chats[id]; c != nil {
		c.end()
		delete(s.chats, id)
	}
}

// Chat returns the settings and the state of one chat.
func (s *Supervisor) Chat(id string) (Settings, State, bool) {
	s.mu.Lock()
	c := s.chats[id]
	s.mu.Unlock()
	if c == nil {
		return Settings{}, State{}, false
	}
	return c.setup(), c.now(), true
}

// Chats returns the settings of a room's chats, ordered by ID.
func (s *Supervisor) Chats(room string) []Settings {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Settings
	for _, c := range s.chats {
		if c.room == room {
			out = append(out, c.setup())
		}
	}
	slices.SortFunc(out, func(a, b Settings) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// Deliver passes a message to a chat as if its platform had sent it. Test lines and posted
// messages use it. It returns false for an unknown chat.
func (s *Supervisor) Deliver(id string, m Message) bool {
	s.mu.Lock()
	c := s.chats[id]
	s.mu.Unlock()
	if c == nil {
		return false
	}
	c.Message(m)
	return true
}

// Retract passes a removal to a chat as if its platform had sent it.
func (s *Supervisor) Retract(id string, r Removal) bool {
	s.mu.Lock()
	c := s.chats[id]
	s.mu.Unlock()
	if c == nil {
		return false
	}
	c.Removal(r)
	return true
}

// Close ends all chats and waits until everything they delivered has its answer.
func (s *Supervisor) Close() {
	s.mu.Lock()
	s.closed = true
	for _, c := range s.chats {
		c.end()
	}
	s.mu.Unlock()
	s.done.Wait()
}

// run connects a chat repeatedly until ctx ends or a final fault occurs.
func (s *Supervisor) run(ctx context.Context, c *chat) {
	work := c.start()
	defer work()
	if s.kinds[c.kind] == nil {
		c.stopped(Stop(FaultTarget, fmt.Sprintf("no connector reads %q", c.kind)))
		<-ctx.Done()
		return
	}
	var source Source
	connect := func() (err error) {
		if source == nil {
			env := s.env
			env.Base = s.bases[c.kind]
			if source, err = s.kinds[c.kind](c.setup(), env); err != nil {
				source = nil
				return err
			}
		}
		return s.connect(ctx, c, source)
	}
	for wait := firstRetry; ctx.Err() == nil; {
		began := s.env.Clock.Now()
		c.set(func(st *State) { st.Phase, st.Fault, st.RetryAt = Connecting, nil, time.Time{} })
		fault := Classify(connect())
		if ctx.Err() != nil {
			break
		}
		if fault.Final {
			s.log.Warn("a chat stopped", "room", c.room, "kind", c.kind, "chat", c.id, "err", fault)
			c.stopped(fault)
			<-ctx.Done()
			break
		}
		if s.env.Clock.Now().Sub(began) >= healthy && c.reached() {
			wait = firstRetry
		}
		asked := fault.Code == FaultReconnect && s.env.Clock.Now().Sub(began) >= askedEarly
		pause := s.pause(wait, asked, fault.RetryAt)
		at := s.env.Clock.Now().Add(pause)
		s.log.Info("a chat is tried again", "room", c.room, "kind", c.kind, "chat", c.id, "at", at, "err", fault)
		c.set(func(st *State) { st.Phase, st.Fault, st.RetryAt = Retrying, fault, at })
		if !asked {
			wait = min(2*wait, longestWait)
		}
		if pause <= 0 {
			continue
		}
		select {
		case <-s.env.Clock.After(pause):
		case <-ctx.Done():
		}
	}
	c.set(func(st *State) { st.Phase, st.Fault, st.RetryAt = Off, nil, time.Time{} })
}

// pause returns how long to wait before the next try: about wait, or nothing if the platform
// asked for a new connection, but at least until the platform's own time, if it named one.
func (s *Supervisor) pause(wait time.Duration, asked bool, retryAt time.Time) time.Duration {
	pause := time.Duration(float64(wait) * (0.8 + 0.4*s.env.Jitter()))
	if asked {
		pause = 0
	}
	if retryAt.IsZero() {
		return pause
	}
	return max(pause, retryAt.Sub(s.env.Clock.Now()))
}

// connect runs a source once. A panic in a source ends its connection, never
// the program.
func (s *Supervisor) connect(ctx context.Context, c *chat, source Source) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			s.log.Error("a bug in the program ended a connector", "kind", c.kind, "panic", fault, "stack", string(debug.Stack()))
			err = Retry(FaultAnswer, "a fault of the program; see the log", nil)
		}
	}()
	return source.Run(ctx, c)
}

// Kinds returns the kinds of chat that this program reads, sorted.
func (s *Supervisor) Kinds() []string { return slices.Sorted(maps.Keys(s.kinds)) }
