package socket

import (
	"encoding/json"
	"strconv"
	"sync/atomic"
	"time"

	"danmaku/live"
	"danmaku/room"
	"danmaku/server/wire"
)

// ViewObserver is the role in the hello of an observer, and in the hub's totals. What
// an observer sees, and when, is what an overlay does.
const ViewObserver room.View = "observer"

const (
	// observersMost is how many observers a room has at most.
	observersMost = 100
	// observerQueue is how many pieces of a stream wait for an observer that does not
	// read, before its stream ends. They are the same bytes for all.
	observerQueue = 256
)

// Observer is a program that reads the events of a room as Server-Sent Events. The
// hub fills it; its maker reads Messages, and writes Bye once that is closed.
type Observer struct {
	Client   live.Client
	Messages <-chan []byte // whole messages of the stream; closed when it ends

	messages chan []byte
	ended    bool // guarded by the hub's lock
	bye      atomic.Pointer[wire.Bye]
}

// NewObserver returns an observer that no hub knows yet.
func NewObserver(c live.Client) *Observer {
	c.View = room.ViewOverlay
	messages := make(chan []byte, observerQueue)
	return &Observer{Client: c, Messages: messages, messages: messages}
}

// Bye is the last message of a stream that the server ends; nil before that.
func (o *Observer) Bye() []byte {
	b := o.bye.Load()
	if b == nil {
		return nil
	}
	return message(nil, "", b.Type, wire.Marshal(b))
}

// Observe joins an observer to its room and greets it. resume is what
// [live.Service.Resume] returned. What it gets from then on follows on its hello
// without a gap. [Hub.Forget] must follow, except after an error. Errors: room.ErrBusy
// when the room has too many, or the server stops; those of [live.Service.Stays].
func (h *Handler) Observe(o *Observer, resume live.Resume) error {
	h.begin.Do(h.start)
	var full bool
	err := h.svc.Join(o.Client.Room, room.ViewOverlay, resume, func(w live.Welcome) {
		o.messages <- message(nil, w.Position.String(), "hello", wire.HelloFrame(w, ViewObserver, nil, h.hub.now()))
		if w.Resumed && len(w.Missed) > 0 {
			o.messages <- messages(w.End.String(), w.Missed)
		}
		full = !h.hub.admit(o)
	})
	switch {
	case err != nil:
		return err
	case full:
		return room.ErrBusy
	}
	// A revocation of this very moment has either found the observer, or is found here.
	if err := h.svc.Stays(o.Client); err != nil {
		h.hub.Forget(o)
		return err
	}
	return nil
}

// admit adds an observer, unless the room has too many or the hub is shutting down.
func (h *Hub) admit(o *Observer) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	was := h.observers[o.Client.Room]
	if h.closing || len(was) >= observersMost {
		return false
	}
	h.observers[o.Client.Room] = append(was[:len(was):len(was)], o) // a copy: others walk over was
	return true
}

// Forget removes an observer, whose pieces are closed then.
func (h *Hub) Forget(o *Observer) { h.part(o, nil) }

// part ends the stream of an observer, with a bye unless it is nil.
func (h *Hub) part(o *Observer, bye *closeReason) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if o.ended {
		return
	}
	o.ended = true
	if bye != nil {
		b := bye.bye
		o.bye.Store(&b)
		h.count(*bye)
		if bye.bye.Code == reasonSlow.bye.Code {
			h.slow.Add(1)
		}
	}
	close(o.messages)
	var left []*Observer
	for _, other := range h.observers[o.Client.Room] {
		if other != o {
			left = append(left, other)
		}
	}
	if h.observers[o.Client.Room] = left; len(left) == 0 {
		delete(h.observers, o.Client.Room)
	}
}

// observersOf returns the observers of a room, to walk over without a lock.
func (h *Hub) observersOf(roomID string) []*Observer {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.observers[roomID]
}

// allObservers returns the observers of all rooms.
func (h *Hub) allObservers() (all []*Observer) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for _, list := range h.observers {
		all = append(all, list...)
	}
	return all
}

// stream brings a piece to observers. It waits for none of them: one whose queue is
// full reads too slowly, and resumes where it was.
func (h *Hub) stream(to []*Observer, piece []byte) {
	var slow []*Observer
	h.mu.RLock() // so that no queue is closed meanwhile
	for _, o := range to {
		if o.ended {
			continue
		}
		select {
		case o.messages <- piece:
			h.observed.add(1, int64(len(piece)))
		default:
			slow = append(slow, o)
		}
	}
	h.mu.RUnlock()
	for _, o := range slow {
		h.part(o, &reasonSlow)
	}
}

// streamFrame brings the events of a frame for overlays to observers.
func (h *Hub) streamFrame(to []*Observer, frame []byte) {
	var f struct {
		Position string            `json:"position"`
		Events   []json.RawMessage `json:"events"`
	}
	if json.Unmarshal(frame, &f) != nil || len(f.Events) == 0 {
		return // no frame of events
	}
	h.observed.frames.Add(1)
	events := make([][]byte, len(f.Events))
	for i, e := range f.Events {
		events[i] = e
	}
	h.stream(to, messages(f.Position, events))
}

// beatObservers sends the observers of a room the end of the log: the position alone, which
// moves a client's Last-Event-ID and nothing else.
func (h *Handler) beatObservers(roomID string) {
	_ = h.svc.Still(roomID, room.ViewOverlay, func(pos room.Position) { // a room that is gone has no observers
		h.hub.stream(h.hub.observersOf(roomID), []byte(": beat\nid: "+pos.String()+"\n\n"))
	})
}

// messages writes encoded events as a stream. Each has the position behind it as its
// id, so that a client that leaves between two of them misses none. An event that goes
// ahead of its place, as removals do in a room with a delay, has none.
func messages(position string, events [][]byte) []byte {
	end, ok := room.ParsePosition(position)
	type head struct {
		Type string `json:"type"`
		Seq  int64  `json:"seq"`
	}
	heads, size := make([]head, len(events)), 0
	for i, e := range events {
		if json.Unmarshal(e, &heads[i]) != nil {
			heads[i] = head{Type: "message"}
		}
		size += len(e) + 64
	}
	ids, next := make([]string, len(events)), end.Seq+1
	for i := len(events) - 1; i >= 0 && ok; i-- {
		if seq := heads[i].Seq; seq > 0 && seq < next {
			ids[i], next = room.Position{Epoch: end.Epoch, Seq: seq}.String(), seq
		}
	}
	b := make([]byte, 0, size)
	for i, e := range events {
		b = message(b, ids[i], heads[i].Type, e)
	}
	return append(append(append(b, "id: "...), position...), "\n\n"...)
}

// message appends one message of a stream. data is JSON, which has no line break.
func message(b []byte, id, event string, data []byte) []byte {
	if id != "" {
		b = append(append(append(b, "id: "...), id...), '\n')
	}
	b = append(append(append(b, "event: "...), event...), '\n')
	return append(append(append(b, "data: "...), data...), "\n\n"...)
}

// Retry is the first message of every stream: how long a client waits before it comes
// back.
func Retry(wait time.Duration) []byte {
	return []byte("retry: " + strconv.FormatInt(wait.Milliseconds(), 10) + "\n\n")
}
