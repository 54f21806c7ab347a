package server

import (
	"errors"
	"runtime/debug"
	"time"

	"github.com/gorilla/websocket"
	"github.com/labstack/echo/v4"
	"github.com/olahol/melody"

	"danmaku/comment"
)

// byes maps why a socket is closed to the word and the close code.
func byeOf(err error) (code string, closeCode int) {
	switch {
	case errors.Is(err, comment.ErrExpired):
		return "revoked", closeKey
	case errors.Is(err, comment.ErrBanned):
		return "banned", closeBanned
	case errors.Is(err, comment.ErrBusy):
		return "full", websocket.CloseTryAgainLater
	case errors.Is(err, comment.ErrRoomClosed):
		return "closed", websocket.CloseNormalClosure
	}
	return "not_allowed", closeKey
}

// turnAway upgrades, says why, and closes: a page cannot read a refused
// handshake.
func (s *Server) turnAway(c echo.Context, why error) error {
	conn, err := s.sockets.upgrader.Upgrade(c.Response(), c.Request(), nil)
	if err != nil {
		return nil // the upgrader has answered
	}
	defer conn.Close()
	code, closeCode := byeOf(why)
	deadline := time.Now().Add(closeTimeout)
	_ = conn.SetWriteDeadline(deadline)
	if conn.WriteMessage(websocket.TextMessage, mustMarshal(wireBye{Type: "bye", Code: code})) == nil {
		_ = conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(closeCode, code), deadline)
	}
	return nil
}

// caught ends a panic: it is logged, and costs the one client alone. Neither
// net/http nor melody would catch it here. It must be deferred itself.
func (k *sockets) caught(sess *melody.Session) {
	p := recover()
	if p == nil {
		return
	}
	k.server.log.Error("a socket's handler failed", "panic", p, "stack", string(debug.Stack()))
	if sess != nil {
		k.cut(sess, endInternal)
	}
}

// ending is how a socket ends: the code of its bye, if it gets one, and its
// close frame.
type ending struct {
	bye    wireBye
	reason string
	code   int
}

func endWith(b wireBye, code int) ending {
	b.Type = "bye"
	return ending{bye: b, reason: b.Code, code: code}
}

var (
	endSlow     = endWith(wireBye{Code: "slow"}, closeSlow)
	endFull     = endWith(wireBye{Code: "full"}, websocket.CloseTryAgainLater)
	endFlooding = ending{reason: "flooding", code: websocket.ClosePolicyViolation}
	endNotUTF8  = ending{reason: "not UTF-8", code: websocket.CloseInvalidFramePayloadData}
	endSilent   = ending{reason: "silent", code: websocket.CloseGoingAway}
	endInternal = ending{reason: "internal", code: websocket.CloseInternalServerErr}
)

// cut ends a connection from the outside, once, without waiting for its queue;
// it is told why when that can still be written. For a moment it is still read,
// since closing over unread bytes would reset the connection and the client
// would never see the close code.
func (k *sockets) cut(sess *melody.Session, e ending) {
	st := seatOf(sess)
	st.cut.Do(func() {
		st.ended.Store(true)
		if e == endSlow {
			k.slow.Add(1)
		}
		if told := st.ending.Load(); told != nil {
			e = *told // it was to leave anyway, but its queue had no room for that
		}
		k.cutters.Go(func() {
			conn := sess.WebsocketConnection()
			if e.bye.Code != "" {
				streamOf(sess).say(mustMarshal(e.bye))
			}
			_ = conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(e.code, e.reason), time.Now().Add(closeTimeout))
			patience := time.NewTimer(closeTimeout)
			defer patience.Stop()
			select {
			case <-st.gone:
			case <-patience.C:
			}
			_ = conn.NetConn().Close()
		})
	})
}

// bye tells a client why, behind what it still waits for, and closes when it
// has been told. melody drops a close for which the queue has no room; the
// error handler then cuts, with the ending kept here.
func (k *sockets) bye(sess *melody.Session, e ending) {
	seatOf(sess).ending.Store(&e)
	k.write(sess, mustMarshal(e.bye))
	_ = sess.CloseWithMsg(melody.FormatCloseMessage(e.code, e.reason))
}
