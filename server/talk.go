package server

import (
	"context"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"
	"github.com/olahol/melody"

	"danmaku/comment"
	"danmaku/live"
)

// connected greets. Frames come from the hello on: while it is written none is
// on its way. What is written here waits for the write pump, so it must fit the
// queue: the past is one frame.
func (k *sockets) connected(m *hub, sess *melody.Session) {
	defer k.caught(sess)
	st := seatOf(sess)
	a := *st.arrival
	st.arrival, sess.Request = nil, nil // kilobytes that an idle client need not hold
	conn := sess.WebsocketConnection()
	conn.SetPingHandler(func(data string) error {
		if !k.control(sess) {
			return nil
		}
		// A pong that cannot be written is the writing side's to notice.
		_ = conn.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(closeTimeout))
		return nil
	})
	k.people.sit(st, sess)
	// A ban or a revocation of this very moment has either found the socket, or is
	// found here.
	err := k.server.hall.Stays(st.Seat)
	if err == nil && st.View == live.ViewAudience {
		_, err = k.server.hall.Sit(st.Room, st.User, st.Address)
	}
	if err != nil {
		code, closeCode := byeOf(err)
		k.bye(sess, endWith(wireBye{Code: code}, closeCode))
		return
	}
	err = k.server.hall.Join(context.Background(), st.Room, st.View, a.since, func(w live.Welcome) {
		k.write(sess, helloFrame(w, st.View, a.user, k.server.now()))
		if w.Resumed {
			k.write(sess, Encoder{}.Frame(w.End, w.Missed))
		}
		m.sit(st, sess, streamOf(sess))
	})
	if err != nil {
		k.server.log.Error("a client could not join", "room", st.Room, "view", st.View, "err", err)
		k.cut(sess, endFull)
	}
	// Who registered after shutdown looked round was not told by it.
	k.mu.RLock()
	closing := k.closing
	k.mu.RUnlock()
	if closing {
		k.restarting(sess)
	}
}

// write queues a frame for one client; a full queue has been dealt with by the
// error handler.
func (k *sockets) write(sess *melody.Session, frame []byte) {
	streamOf(sess).queued.Add(1)
	_ = sess.Write(frame)
}

// control counts a ping or pong, and ends a flood of them.
func (k *sockets) control(sess *melody.Session) bool {
	st := seatOf(sess)
	if st.ended.Load() {
		return false
	}
	if st.pings.take(time.Now()) {
		return true
	}
	k.cut(sess, endFlooding)
	return false
}

// plainBeat is a client's beat as our pages write it.
const plainBeat = `{"type":"beat"}`

// guarded lets in what a client may send now.
func (k *sockets) guarded(handle func(*melody.Session, []byte)) func(*melody.Session, []byte) {
	return func(sess *melody.Session, msg []byte) {
		defer k.caught(sess)
		st := seatOf(sess)
		if st.ended.Load() {
			return
		}
		st.heard.Store(k.server.now().UnixNano())
		if !st.frames.take(time.Now()) {
			k.cut(sess, endFlooding)
			return
		}
		if string(msg) == plainBeat {
			return // all that an idle client sends: it need not grow the stack for decoding
		}
		handle(sess, msg)
	}
}

// message answers one text frame.
func (k *sockets) message(sess *melody.Session, msg []byte) {
	if !utf8.Valid(msg) {
		k.cut(sess, endNotUTF8)
		return
	}
	f, err := decodeFrame(msg)
	if err != nil {
		k.complain(sess, err)
		return
	}
	st := seatOf(sess)
	switch {
	case f.Type == "beat":
		if st.View == live.ViewOverlay {
			st.see(f.ShownMS)
		}
	case f.Type == "obs" && st.View == live.ViewOverlay:
		k.server.obsTells(st.Room, f)
	case f.Type == "obs":
		k.complain(sess, comment.ErrBadFrame)
	case st.View != live.ViewAudience:
		k.ack(sess, f.Ref, live.Outcome{}, comment.ErrNotAllowed)
	default:
		// The socket may close meanwhile; the comment is sent all the same.
		o, err := k.server.hall.Submit(context.Background(), st.Room, st.author, f.draft(comment.FromAudience))
		k.ack(sess, f.Ref, o, err)
	}
}

func (k *sockets) ack(sess *melody.Session, ref string, o live.Outcome, err error) {
	if err != nil && faultOf(err).Code == internal.Code {
		k.server.log.Error("a comment failed", "err", err)
	}
	a := ackOf(ref, o, err)
	a.Type = "ack"
	k.write(sess, mustMarshal(a))
}

func (k *sockets) complain(sess *melody.Session, err error) {
	f := faultOf(err)
	k.write(sess, mustMarshal(wireError{Type: "error", Code: f.Code, Message: f.Message}))
}
