package socket

import (
	"slices"
	"sync"
	"sync/atomic"

	"danmaku/live/fanout"
)

// group is the clients of one view of a room.
type group struct {
	key      groupKey
	hub      *Hub
	sockets  atomic.Int64 // clients, including those in mid-handshake
	place    int          // index in the hub's occupied groups, under their lock; -1 when not in it
	pressure backpressure
	traffic  traffic

	mu      sync.Mutex
	members []*stream // clients that have been welcomed
	walked  bool      // a walk over members may be under way: a change copies them first

	sending  sync.Mutex // one broadcast at a time, since compressed frames depend on each other
	chains   [2]*chain  // of the forms, while a client follows them
	numbered uint32     // frames broadcast so far; a chain is identified by the number of its last frame
	quiet    bool       // there was no broadcast since the last heartbeat
}

func newGroup(h *Hub, key groupKey) *group { return &group{key: key, hub: h, place: -1} }

// Len counts clients, including those in mid-handshake.
func (g *group) Len() int { return int(g.sockets.Load()) }

// arrives counts a new client, leaves one that has ended.
func (g *group) arrives() {
	g.sockets.Add(1)
	g.hub.occupied.add(g)
}

func (g *group) leaves() { g.sockets.Add(-1) }

// register adds a client that is being welcomed.
func (g *group) register(s *stream) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.own()
	s.place = len(g.members)
	g.members = append(g.members, s)
}

// unregister removes a client, if it was ever added.
func (g *group) unregister(s *stream) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if s.place < 0 {
		return
	}
	g.own()
	last := len(g.members) - 1
	moved := g.members[last]
	g.members[s.place], moved.place = moved, s.place
	g.members[last] = nil
	g.members = g.members[:last]
	s.place = -1
}

// own makes sure that no walk sees a change of the list.
func (g *group) own() {
	if g.walked {
		g.members, g.walked = slices.Clone(g.members), false
	}
}

// list returns the current members, to walk over without a lock.
func (g *group) list() []*stream {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.walked = true
	return g.members
}

// recipients are the members of a group at one moment; the zero value has none.
type recipients struct {
	group   *group
	members []*stream

	hub       *Hub        // of observers
	observers []*Observer // those that receive what an overlay receives
}

// Send implements fanout.Recipients. Overlays come before observers.
func (r recipients) Send(frame fanout.Frame) (taken <-chan struct{}) {
	if len(r.observers) > 0 {
		defer r.hub.streamFrame(r.observers, frame.Full)
	}
	if r.group == nil {
		return nil
	}
	return r.group.broadcast(r.members, frame)
}

// broadcast writes a frame to each member, in the form that it reads. The returned channel
// closes once most have received it, see [backpressure.launch].
func (g *group) broadcast(all []*stream, frame fanout.Frame) (taken <-chan struct{}) {
	g.sending.Lock()
	defer g.sending.Unlock()
	g.quiet = false
	launched := g.pressure.launch(len(all))
	forms := g.forms(frame, launched)
	written := g.walk(all, forms.of)
	forms.close()
	if launched == nil {
		return nil
	}
	launched.land(written)
	return launched.taken
}

// releaseIdleChains frees the chains of a group that is quiet. Every heartbeat calls it. It
// reports whether nothing is left to free.
func (g *group) releaseIdleChains() (released bool) {
	if !g.sending.TryLock() {
		return false
	}
	defer g.sending.Unlock()
	released = g.quiet
	if g.quiet {
		g.chains = [2]*chain{}
	}
	g.quiet = true
	return released
}

// announce sends all members a frame that nothing waits for.
func (g *group) announce(payload []byte) {
	p := newParcel(payload)
	g.walk(g.list(), func(*stream) *parcel { return p })
}

// walk writes each member its parcel at once. Only a client that reads too slowly for that
// gets it through its queue, which takes a goroutine. walk waits for no client, and returns
// how many were written at once.
func (g *group) walk(all []*stream, of func(*stream) *parcel) (written int64) {
	size := int64(0)
	for _, s := range all {
		// A client that is being disconnected may have missed a frame, and a later frame
		// would hide the gap; and nothing may follow a bye. Both clients resume where they
		// were.
		if s.silent.Load() {
			continue
		}
		if p := of(s); g.deliver(s, p) {
			written++
			size += int64(len(p.wire))
		}
	}
	g.traffic.frames.Add(1)
	g.traffic.add(written, size)
	return written
}

// deliver writes a member a parcel at once, or through its queue. It returns true for at
// once.
func (g *group) deliver(s *stream, p *parcel) bool {
	if s.pass(p) {
		return true
	}
	if !s.enqueue(p) {
		g.hub.disconnectStream(s, reasonSlow)
	}
	return false
}
