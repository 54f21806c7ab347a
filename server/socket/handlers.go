package socket

import (
	"context"
	"errors"
	"runtime/debug"
	"slices"
	"strconv"
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

// greet writes a new client its hello. Frames follow the hello.
func (h *Handler) greet(sess *melody.Session) {
	s := streamOf(sess)
	m := s.group
	defer s.release() // also ends a client that was not welcomed
	defer h.caught(sess)
	c := clientOf(sess)
	a := *c.arrival
	c.arrival, sess.Request = nil, nil // kilobytes that an idle client need not hold
	h.limitFrames(sess, s)
	h.hub.presence.register(c, sess)
	// A simultaneous ban or revocation has either found the socket, or is found here.
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
		// The client joins the group before anything is broadcast: frames from now on
		// follow its hello, since the stream is held, and the hello includes the earlier
		// ones.
		m.register(s)
		if a.User != nil {
			a.User.Warnings = wire.WarningsOf(h.svc.WarningsOf(c.Room, c.User))
			a.User.Took = wire.PartsOf(h.svc.PartsOf(c.Room, c.User))
		}
		if c.View == room.ViewAudience {
			w.OnAir = h.greetOnAir(c.Room)
		}
		s.release(h.firstFrames(s, a, w)...)
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

// limitFrames bounds the continuation frames and pings of a new client.
func (h *Handler) limitFrames(sess *melody.Session, s *stream) {
	s.continuations = &continuations{
		bucket:  bucket{rate: frameRate, burst: 2 * frameRate, tokens: 2 * frameRate, at: h.hub.elapsed()},
		elapsed: h.hub.elapsed, flooded: func() { h.hub.disconnect(sess, reasonFlooding) },
	}
	conn := sess.WebsocketConnection()
	conn.SetPingHandler(func(data string) error {
		if !h.control(sess) {
			return nil
		}
		// The writing side notices a pong that cannot be written.
		_ = conn.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(closeTimeout))
		return nil
	})
}

// firstFrames returns the first frames of a client: its hello and, when it resumes, the
// events that it missed.
func (h *Handler) firstFrames(s *stream, a Arrival, w live.Welcome) []*parcel {
	frames := []*parcel{newParcel(wire.HelloFrame(w, a.Client.View, a.User, a.Addresses, h.hub.now()))}
	if w.Resumed {
		missed := wire.Encoder{}.Frame(w.End, w.Missed)
		if s.reads&readsBrief != 0 {
			missed.Full = missed.Brief
		}
		frames = append(frames, newParcel(missed.Full))
	}
	return frames
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

// plainBeat is a client's heartbeat as our pages write it.
const plainBeat = `{"type":"beat"}`

// guarded handles only what a client may send now. beat is a message that needs no
// handling.
func (h *Handler) guarded(beat string, handle func(*melody.Session, []byte)) func(*melody.Session, []byte) {
	return func(sess *melody.Session, msg []byte) {
		defer h.caught(sess)
		s := streamOf(sess)
		c := s.client
		if c.disconnected.Load() {
			return
		}
		now := h.hub.elapsed()
		s.heard.Store(int64(now))
		if !c.frames.take(now) {
			h.hub.disconnect(sess, reasonFlooding)
			return
		}
		if beat != "" && string(msg) == beat {
			return // all that an idle client sends; its stack need not grow for decoding
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
	case f.Type == "react" && c.View != room.ViewAudience: // the client expects no answer
	case c.View != room.ViewAudience:
		h.hub.write(sess, h.refused(f, room.ErrNotAllowed))
	case h.opt.Home == nil:
		// The socket may close meanwhile; the comment is sent all the same.
		if answer, _ := h.answer(context.Background(), c.Room, c.author, f); answer != nil {
			h.hub.write(sess, answer)
		}
	case f.Type == "react":
		select {
		case h.reacting <- struct{}{}:
			msg := slices.Clone(msg)
			go func() {
				defer func() { <-h.reacting }()
				_, _ = h.opt.Home(context.Background(), c.Room, c.author, msg)
			}()
		default: // a reaction that does not count is not reported
		}
	default:
		answer, err := h.opt.Home(context.Background(), c.Room, c.author, msg)
		if err != nil {
			answer = h.refused(f, room.ErrBusy)
		}
		if answer != nil {
			h.hub.write(sess, answer)
		}
	}
}

// reactingMost is how many frames of reactions may be on their way to the home; further
// ones do not count.
const reactingMost = 256

// Answer handles a phone's frame that another machine received, and returns the answer; nil
// when there is none. missing reports that its subject does not exist.
func (h *Handler) Answer(ctx context.Context, roomID string, a live.Author, msg []byte) (answer []byte, missing bool) {
	f, err := wire.DecodeFrame(msg)
	if err != nil {
		return h.refused(f, err), false
	}
	defer func() { // for another machine, nobody else would catch it
		if p := recover(); p != nil {
			h.hub.log.Error("a frame's handler failed", "panic", p, "stack", string(debug.Stack()))
			answer, missing = h.refused(f, errFailed), false
		}
	}()
	answer, err = h.answer(ctx, roomID, a, f)
	return answer, errors.Is(err, room.ErrNotFound)
}

var errFailed = errors.New("the handler failed")

// answer handles a phone's frame: a comment, a vote, reactions, a warning that was read.
// The answer, nil when there is none, includes err.
func (h *Handler) answer(ctx context.Context, roomID string, a live.Author, f wire.ClientFrame) (answer []byte, err error) {
	switch f.Type {
	case "react":
		// The client expects no answer: a reaction that does not count is not reported.
		h.svc.React(roomID, a, f.Taps)
		return nil, nil
	case "take_part":
		p, err := h.svc.TakePart(ctx, roomID, a, show.Entry{Item: f.Item, Choice: f.Choice, Withdraw: f.Withdraw})
		if err != nil {
			p.Item = f.Item
			if wire.FaultOf(err).Code == wire.Internal.Code {
				h.hub.log.Error("a vote failed", "err", err)
			}
		}
		return partAck(f.Ref, p, err), err
	case "read":
		if err = h.readWarning(ctx, roomID, a, f); err != nil {
			answer = h.refused(f, err)
		}
		return answer, err
	}
	o, err := h.svc.Submit(ctx, roomID, a, f.Draft(comment.FromAudience))
	if err != nil && wire.FaultOf(err).Code == wire.Internal.Code {
		h.hub.log.Error("a comment failed", "err", err)
	}
	return ack(f.Ref, o, err), err
}

// readWarning dismisses a warning for a person. All of the person's sockets then receive
// the remaining warnings, so the only direct answer is an error.
func (h *Handler) readWarning(ctx context.Context, roomID string, a live.Author, f wire.ClientFrame) error {
	id, err := strconv.ParseInt(f.Warning, 10, 64)
	if err != nil {
		return room.ErrBadFrame
	}
	return h.svc.ReadWarning(ctx, roomID, a.User, id)
}

// refused returns the answer to a frame that had no effect.
func (h *Handler) refused(f wire.ClientFrame, err error) []byte {
	if f.Type == "read" {
		return errorFrame(err)
	}
	if f.Type == "take_part" {
		return partAck(f.Ref, live.Part{Item: f.Item}, err)
	}
	return ack(f.Ref, live.Outcome{}, err)
}

func partAck(ref string, p live.Part, err error) []byte {
	a := wire.PartAckOf(ref, p, err)
	a.Type = "ack"
	return wire.Marshal(a)
}

func ack(ref string, o live.Outcome, err error) []byte {
	a := wire.AckOf(ref, o, err)
	a.Type = "ack"
	return wire.Marshal(a)
}

func (h *Handler) sendError(sess *melody.Session, err error) {
	h.hub.write(sess, errorFrame(err))
}

func errorFrame(err error) []byte {
	f := wire.FaultOf(err)
	return wire.Marshal(wire.Error{Type: "error", Code: f.Code, Message: f.Message})
}

// caught recovers from a panic: it logs it and disconnects only this client. Neither
// net/http nor melody would catch it here. It must be deferred directly.
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
