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
	sockets  atomic.Int64 // clients, those in mid-handshake among them
	place    int          // in the hub's occupied groups, under their lock; -1 while it is not in it
	pressure backpressure
	traffic  traffic

	mu      sync.Mutex
	members []*stream // clients that have been greeted
	walked  bool      // a walk over members may be under way: a change copies them first

	sending  sync.Mutex // one broadcast at a time, since compressed ones hang on each other
	chains   [2]*chain  // of the forms, while somebody follows them
	numbered uint32     // frames broadcast so far; a chain is known by the number of its last one
	quiet    bool       // there was no broadcast since the last heartbeat
}

func newGroup(h *Hub, key groupKey) *group { return &group{key: key, hub: h, place: -1} }

// Len counts clients, those in mid-handshake among them.
func (g *group) Len() int { return int(g.sockets.Load()) }

// arrives counts a client that is taken in, leaves one that has ended.
func (g *group) arrives() {
	g.sockets.Add(1)
	g.hub.occupied.add(g)
}

func (g *group) leaves() { g.sockets.Add(-1) }

// register adds a client that is being greeted.
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

// list returns the members of now, to walk over without a lock.
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
	observers []*Observer // that get what an overlay gets
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

// broadcast writes a frame to each member, in the form that it reads. The returned
// channel closes once most have been written it, see [backpressure.launch].
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

// releaseIdleChains is called with every heartbeat: a group that is quiet needs no chains. It
// reports whether there is nothing left to give back.
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

// announce sends a frame that nothing waits for to all members.
func (g *group) announce(payload []byte) {
	p := newParcel(payload)
	g.walk(g.list(), func(*stream) *parcel { return p })
}

// walk writes each member its parcel at once. Only a client that reads too slowly for
// that gets it by its queue, which takes a goroutine. walk waits for no client, and
// returns how many were written at once.
func (g *group) walk(all []*stream, of func(*stream) *parcel) (written int64) {
	size := int64(0)
	for _, s := range all {
		// A client that is being disconnected may have missed a frame, which a later
		// one would hide; and nothing follows a bye. Both resume where they were.
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

// deliver writes a member a parcel at once, or by its queue. It returns true for at
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
