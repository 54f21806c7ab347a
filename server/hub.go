package server

import (
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/olahol/melody"

	"danmaku/comment"
)

// hub is the sockets of one view of a room.
type hub struct {
	*melody.Melody
	pulse pulse

	mu      sync.Mutex
	members []*member // who has been greeted
	walked  bool      // somebody walks over members: who changes it copies it first
}

// member is a socket in its hub's list.
type member struct {
	place  int
	seat   *seat
	sess   *melody.Session
	stream *stream
}

// newHub sets up a melody so that none of its defaults is left to chance.
func (k *sockets) newHub() *hub {
	m := &hub{Melody: melody.New()}
	m.Upgrader = k.upgrader
	m.Config = &melody.Config{
		WriteWait: writeWait, PongWait: 60 * time.Second, PingPeriod: 25 * time.Second,
		MaxMessageSize: maxFrame, MessageBufferSize: queueLen,
	}
	// Greeting takes a deep stack, and a goroutine that has grown one keeps it: on
	// one of its own it goes back, 4 KB less for each socket.
	m.HandleConnect(func(sess *melody.Session) {
		greeted := make(chan struct{})
		go func() {
			defer close(greeted)
			k.connected(m, sess)
		}()
		<-greeted
	})
	m.HandleMessage(k.guarded(k.message))
	m.HandleMessageBinary(k.guarded(func(sess *melody.Session, _ []byte) {
		k.complain(sess, comment.ErrBadFrame)
	}))
	m.HandlePong(func(sess *melody.Session) { k.control(sess) })
	m.HandleSentMessage(m.sent)
	// No HandleClose: melody would no longer answer a client's close frame.
	// The handler runs in whoever writes, often under melody's lock: it must do
	// nothing but cut. Session.Close here would call it again without end.
	m.HandleError(func(sess *melody.Session, err error) {
		if errors.Is(err, melody.ErrMessageBufferFull) {
			k.cut(sess, endSlow)
		}
	})
	return m
}

// sit takes a session that is being greeted into the list.
func (h *hub) sit(st *seat, sess *melody.Session, s *stream) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.own()
	st.member = &member{place: len(h.members), seat: st, sess: sess, stream: s}
	h.members = append(h.members, st.member)
}

// rise takes a session out of the list, if it ever came there.
func (h *hub) rise(st *seat) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if st.member == nil {
		return
	}
	h.own()
	last := len(h.members) - 1
	moved := h.members[last]
	h.members[st.member.place], moved.place = moved, st.member.place
	h.members[last] = nil
	h.members = h.members[:last]
}

// own has the list be nobody else's.
func (h *hub) own() {
	if h.walked {
		h.members, h.walked = slices.Clone(h.members), false
	}
}

// list gives who is there now, to walk over without a lock.
func (h *hub) list() []*member {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.walked = true
	return h.members
}

// broadcast gives a frame to all, and gives what tells that most have been
// written it.
func (h *hub) broadcast(payload []byte) (taken <-chan struct{}) {
	all := h.list()
	taken = h.pulse.launch(payload, len(all))
	h.tell(all, payload)
	return taken
}

// announce gives a frame to all, which nothing waits for.
func (h *hub) announce(payload []byte) { h.tell(h.list(), payload) }

// tell writes a frame to each here and now; only who reads too slowly for that
// gets it by melody's queue and pump, which wakes a goroutine for each frame.
// Nothing here waits for a client.
func (h *hub) tell(all []*member, payload []byte) {
	p := newParcel(payload)
	for _, m := range all {
		// Who is being cut may have missed a frame already, which a later one would
		// hide; and a bye is the last word. Both resume where they were.
		if m.seat.ended.Load() || m.seat.ending.Load() != nil {
			continue
		}
		if left, done := m.stream.pass(p); !done {
			_ = m.sess.Write(left) // a full queue has been dealt with by the error handler
			continue
		}
		h.pulse.landed(payload)
	}
}
