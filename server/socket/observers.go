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

// ViewObserver is the role in the hello of an observer, and in the hub's totals. An
// observer sees the same as an overlay, at the same time.
const ViewObserver room.View = "observer"

const (
	// observersMost is the most observers of a room.
	observersMost = 100
	// observerQueue is how many pieces of a stream may wait for an observer that does not
	// read, before its stream ends. All observers share the same bytes.
	observerQueue = 256
)

// Observer is a program that reads the events of a room as Server-Sent Events. The hub
// fills it; its owner reads Messages, and writes Bye once that is closed.
type Observer struct {
	Client   live.Client
	Messages <-chan []byte // whole messages of the stream; closed when it ends

	messages chan []byte
	ended    bool // guarded by the hub's lock
	bye      atomic.Pointer[wire.Bye]
}

// NewObserver returns an observer that belongs to no hub yet.
func NewObserver(c live.Client) *Observer {
	c.View = room.ViewOverlay
	messages := make(chan []byte, observerQueue)
	return &Observer{Client: c, Messages: messages, messages: messages}
}

// Bye returns the last message of a stream that the server ends; nil before that.
func (o *Observer) Bye() []byte {
	b := o.bye.Load()
	if b == nil {
		return nil
	}
	return message(nil, "", b.Type, wire.Marshal(b))
}

// Observe joins an observer to its room and welcomes it. resume is the result of
// [live.Service.Resume]. The messages that follow continue its hello without a gap. The
// caller must call [Hub.Forget] afterwards, except after an error. Errors: room.ErrBusy
// when the room has too many, or the server stops; those of [live.Service.Stays].
func (h *Handler) Observe(o *Observer, resume live.Resume) error {
	h.begin.Do(h.start)
	var full bool
	err := h.svc.Join(o.Client.Room, room.ViewOverlay, resume, func(w live.Welcome) {
		o.messages <- message(nil, w.Position.String(), "hello", wire.HelloFrame(w, ViewObserver, nil, nil, h.hub.now()))
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
	// A simultaneous revocation has either found the observer, or is found here.
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

// Forget removes an observer and closes its Messages.
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

// stream sends a piece to observers without waiting for any. An observer whose queue is
// full reads too slowly; its stream ends, and it resumes where it was.
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

// streamFrame sends the events of a frame for overlays to observers.
func (h *Hub) streamFrame(to []*Observer, frame []byte) {
	var f struct {
		Position string            `json:"position"`
		Events   []json.RawMessage `json:"events"`
	}
	if json.Unmarshal(frame, &f) != nil || len(f.Events) == 0 {
		return // not a frame of events
	}
	h.observed.frames.Add(1)
	events := make([][]byte, len(f.Events))
	for i, e := range f.Events {
		events[i] = e
	}
	h.stream(to, messages(f.Position, events))
}

// beatObservers sends the observers of a room the end of the log: only the position, which
// only moves a client's Last-Event-ID.
func (h *Handler) beatObservers(roomID string) {
	_ = h.svc.Still(roomID, room.ViewOverlay, func(pos room.Position) { // a room that is gone has no observers
		h.hub.stream(h.hub.observersOf(roomID), []byte(": beat\nid: "+pos.String()+"\n\n"))
	})
}

// messages writes encoded events as a stream. Each event's id is the position after it, so
// that a client that leaves between two events misses none. An event that is sent ahead of
// its place, like a removal in a room with a delay, has no id.
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

// Retry returns the first message of every stream: how long a client waits before it
// reconnects.
func Retry(wait time.Duration) []byte {
	return []byte("retry: " + strconv.FormatInt(wait.Milliseconds(), 10) + "\n\n")
}
