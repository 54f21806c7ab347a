package server

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"danmaku/comment"
	"danmaku/live"
)

// postFields are what may be posted: a sender may name an author and a source.
type postFields struct {
	draftFields
	Author string         `json:"author"`
	Source comment.Source `json:"source"`
}

// postComment is POST /api/rooms/{room}/comments.
func (s *Server) postComment(c echo.Context) error {
	if _, err := s.hall.Room(c.Param("room")); err != nil {
		return err
	}
	var f postFields
	if err := readJSON(c, &f); err != nil {
		return err
	}
	author, source, err := s.author(c, f)
	if err != nil {
		return err
	}
	o, err := s.hall.Submit(c.Request().Context(), c.Param("room"), author, f.draft(source))
	if err != nil && faultOf(err).Code == internal.Code {
		return err
	}
	status := http.StatusCreated
	ack := ackOf(f.Ref, o, err)
	switch {
	case err != nil:
		status = faultOf(err).Status
		retryAfter(c, err)
	case ack.Outcome == comment.Held:
		status = http.StatusAccepted
	case ack.Outcome == comment.Refused:
		status = http.StatusUnprocessableEntity
	}
	return c.JSON(status, ack)
}

// author establishes who posts: a link, else the audience cookie.
func (s *Server) author(c echo.Context, f postFields) (live.Author, comment.Source, error) {
	r := c.Request()
	room := c.Param("room")
	keys := s.hall.Keys()
	l, err := s.link(r)
	switch {
	case err == nil && l.Role == comment.Sender && l.On(room):
		if f.Source != comment.FromReplay {
			f.Source = comment.FromAPI
		}
		if len(f.Author) > 256 {
			return live.Author{}, "", comment.ErrBadFrame
		}
		return live.Author{Role: comment.Sender, User: keys.AuthorPseudonym(l.ID, f.Author), Link: l.ID}, f.Source, nil
	case err == nil && l.Role.Moderates() && l.On(room):
		user := keys.LinkPseudonym(room, l.ID)
		return live.Author{Role: l.Role, User: user, Link: l.ID}, comment.FromAudience, nil
	case err == nil:
		return live.Author{}, "", comment.ErrNotAllowed
	case r.Header.Get("Authorization") != "":
		return live.Author{}, "", errNoKey
	}
	if _, err := s.guest(c, room); err != nil {
		return live.Author{}, "", err
	}
	id, ok := s.audience(r)
	if !ok {
		return live.Author{}, "", errNoKey
	}
	return s.audienceAuthor(c, room, id), comment.FromAudience, nil
}

func (s *Server) audienceAuthor(c echo.Context, room string, id identity) live.Author {
	keys := s.hall.Keys()
	return live.Author{
		Role: comment.Audience, User: keys.Pseudonym(room, id.id),
		Address: keys.Address(s.address(c)), Identity: id.made, Fleeting: id.fleeting,
	}
}

// retryAfter says in whole seconds when trying again makes sense.
func retryAfter(c echo.Context, err error) {
	wait := comment.Wait(err)
	if wait == 0 && !errors.Is(err, comment.ErrBusy) {
		return
	}
	seconds := max(1, int(wait.Seconds()+0.999))
	c.Response().Header().Set("Retry-After", strconv.Itoa(seconds))
}

// readJSON reads a body of one JSON object. Only JSON is taken, since a form
// elsewhere can send all else.
func readJSON(c echo.Context, into any) error {
	r := c.Request()
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/json" {
		return comment.ErrBadFrame
	}
	b, err := io.ReadAll(r.Body)
	if tooLarge := (*echo.HTTPError)(nil); errors.As(err, &tooLarge) {
		return err
	}
	if err != nil { // cut off, or too slow: the client's fault, and nothing for the log
		return comment.ErrBadFrame
	}
	if !utf8.Valid(b) || json.Unmarshal(b, into) != nil {
		return comment.ErrBadFrame
	}
	return nil
}

// nameOf gives the name in the path. echo leaves a path as it was sent when it
// has an escaped slash.
func nameOf(c echo.Context) string {
	name := c.Param("name")
	if c.Request().URL.RawPath == "" {
		return name
	}
	if plain, err := url.PathUnescape(name); err == nil {
		return plain
	}
	return name
}

// readOptionalJSON is readJSON where the body may be left out.
func readOptionalJSON(c echo.Context, into any) error {
	if c.Request().ContentLength == 0 {
		return nil
	}
	return readJSON(c, into)
}

// moderatorOf is moderator for an act on the comment in the path.
func (s *Server) moderatorOf(c echo.Context) (live.Actor, comment.ID, error) {
	actor, err := s.moderator(c)
	if err != nil {
		return actor, 0, err
	}
	id, err := comment.ParseID(c.Param("id"))
	return actor, id, err
}

// withdrawComment is DELETE /api/rooms/{room}/comments/{id}, for its author.
func (s *Server) withdrawComment(c echo.Context) error {
	id, err := comment.ParseID(c.Param("id"))
	if err != nil {
		return err
	}
	who, ok := s.audience(c.Request())
	if !ok {
		return errNoKey
	}
	room := c.Param("room")
	if err := s.hall.Withdraw(c.Request().Context(), room, s.hall.Keys().Pseudonym(room, who.id), id); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// listComments is GET /api/rooms/{room}/comments.
func (s *Server) listComments(c echo.Context) error {
	if _, err := s.moderator(c); err != nil {
		return err
	}
	q := comment.HistoryQuery{
		Status: comment.Status(c.QueryParam("status")), User: c.QueryParam("user"), Text: c.QueryParam("q"),
		Source: comment.Source(c.QueryParam("source")), Limit: 50,
	}
	for name, into := range map[string]func(int64){
		"before": func(n int64) { q.Before = n },
		"limit":  func(n int64) { q.Limit = int(min(n, 200)) },
	} {
		if v := c.QueryParam(name); v != "" {
			n, err := strconv.ParseInt(v, 10, 64)
			if err != nil || n < 1 {
				return comment.ErrBadFrame
			}
			into(n)
		}
	}
	rows, more, err := s.hall.Comments(c.Request().Context(), c.Param("room"), q)
	if err != nil {
		return err
	}
	page := struct {
		Comments []wireRow `json:"comments"`
		Next     int64     `json:"next,omitempty"`
	}{Comments: make([]wireRow, len(rows))}
	for i, r := range rows {
		page.Comments[i] = toWireRow(r)
	}
	if more {
		page.Next = rows[len(rows)-1].Seq
	}
	return c.JSON(http.StatusOK, page)
}
