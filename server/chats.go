package server

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"danmaku/room"
	"danmaku/server/wire"
)

// Ingest accepts what other programs post: messages of chats that they read.
type Ingest interface {
	// Take submits the messages and removals of one body to a room in the name of a link,
	// and returns their number. Errors: room.ErrBadFrame with an explanation.
	Take(ctx context.Context, roomID string, link int64, body []byte) (int, error)
}

// chatFields is a change of a chat. A missing field stays as it is.
type chatFields struct {
	Link       string            `json:"link"`
	Secret     map[string]string `json:"secret"`
	Off        *bool             `json:"off"`
	FollowBans *bool             `json:"follow_bans"`
	Guests     *bool             `json:"guests"`
	HoldAll    *bool             `json:"hold_all"`
	Emotes     *bool             `json:"emotes"`
	MinAmount  *float64          `json:"min_amount"` // in units of the currency
}

// set applies the fields to a chat.
func (f chatFields) set(c *room.Chat) {
	for _, s := range []struct {
		said *bool
		into *bool
	}{{f.Off, &c.Off}, {f.FollowBans, &c.FollowBans}, {f.Guests, &c.Guests}, {f.HoldAll, &c.HoldAll}, {f.Emotes, &c.Emotes}} {
		if s.said != nil {
			*s.into = *s.said
		}
	}
	if f.MinAmount != nil {
		c.MinMicros = int64(min(max(*f.MinAmount, -1), 2e9) * 1e6) // a value beyond the bounds stays beyond them
	}
}

// listChats handles GET /api/rooms/{room}/chats.
func (s *Server) listChats(c echo.Context) error {
	list, err := s.live.ChatList(c.Request().Context(), c.Param("room"), actorOf(c))
	if err != nil {
		return err
	}
	out := struct {
		Chats []wire.Chat `json:"chats"`
	}{Chats: make([]wire.Chat, len(list))}
	for i, v := range list {
		out.Chats[i] = wire.ChatOf(v)
	}
	return c.JSON(http.StatusOK, out)
}

// newChat handles POST /api/rooms/{room}/chats.
func (s *Server) newChat(c echo.Context) error {
	var f chatFields
	if err := readJSON(c, &f); err != nil {
		return err
	}
	v, err := s.live.AddChat(c.Request().Context(), c.Param("room"), actorOf(c), f.Link, f.Secret, f.set)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, wire.ChatOf(v))
}

// recognizeChat handles POST /api/rooms/{room}/chats/recognize.
func (s *Server) recognizeChat(c echo.Context) error {
	var f chatFields
	if err := readJSON(c, &f); err != nil {
		return err
	}
	to, err := s.live.RecognizeChat(c.Param("room"), actorOf(c), f.Link)
	if errors.Is(err, room.ErrInvalid) { // the link may still be incomplete
		to, err = room.ChatLink{Platform: to.Platform, Tools: to.Tools}, nil
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, wire.ChatLinkOf(to))
}

// patchChat handles PATCH /api/rooms/{room}/chats/{id}.
func (s *Server) patchChat(c echo.Context) error {
	var f chatFields
	if err := readJSON(c, &f); err != nil {
		return err
	}
	v, err := s.live.SetChat(c.Request().Context(), c.Param("room"), actorOf(c), c.Param("id"), f.Link, f.Secret, f.set)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, wire.ChatOf(v))
}

// deleteChat handles DELETE /api/rooms/{room}/chats/{id}.
func (s *Server) deleteChat(c echo.Context) error {
	if err := s.live.DeleteChat(c.Request().Context(), c.Param("room"), actorOf(c), c.Param("id")); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// testChat handles POST /api/rooms/{room}/chats/{id}/test.
func (s *Server) testChat(c echo.Context) error {
	f := struct {
		Text string `json:"text"`
	}{}
	if c.Request().ContentLength != 0 {
		if err := readJSON(c, &f); err != nil {
			return err
		}
	}
	if f.Text == "" {
		f.Text = "A test line from danmaku"
	}
	if err := s.live.TestChat(c.Request().Context(), c.Param("room"), actorOf(c), c.Param("id"), f.Text); err != nil {
		return err
	}
	return c.NoContent(http.StatusAccepted)
}

// ingestOrigins are the pages of Social Stream Ninja that post from a browser. No other
// pages may read our answers.
var ingestOrigins = []string{"https://socialstream.ninja", "https://beta.socialstream.ninja"}

// ingestPath is the route where programs post, as http.CrossOriginProtection writes it. The
// route reads no cookie from foreign pages: it needs a key.
const ingestPath = "POST /api/rooms/{room}/ingest"

// ingestOrigin checks the origin of a request: it refuses foreign origins except
// ingestOrigins.
func (s *Server) ingestOrigin(c echo.Context) error {
	h := c.Response().Header()
	h.Add("Vary", "Origin")
	origin := c.Request().Header.Get("Origin")
	switch {
	case slices.Contains(ingestOrigins, origin):
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		return nil
	case s.sameOrigin(c.Request()):
		return nil
	}
	return room.ErrNotAllowed
}

// ingestPreflight handles OPTIONS /api/rooms/{room}/ingest, a browser's preflight request.
func (s *Server) ingestPreflight(c echo.Context) error {
	if err := s.ingestOrigin(c); err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Access-Control-Allow-Methods", "POST")
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
	h.Set("Access-Control-Max-Age", "600")
	return c.NoContent(http.StatusNoContent)
}

// errNoIngest is the error of a server that accepts no posts of chats.
var errNoIngest = room.Explain(room.ErrNotFound, "This server connects no chats.")

// ingest handles POST /api/rooms/{room}/ingest: the object of Social Stream Ninja, or an array
// of them. The key is in the header, or in the URL, since that program sends no custom
// header.
func (s *Server) ingest(c echo.Context) error {
	l, err := s.ingester(c)
	if err != nil {
		return err
	}
	body, err := readBody(c) // whatever its declared type: the program posts JSON as text, too
	if err != nil {
		return err
	}
	n, err := s.opt.Ingest.Take(c.Request().Context(), c.Param("room"), l.ID, []byte(strings.TrimSpace(string(body))))
	if errors.Is(err, context.Canceled) {
		return room.ErrBusy
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusAccepted, map[string]int{"taken": n})
}

// ingester finds the link of a program that posts chats to a room.
func (s *Server) ingester(c echo.Context) (room.AccessLink, error) {
	if err := s.ingestOrigin(c); err != nil {
		return room.AccessLink{}, err
	}
	keyFromAddress(c)
	l, err := s.link(c.Request())
	switch {
	case err != nil:
		return l, err
	case !l.Can(room.WriteByLink, c.Param("room")):
		return l, room.ErrNotAllowed
	case s.opt.Ingest == nil:
		return l, errNoIngest
	}
	_, err = s.live.Room(c.Param("room"))
	return l, err
}

// mayIngest is the early check of [Server.ingest].
func (s *Server) mayIngest(c echo.Context) (answered bool, err error) {
	_, err = s.ingester(c)
	return false, err
}
