package client

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"danmaku/room"
	"danmaku/server/wire"
)

// Room is one room of a server, which may run anywhere, for a program with the key of a
// link. It may do whatever the key permits. Its methods are safe for concurrent use. Errors
// of the server wrap the sentinels of package room.
type Room struct {
	*Sender
	Again time.Duration // how long a watcher waits before it reconnects; 0: two seconds
	base  string
}

// NewRoom returns a room of the server at base, such as http://127.0.0.1:2333.
func NewRoom(base, roomID, key string) *Room {
	base = strings.TrimRight(base, "/")
	return &Room{Sender: NewSender(base, url.PathEscape(roomID), key, 2), base: base + "/api/rooms/" + url.PathEscape(roomID)}
}

// Close closes idle connections.
func (r *Room) Close() { r.HTTP.CloseIdleConnections() }

// request makes a request for a path in the room.
func (r *Room) request(ctx context.Context, method, path string, in any) (*http.Request, error) {
	body, err := encode(in)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, method, r.base+path, body)
	if err != nil {
		return nil, fmt.Errorf("request %s: %w", path, err)
	}
	req.Header.Set("Authorization", "Bearer "+r.Key)
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}

// Do sends a request about the room with in as JSON, and decodes the answer's JSON into
// out; either may be nil. path begins with a slash and follows /api/rooms/{room}.
func (r *Room) Do(ctx context.Context, method, path string, in, out any) error {
	req, err := r.request(ctx, method, path, in)
	if err != nil {
		return err
	}
	return ask(r.HTTP, req, "the server", out)
}

// Approve shows a waiting comment.
func (r *Room) Approve(ctx context.Context, id string) error { return r.comment(ctx, id, "approve") }

// Refuse refuses a waiting comment.
func (r *Room) Refuse(ctx context.Context, id string) error { return r.comment(ctx, id, "refuse") }

// Remove removes a comment from every screen.
func (r *Room) Remove(ctx context.Context, id string) error { return r.comment(ctx, id, "remove") }

func (r *Room) comment(ctx context.Context, id, act string) error {
	return r.Do(ctx, http.MethodPost, "/comments/"+url.PathEscape(id)+"/"+act, nil, nil)
}

// Clear empties every screen.
func (r *Room) Clear(ctx context.Context) error {
	return r.Do(ctx, http.MethodPost, "/clear", nil, nil)
}

// Mute mutes an author, by pseudonym, for a while, to the second; 0 means without end.
func (r *Room) Mute(ctx context.Context, user string, long time.Duration, reason string) (wire.Ban, error) {
	var made wire.Ban
	body := map[string]any{"user": user, "kind": room.Mute, "seconds": int64(long / time.Second), "reason": reason}
	return made, r.Do(ctx, http.MethodPost, "/bans", body, &made)
}

// NewItem makes a poll, a card or another item, and with start also starts it. spec is
// encoded as JSON; see docs/dev/protocol.md.
func (r *Room) NewItem(ctx context.Context, kind string, spec any, start bool) (wire.Item, error) {
	var made wire.Item
	return made, r.Do(ctx, http.MethodPost, "/items", map[string]any{"kind": kind, "spec": spec, "start": start}, &made)
}

// StopItem ends an item and returns it with its result.
func (r *Room) StopItem(ctx context.Context, id string) (wire.Item, error) {
	var it wire.Item
	return it, r.Do(ctx, http.MethodPost, "/items/"+url.PathEscape(id)+"/stop", nil, &it)
}

// Event is one event of a room's stream.
type Event struct {
	Position string          // where to continue after it; empty for an event that is sent ahead of its place
	Type     string          // "comment", "remove", …, and "hello" first
	Data     json.RawMessage // in the form of docs/dev/protocol.md
}

// Comment decodes the comment of an event of the type comment.
func (e Event) Comment() (c wire.Comment, err error) { return c, json.Unmarshal(e.Data, &c) }

// watchAgain is the default of [Room.Again].
const watchAgain = 2 * time.Second

// Watch calls hear with each event of the room after a position (empty: from now on), in
// order, until ctx ends or hear returns an error, which Watch returns. While the server is
// away it reconnects, and continues where it was. It returns its own error when the key is
// not valid for this, or the room is gone.
func (r *Room) Watch(ctx context.Context, since string, hear func(Event) error) error {
	for {
		var answer *statusError
		err := r.watch(ctx, &since, hear)
		var own *heardError
		switch {
		case errors.As(err, &own):
			return own.err
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.As(err, &answer) && (answer.status/100 == 4 && answer.status != http.StatusTooManyRequests):
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(cmp.Or(r.Again, watchAgain)):
		}
	}
}

// heardError is an error of the caller's function.
type heardError struct{ err error }

func (e *heardError) Error() string { return e.err.Error() }

// watch reads one stream to its end.
func (r *Room) watch(ctx context.Context, since *string, hear func(Event) error) error {
	req, err := r.request(ctx, http.MethodGet, "/events", nil)
	if err != nil {
		return err
	}
	if *since != "" {
		req.Header.Set("Last-Event-ID", *since)
	}
	stream := &http.Client{Transport: r.HTTP.Transport, CheckRedirect: r.HTTP.CheckRedirect} // a stream must not time out
	resp, err := stream.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if err := refusal(resp); err != nil {
		return err
	}
	return readEvents(resp.Body, since, hear)
}

// readEvents reads a stream to its end, and moves since past each event that was passed to
// hear.
func readEvents(stream io.Reader, since *string, hear func(Event) error) error {
	lines := bufio.NewScanner(stream)
	lines.Buffer(nil, answerLimit)
	var e Event
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ": ")
		switch name {
		case "id":
			e.Position = value
		case "event":
			e.Type = value
		case "data":
			e.Data = json.RawMessage(value)
		case "": // the end of a message, or a comment line
			if lines.Text() != "" {
				continue
			}
			if e.Data != nil {
				if err := hear(e); err != nil {
					return &heardError{err}
				}
			}
			if e.Position != "" {
				*since = e.Position
			}
			e = Event{}
		}
	}
	return lines.Err()
}
