package socket

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/gorilla/websocket"
	"github.com/olahol/melody"

	"danmaku/room"
	"danmaku/server/wire"
)

// closeCodeOf maps the reason for closing a socket to the code of its bye and the close
// code.
func closeCodeOf(err error) (code string, closeCode int) {
	switch {
	case errors.Is(err, room.ErrExpired):
		return "revoked", closeKey
	case errors.Is(err, room.ErrBanned):
		return "banned", closeBanned
	case errors.Is(err, room.ErrBusy):
		return "full", websocket.CloseTryAgainLater
	case errors.Is(err, room.ErrRoomClosed):
		return "closed", websocket.CloseNormalClosure
	}
	return "not_allowed", closeKey
}

// closeReason is how a socket ends: the code of its bye, if it gets one, and its
// close frame.
type closeReason struct {
	bye    wire.Bye
	reason string
	code   int
}

func closeWith(b wire.Bye, code int) closeReason {
	b.Type = "bye"
	return closeReason{bye: b, reason: b.Code, code: code}
}

var (
	reasonSlow     = closeWith(wire.Bye{Code: "slow"}, closeSlow)
	reasonFull     = closeWith(wire.Bye{Code: "full"}, websocket.CloseTryAgainLater)
	reasonFlooding = closeReason{reason: "flooding", code: websocket.ClosePolicyViolation}
	reasonNotUTF8  = closeReason{reason: "not UTF-8", code: websocket.CloseInvalidFramePayloadData}
	reasonSilent   = closeReason{reason: "silent", code: websocket.CloseGoingAway}
	reasonInternal = closeReason{reason: "internal", code: websocket.CloseInternalServerErr}
)

// disconnect ends a connection, once, without waiting for its queue. The client gets the
// reason if that can still be written.
func (h *Hub) disconnect(sess *melody.Session, e closeReason) { h.disconnectStream(streamOf(sess), e) }

// disconnectStream is [Hub.disconnect] for a stream.
func (h *Hub) disconnectStream(s *stream, e closeReason) {
	c := s.client
	c.disconnecting.Do(func() {
		s.silent.Store(true)
		if e == reasonSlow {
			h.slow.Add(1)
		}
		if earlier := c.byeReason.Load(); earlier != nil {
			e = *earlier // it was being closed, but its queue had no space for the bye
		} else {
			h.count(e)
		}
		s.pushLast(lastParcel(e))
		s.hangUp(h.linger)
	})
}

// hangUp closes a connection when its client has closed it, or after a time. Until then it
// reads and drops what the client sends: closing over unread bytes would reset the
// connection, and the client would never see the reason.
func (s *stream) hangUp(after time.Duration) {
	s.client.disconnected.Store(true)
	time.AfterFunc(after, func() { _ = s.Close() }) // no effect on a closed connection
}

// bye sends a client the reason, after everything queued, and then hangs up. It disconnects
// a client whose queue has no space for that.
func (h *Hub) bye(sess *melody.Session, e closeReason) {
	s := streamOf(sess)
	if s.client.byeReason.Swap(&e) == nil {
		h.count(e)
	}
	s.silent.Store(true)
	last := lastParcel(e)
	last.linger = h.linger
	if !s.enqueue(last) {
		h.disconnectStream(s, e)
	}
}

// write sends a frame to one client, and disconnects it when too many frames wait.
func (h *Hub) write(sess *melody.Session, frame []byte) {
	if s := streamOf(sess); !s.send(newParcel(frame)) {
		h.disconnectStream(s, reasonSlow)
	}
}

// restartSpread is the time over which clients spread their return after a restart.
const restartSpread = 2 * time.Second

func (h *Hub) restarting(sess *melody.Session) {
	wait := rand.N(restartSpread)
	h.bye(sess, closeWith(wire.Bye{Code: "restart", WaitMS: wait.Milliseconds()}, melody.CloseServiceRestart))
}

// Shutdown sends every client a bye with the code restart and closes it with 1012. When ctx
// ends, it aborts the remaining connections. Then it waits at most tear for their
// goroutines, and reports whether all of them have ended: one that waits for the journal
// gets its answer when that closes.
func (h *Hub) Shutdown(ctx context.Context, tear time.Duration) (gone bool) {
	h.mu.Lock()
	h.closing = true
	stop := h.stop
	h.mu.Unlock()
	if stop != nil {
		stop()
	}
	h.heartbeats.Wait()
	h.each(func(sess *melody.Session) { h.restarting(sess) })
	for _, o := range h.allObservers() {
		end := closeWith(wire.Bye{Code: "restart", WaitMS: rand.N(restartSpread).Milliseconds()}, melody.CloseServiceRestart)
		h.part(o, &end)
	}
	left := make(chan struct{})
	go func() {
		h.handlers.Wait()
		close(left)
	}()
	select {
	case <-left:
		return true
	case <-ctx.Done():
	}
	h.each(func(sess *melody.Session) { _ = sess.WebsocketConnection().NetConn().Close() })
	select {
	case <-left:
		return true
	case <-time.After(tear):
		return false
	}
}
