package bilibili

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/gorilla/websocket"

	"danmaku/connector"
)

// listener reads from one of a session's servers.
type listener struct {
	env     connector.Env
	session session
	ws      *websocket.Conn
	out     connector.Sink

	// answered is true once the server has accepted or refused us: then no other server of
	// the session is tried.
	answered bool
	heard    time.Time // when the newest frame came

	beat   <-chan time.Time
	silent <-chan time.Time
}

// listen connects to one of the session's servers and reads from it, see
// [listener.answered].
func (s *Source) listen(ctx context.Context, se session, link string, out connector.Sink) (answered bool, err error) {
	if !s.trusts(link) {
		return false, connector.Retry(connector.FaultAnswer, "start named a server that is not Bilibili's", nil)
	}
	ws, err := s.env.DialWebSocket(ctx, link)
	if err != nil {
		return false, fmt.Errorf("connect to Bilibili: %w", err)
	}
	frames, stop := connector.ReadFrames(ws, maxFrame)
	defer stop()
	l := &listener{env: s.env, session: se, ws: ws, out: out}
	if err := l.write(opAuth, se.WebsocketInfo.AuthBody); err != nil {
		return false, fmt.Errorf("sign in to Bilibili: %w", err)
	}
	err = l.read(ctx, frames)
	return l.answered, err
}

func (l *listener) write(op uint32, body string) error {
	_ = l.ws.SetWriteDeadline(time.Now().Add(answerWithin)) // fails only with the connection
	return l.ws.WriteMessage(websocket.BinaryMessage, encode(op, []byte(body)))
}

// read reads until the connection or the session ends.
func (l *listener) read(ctx context.Context, frames <-chan connector.Frame) error {
	welcome := l.env.Clock.After(authWithin) // any other packet is not an answer
	for {
		var err error
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-l.beat:
			err = l.sendBeat()
		case <-welcome:
			if !l.answered {
				return connector.Retry(connector.FaultSilent, "Bilibili does not let us in", nil)
			}
		case <-l.silent:
			err = l.onSilent()
		case f := <-frames:
			if f.Err != nil {
				return fmt.Errorf("read from Bilibili: %w", f.Err)
			}
			err = l.onFrame(f.Data)
		}
		if err != nil {
			return err
		}
	}
}

// sendBeat sends a heartbeat, and sets the time of the next one.
func (l *listener) sendBeat() error {
	if err := l.write(opHeartbeat, "{}"); err != nil {
		return fmt.Errorf("keep the connection to Bilibili: %w", err)
	}
	l.beat = l.env.Clock.After(socketBeat)
	return nil
}

// onSilent returns an error if no frame has come for silentFor.
func (l *listener) onSilent() error {
	left := silentFor - l.env.Clock.Now().Sub(l.heard)
	if left <= 0 {
		return connector.Retry(connector.FaultSilent, "Bilibili does not answer", nil)
	}
	l.silent = l.env.Clock.After(left)
	return nil
}

// onFrame handles the packets of a frame. Those before a broken one count.
func (l *listener) onFrame(data []byte) error {
	l.heard = l.env.Clock.Now()
	packets, err := decode(data)
	if err != nil {
		l.out.Skipped()
	}
	for _, p := range packets {
		var err error
		switch p.op {
		case opAuthAnswer:
			err = l.onAuthAnswer(p.body)
		case opMessage:
			err = l.onMessage(p.body)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *listener) onAuthAnswer(body []byte) error {
	again := l.answered
	l.answered = true
	var answer struct{ Code int }
	if err := json.Unmarshal(body, &answer); err != nil || answer.Code != 0 {
		return connector.Retry(connector.FaultLost, "Bilibili did not let us in", err)
	}
	if again {
		return nil
	}
	anchor := l.session.AnchorInfo
	l.out.Connected(cmp.Or(anchor.Uname, strconv.FormatInt(anchor.RoomID, 10)))
	if err := l.sendBeat(); err != nil {
		return err
	}
	l.silent = l.env.Clock.After(silentFor)
	return nil
}
