package bridge

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/gorilla/websocket"

	"danmaku/connector"
)

// connection is a connection to a tool.
type connection struct {
	*source
	ws   *websocket.Conn
	tool tool
	out  connector.Sink

	beat *connector.Heartbeat

	connected bool // the tool has confirmed that its messages will come
}

// run reads the connection until it ends, and closes it.
func (c *connection) run(ctx context.Context) error {
	pongs := c.pongs()
	frames, stop := connector.ReadFrames(c.ws, maxFrame)
	defer stop()
	if err := c.send(c.tool.hello()); err != nil {
		return err
	}
	if c.spec.mute {
		c.confirm()
	}
	greet := c.env.Clock.After(greetWithin)
	c.beat = connector.NewHeartbeat(c.env.Clock, c.spec.name, pingEvery, answerWithin)
	for {
		var err error
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-greet:
			if !c.connected {
				return connector.Retry(connector.FaultSilent, c.spec.name+" does not greet: is it what listens there?", nil)
			}
		case <-pongs:
			c.beat.Heard()
		case <-c.beat.Due:
			err = c.beat.Check(c.ping)
		case f := <-frames:
			if f.Err != nil {
				return fmt.Errorf("read from %s: %w", c.spec.name, f.Err)
			}
			err = c.onFrame(f.Data)
		}
		if err != nil {
			return err
		}
	}
}

// pongs returns a channel that receives when the tool answers a ping. Call it before the
// connection is read.
func (c *connection) pongs() <-chan struct{} {
	pongs := make(chan struct{}, 1)
	c.ws.SetPongHandler(func(string) error {
		select {
		case pongs <- struct{}{}:
		default:
		}
		return nil
	})
	return pongs
}

func (c *connection) send(messages []any) error {
	for _, m := range messages {
		_ = c.ws.SetWriteDeadline(time.Now().Add(answerWithin)) // fails only with the connection
		if err := c.ws.WriteJSON(m); err != nil {
			return fmt.Errorf("write to %s: %w", c.spec.name, err)
		}
	}
	return nil
}

// confirm reports once that the tool's messages will come.
func (c *connection) confirm() {
	if !c.connected {
		c.connected = true
		c.out.Connected(c.spec.name)
	}
}

// ping asks the tool for a pong.
func (c *connection) ping() error {
	_ = c.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(answerWithin)) // a failure shows as silence
	return nil
}

// onFrame handles a frame, and returns an error if another tool has sent it.
func (c *connection) onFrame(data []byte) error {
	c.beat.Heard()
	if !json.Valid(data) {
		c.out.Skipped()
		return nil
	}
	if kind, ok := Detect(data); ok && !c.connected && kind != c.kind {
		return connector.Retry(connector.FaultAnswer, specs[kind].name+" listens there, not "+c.spec.name, nil)
	}
	answer, up, err := c.tool.frame(data, c.out)
	if err != nil {
		return err
	}
	if up {
		c.confirm()
	}
	return c.send(answer)
}
