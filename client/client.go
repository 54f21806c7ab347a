// Package client uses the HTTP API of danmaku servers. [Client] is for commands beside the
// server on this machine: it signs requests with the secret of the data folder, so it needs
// no key of a link. [Sender] sends comments to any server, with the key of a sender link,
// and [Room] does anything that a room's key permits.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"danmaku/room"
	"danmaku/server/wire"
)

// Errors of [Client.Ping] when no server accepts our commands. Any other error means that
// nothing answers.
var (
	ErrOlder  = errors.New("the server is an older version that accepts no commands over HTTP")
	ErrOther  = errors.New("the server has another data folder")
	ErrRemote = errors.New("the server accepts commands only from its own machine")
)

// requestWithin bounds one request, and pingWithin the first one.
const (
	requestWithin = 30 * time.Second
	pingWithin    = 2 * time.Second
)

// answerLimit is how many bytes of an answer are read.
const answerLimit = 64 << 20

// Client sends requests to one server. Its methods are safe for concurrent use. Errors of
// the server wrap the sentinels of package room.
type Client struct {
	base string
	sign func(method, target string) string
	http *http.Client
}

// New returns a client of the server at base, such as http://127.0.0.1:2333. sign
// signs a request's method and target for [wire.LocalScheme].
func New(base string, sign func(method, target string) string) *Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil // the server is on this machine
	return &Client{
		base: strings.TrimRight(base, "/"), sign: sign,
		http: &http.Client{
			Transport: transport, Timeout: requestWithin,
			// No danmaku server redirects these routes, and a signature must not go
			// anywhere else.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// Close closes idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Ping checks whether the server accepts our commands. Errors: [ErrOlder], [ErrOther] or
// [ErrRemote] when it does not.
func (c *Client) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pingWithin)
	defer cancel()
	err := c.Do(ctx, http.MethodGet, "/api/local", nil, nil)
	var answer *statusError
	switch {
	case !errors.As(err, &answer):
		return err
	case answer.status == http.StatusNotFound || answer.status == http.StatusMethodNotAllowed:
		return ErrOlder
	case answer.status == http.StatusUnauthorized:
		return ErrOther
	case answer.status == http.StatusForbidden:
		return ErrRemote
	}
	return err
}

// statusError is an unsuccessful answer.
type statusError struct {
	status int
	err    error
}

func (e *statusError) Error() string { return e.err.Error() }

func (e *statusError) Unwrap() error { return e.err }

// Do sends a request with in as JSON, and decodes the answer's JSON into out; either may be
// nil. target is the path with its query. An unsuccessful answer is an error that wraps the
// result of [wire.ErrorOf].
func (c *Client) Do(ctx context.Context, method, target string, in, out any) error {
	body, err := encode(in)
	if err != nil {
		return err
	}
	r, err := c.request(ctx, method, target, body)
	if err != nil {
		return err
	}
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	return ask(c.http, r, "the running server", out)
}

// encode returns in as JSON for a request's body; nil for nil.
func encode(in any) (io.Reader, error) {
	if in == nil {
		return nil, nil
	}
	b, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("encode a request: %w", err)
	}
	return bytes.NewReader(b), nil
}

// ask sends a request and decodes the answer's JSON into out, unless that is nil. server
// names the server in errors.
func ask(h *http.Client, r *http.Request, server string, out any) error {
	resp, err := h.Do(r)
	if err != nil {
		return fmt.Errorf("ask %s: %w", server, err)
	}
	defer resp.Body.Close()
	if err := refusal(resp); err != nil || out == nil {
		return err
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, answerLimit)).Decode(out); err != nil {
		return fmt.Errorf("read the server's answer: %w", err)
	}
	return nil
}

// request makes a signed request.
func (c *Client) request(ctx context.Context, method, target string, body io.Reader) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, method, c.base+target, body)
	if err != nil {
		return nil, fmt.Errorf("request %s: %w", target, err)
	}
	r.Header.Set("Authorization", wire.LocalScheme+" "+c.sign(method, r.URL.RequestURI()))
	return r, nil
}

// refusal returns an unsuccessful answer as an error.
func refusal(resp *http.Response) error {
	if resp.StatusCode/100 == 2 {
		return nil
	}
	var e wire.Error
	if err := json.NewDecoder(io.LimitReader(resp.Body, answerLimit)).Decode(&e); err != nil {
		e.Message = resp.Status
	}
	return &statusError{resp.StatusCode, wire.ErrorOf(resp.StatusCode, e)}
}

// Links returns all links, oldest first, including revoked ones, without their hashes.
func (c *Client) Links(ctx context.Context) ([]room.AccessLink, error) {
	list, err := c.links(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]room.AccessLink, 0, len(list))
	for _, w := range list {
		l, err := fromWire(w)
		if err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, nil
}

func (c *Client) links(ctx context.Context) ([]wire.Link, error) {
	var answer struct {
		Links []wire.Link `json:"links"`
	}
	err := c.Do(ctx, http.MethodGet, "/api/links?revoked=1", nil, &answer)
	return answer.Links, err
}

// NewLink makes a link and returns it with its key. Errors: room.ErrNotFound for an
// unknown room, room.ErrInvalid, room.ErrBusy.
func (c *Client) NewLink(ctx context.Context, roomID string, role room.Role, label string) (room.AccessLink, string, error) {
	var made wire.Link
	body := map[string]any{"room": roomID, "role": role, "label": label}
	if err := c.Do(ctx, http.MethodPost, "/api/links", body, &made); err != nil {
		return room.AccessLink{}, "", err
	}
	l, err := fromWire(made)
	return l, made.Key, err
}

// RevokeLink revokes a link. Errors: room.ErrNotFound, room.ErrNotAllowed for the last
// owner's link, room.ErrBusy.
func (c *Client) RevokeLink(ctx context.Context, id int64) error {
	return c.Do(ctx, http.MethodDelete, "/api/links/"+strconv.FormatInt(id, 10), nil, nil)
}

// ScreenKey returns the key of a room's first valid overlay or audience link. Errors:
// room.ErrNotFound.
func (c *Client) ScreenKey(ctx context.Context, roomID string, role room.Role) (string, error) {
	list, err := c.links(ctx)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(list, func(l wire.Link) bool {
		return l.Role == role && l.Room == roomID && l.Revoked == 0 && l.URL != ""
	})
	if i < 0 {
		return "", room.ErrNotFound
	}
	u, err := url.Parse(list[i].URL)
	if err != nil {
		return "", fmt.Errorf("read the server's answer: %w", err)
	}
	return u.Query().Get("key"), nil
}

// Chats returns the connected chats of all rooms, oldest first. Their secrets are
// masked.
func (c *Client) Chats(ctx context.Context) ([]room.Chat, error) {
	var list []room.Chat
	err := c.eachChat(ctx, func(roomID string, w wire.Chat) { list = append(list, chatFromWire(roomID, w)) })
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(list, func(a, b room.Chat) int { return a.Made.Compare(b.Made) })
	return list, nil
}

// ChatStates returns the connected chats of all rooms with their states.
func (c *Client) ChatStates(ctx context.Context) (list []wire.Chat, err error) {
	err = c.eachChat(ctx, func(_ string, w wire.Chat) { list = append(list, w) })
	return list, err
}

// eachChat calls do for every chat of every room.
func (c *Client) eachChat(ctx context.Context, do func(roomID string, w wire.Chat)) error {
	var rooms struct {
		Rooms []struct {
			ID string `json:"id"`
		} `json:"rooms"`
	}
	if err := c.Do(ctx, http.MethodGet, "/api/rooms?archived=1", nil, &rooms); err != nil {
		return err
	}
	for _, r := range rooms.Rooms {
		var answer struct {
			Chats []wire.Chat `json:"chats"`
		}
		if err := c.Do(ctx, http.MethodGet, chatsOf(r.ID), nil, &answer); err != nil {
			return err
		}
		for _, w := range answer.Chats {
			do(r.ID, w)
		}
	}
	return nil
}

// AddChat connects the chat that a link or a name identifies with the room of chat, with
// chat's switch HoldAll. secret adds to the secrets in the link. Errors: room.ErrNotFound
// for an unknown room, room.ErrInvalid, room.ErrTaken for a chat that the room already has,
// room.ErrBusy.
func (c *Client) AddChat(ctx context.Context, chat room.Chat, link string, secret map[string]string) (room.Chat, error) {
	body := map[string]any{"link": link, "secret": secret, "hold_all": chat.HoldAll}
	var made wire.Chat
	if err := c.Do(ctx, http.MethodPost, chatsOf(chat.Room), body, &made); err != nil {
		return room.Chat{}, err
	}
	return chatFromWire(chat.Room, made), nil
}

// DeleteChat disconnects a chat. Errors: room.ErrNotFound, room.ErrBusy.
func (c *Client) DeleteChat(ctx context.Context, roomID, id string) error {
	return c.Do(ctx, http.MethodDelete, chatsOf(roomID)+"/"+url.PathEscape(id), nil, nil)
}

// TestChat injects a line into a chat as if its platform had sent it. Errors:
// room.ErrNotFound, room.ErrExpired for a chat that is off.
func (c *Client) TestChat(ctx context.Context, roomID, id, text string) error {
	return c.Do(ctx, http.MethodPost, chatsOf(roomID)+"/"+url.PathEscape(id)+"/test", map[string]string{"text": text}, nil)
}

func chatsOf(roomID string) string { return "/api/rooms/" + url.PathEscape(roomID) + "/chats" }

// chatFromWire converts a chat of the API.
func chatFromWire(roomID string, w wire.Chat) room.Chat {
	c := room.Chat{ID: w.ID, Room: roomID, Kind: w.Kind, Target: w.Target, Made: moment(w.Made), Secret: w.Secret}
	c.Off, c.FollowBans, c.Guests, c.HoldAll, c.Emotes = w.Off, w.FollowBans, w.Guests, w.HoldAll, w.Emotes
	c.MinMicros = int64(math.Round(w.MinAmount * 1e6))
	return c
}

// fromWire converts a link of the API.
func fromWire(w wire.Link) (room.AccessLink, error) {
	id, err := strconv.ParseInt(w.ID, 10, 64)
	if err != nil {
		return room.AccessLink{}, fmt.Errorf("read the server's answer: link %q", w.ID)
	}
	return room.AccessLink{
		ID: id, Room: w.Room, Role: w.Role, Label: w.Label, Made: moment(w.Made), LastUsed: moment(w.LastUsed), Revoked: moment(w.Revoked),
	}, nil
}

// moment converts a time on the wire; 0 means none.
func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}
