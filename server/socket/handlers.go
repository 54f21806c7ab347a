package socket

import (
	"context"
	"runtime/debug"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"
	"github.com/olahol/melody"

	"danmaku/comment"
	"danmaku/live"
	"danmaku/room"
	"danmaku/server/wire"
	"danmaku/show"
)

// greet writes a new client its hello. Frames come from the hello on.
func (h *Handler) greet(m *group, sess *melody.Session) {
	s := streamOf(sess)
	defer s.release() // what ends a client that was not greeted
	defer h.caught(sess)
	c := clientOf(sess)
	a := *c.arrival
	c.arrival, sess.Request = nil, nil // kilobytes that an idle client need not hold
	conn := sess.WebsocketConnection()
	s.continuations = &continuations{
		bucket:  bucket{rate: frameRate, burst: 2 * frameRate, tokens: 2 * frameRate, at: h.hub.elapsed()},
		elapsed: h.hub.elapsed, flooded: func() { h.hub.disconnect(sess, reasonFlooding) },
	}
	conn.SetPingHandler(func(data string) error {
		if !h.control(sess) {
			return nil
		}
		// A pong that cannot be written is the writing side's to notice.
		_ = conn.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(closeTimeout))
		return nil
	})
	h.hub.presence.register(c, sess)
	// A ban or a revocation of this very moment has either found the socket, or is
	// found here.
	err := h.svc.Stays(c.Client)
	if err == nil && c.View == room.ViewAudience {
		_, err = h.svc.Register(c.Room, c.User, c.Address)
	}
	if err != nil {
		code, closeCode := closeCodeOf(err)
		h.hub.bye(sess, closeWith(wire.Bye{Code: code}, closeCode))
		return
	}
	err = h.svc.Join(c.Room, c.View, a.Resume, func(w live.Welcome) {
		// It is in the group before it is told anything: what others hear from now on
		// comes behind its hello, since it is held, and what they heard before is in that.
		m.register(s)
		if a.User != nil {
			a.User.Took = wire.PartsOf(h.svc.PartsOf(c.Room, c.User))
		}
		if c.View == room.ViewAudience {
			w.OnAir = h.greetOnAir(c.Room)
		}
		greeting := []*parcel{newParcel(wire.HelloFrame(w, c.View, a.User, h.hub.now()))}
		if w.Resumed {
			missed := wire.Encoder{}.Frame(w.End, w.Missed)
			if s.reads&readsBrief != 0 {
				missed.Full = missed.Brief
			}
			greeting = append(greeting, newParcel(missed.Full))
		}
		s.release(greeting...)
	})
	if err != nil {
		h.hub.log.Error("a client could not join", "room", c.Room, "view", c.View, "err", err)
		h.hub.disconnect(sess, reasonFull)
	}
	// A client that registered after Shutdown had listed all of them got no bye.
	h.hub.mu.RLock()
	closing := h.hub.closing
	h.hub.mu.RUnlock()
	if closing {
		h.hub.restarting(sess)
	}
}

// control counts a ping or pong, and ends a flood of them.
func (h *Handler) control(sess *melody.Session) bool {
	c := clientOf(sess)
	if c.disconnected.Load() {
		return false
	}
	if c.pings.take(h.hub.elapsed()) {
		return true
	}
	h.hub.disconnect(sess, reasonFlooding)
	return false
}

// plainBeat is a client's beat as our pages write it.
const plainBeat = `{"type":"beat"}`

// guarded lets in what a client may send now. beat is what needs no handling.
func (h *Handler) guarded(beat string, handle func(*melody.Session, []byte)) func(*melody.Session, []byte) {
	return func(sess *melody.Session, msg []byte) {
		defer h.caught(sess)
		c := clientOf(sess)
		if c.disconnected.Load() {
			return
		}
		now := h.hub.elapsed()
		c.heard.Store(int64(now))
		if !c.frames.take(now) {
			h.hub.disconnect(sess, reasonFlooding)
			return
		}
		if beat != "" && string(msg) == beat {
			return // all that an idle client sends: it need not grow the stack for decoding
		}
		handle(sess, msg)
	}
}

// message answers one text frame.
func (h *Handler) message(sess *melody.Session, msg []byte) {
	if !utf8.Valid(msg) {
		h.hub.disconnect(sess, reasonNotUTF8)
		return
	}
	f, err := wire.DecodeFrame(msg)
	if err != nil {
		h.sendError(sess, err)
		return
	}
	c := clientOf(sess)
	switch {
	case f.Type == "beat":
		if c.View == room.ViewOverlay {
			c.see(f.ShownMS)
			if d := drawingOf(f, h.hub.now()); d != nil {
				c.drawing.Store(d)
			}
		}
	case f.Type == "obs" && c.View == room.ViewOverlay:
		if h.opt.OBS != nil {
			h.opt.OBS(c.Room, f)
		}
	case f.Type == "obs":
		h.sendError(sess, room.ErrBadFrame)
	case f.Type == "take_part":
		h.takePart(sess, c, f)
	case f.Type == "react":
		// Nobody waits for an answer: what does not count is not told.
		if c.View == room.ViewAudience {
			h.svc.React(c.Room, c.author, f.Taps)
		}
	case c.View != room.ViewAudience:
		h.ack(sess, f.Ref, live.Outcome{}, room.ErrNotAllowed)
	default:
		// The socket may close meanwhile; the comment is sent all the same.
		o, err := h.svc.Submit(context.Background(), c.Room, c.author, f.Draft(comment.FromAudience))
		h.ack(sess, f.Ref, o, err)
	}
}

// takePart answers a vote.
func (h *Handler) takePart(sess *melody.Session, c *client, f wire.ClientFrame) {
	p, err := live.Part{Item: f.Item}, error(room.ErrNotAllowed)
	if c.View == room.ViewAudience {
		var took live.Part
		took, err = h.svc.TakePart(context.Background(), c.Room, c.author, show.Entry{Item: f.Item, Choice: f.Choice, Withdraw: f.Withdraw})
		if err == nil {
			p = took
		} else if wire.FaultOf(err).Code == wire.Internal.Code {
			h.hub.log.Error("a vote failed", "err", err)
		}
	}
	a := wire.PartAckOf(f.Ref, p, err)
	a.Type = "ack"
	h.hub.write(sess, wire.Marshal(a))
}

func (h *Handler) ack(sess *melody.Session, ref string, o live.Outcome, err error) {
	if err != nil && wire.FaultOf(err).Code == wire.Internal.Code {
		h.hub.log.Error("a comment failed", "err", err)
	}
	a := wire.AckOf(ref, o, err)
	a.Type = "ack"
	h.hub.write(sess, wire.Marshal(a))
}

func (h *Handler) sendError(sess *melody.Session, err error) {
	f := wire.FaultOf(err)
	h.hub.write(sess, wire.Marshal(wire.Error{Type: "error", Code: f.Code, Message: f.Message}))
}

// caught ends a panic: it is logged, and costs the one client alone. Neither
// net/http nor melody would catch it here. It must be deferred itself.
func (h *Handler) caught(sess *melody.Session) {
	p := recover()
	if p == nil {
		return
	}
	h.hub.log.Error("a socket's handler failed", "panic", p, "stack", string(debug.Stack()))
	if sess != nil {
		h.hub.disconnect(sess, reasonInternal)
	}
}
