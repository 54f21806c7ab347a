package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/gorilla/websocket"
)

// rpc is a connection for commands and events in the format of both the DevTools
// protocol and WebDriver BiDi. It is safe for concurrent use.
type rpc struct {
	conn    *websocket.Conn
	session string // of the DevTools protocol

	mu      sync.Mutex
	next    int
	waiting map[int]chan reply
	heard   map[string]chan json.RawMessage // by event
	closed  chan struct{}
}

type reply struct {
	ID      int             `json:"id"`
	Method  string          `json:"method"`
	Params  json.RawMessage `json:"params"`
	Result  json.RawMessage `json:"result"`
	Error   json.RawMessage `json:"error"`
	Message string          `json:"message"` // BiDi sends it beside the error's code
}

func dial(ctx context.Context, url string) (*rpc, error) {
	conn, _, err := websocket.DefaultDialer.DialContext(ctx, url, nil)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", url, err)
	}
	r := &rpc{conn: conn, waiting: map[int]chan reply{}, heard: map[string]chan json.RawMessage{}, closed: make(chan struct{})}
	go r.read()
	return r, nil
}

func (r *rpc) read() {
	defer close(r.closed)
	for {
		var m reply
		if err := r.conn.ReadJSON(&m); err != nil {
			return
		}
		r.mu.Lock()
		if done := r.waiting[m.ID]; m.Method == "" && done != nil {
			delete(r.waiting, m.ID)
			done <- m
		} else if events := r.heard[m.Method]; events != nil {
			select {
			case events <- m.Params:
			default: // the last one was not read
			}
		}
		r.mu.Unlock()
	}
}

// on returns a channel of the events of a kind. It keeps one unread event.
func (r *rpc) on(event string) <-chan json.RawMessage {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.heard[event] == nil {
		r.heard[event] = make(chan json.RawMessage, 1)
	}
	return r.heard[event]
}

// call sends a command and decodes its result into out, unless out is nil.
func (r *rpc) call(ctx context.Context, method string, params any, out any) error {
	done := make(chan reply, 1)
	r.mu.Lock()
	r.next++
	id := r.next
	r.waiting[id] = done
	message := map[string]any{"id": id, "method": method, "params": params}
	if r.session != "" {
		message["sessionId"] = r.session
	}
	err := r.conn.WriteJSON(message)
	r.mu.Unlock()
	if err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	select {
	case m := <-done:
		if len(m.Error) > 0 {
			return fmt.Errorf("%s: %s %s", method, m.Error, m.Message)
		}
		if out == nil {
			return nil
		}
		return json.Unmarshal(m.Result, out)
	case <-r.closed:
		return fmt.Errorf("%s: the browser has ended", method)
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", method, ctx.Err())
	}
}

type none struct{}
