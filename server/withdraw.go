package server

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"danmaku/comment"
	"danmaku/room"
)

// withdrawComment handles DELETE /api/rooms/{room}/comments/{id}, for its author, and for
// the link through which it came.
func (s *Server) withdrawComment(c echo.Context) error {
	id, err := comment.ParseID(c.Param("id"))
	if err != nil {
		return err
	}
	ctx, roomID := c.Request().Context(), c.Param("room")
	l, refused := s.ownLink(c)
	// A browser may have both a session and the audience's cookie.
	if who, ok := s.audience(c); ok && c.Request().Header.Get("Authorization") == "" {
		err = s.live.Withdraw(ctx, roomID, s.live.Keys().Pseudonym(roomID, who.id), id)
		if refused != nil || !errors.Is(err, room.ErrNotFound) {
			return s.withdrawn(c, err)
		}
	}
	if refused != nil {
		return refused
	}
	return s.withdrawn(c, s.live.TakeDown(ctx, roomID, l, c.QueryParam("author"), id))
}

// withdrawRef handles DELETE /api/rooms/{room}/comments?ref=…&author=…, for the link
// through which the comment came.
func (s *Server) withdrawRef(c echo.Context) error {
	l, err := s.ownLink(c)
	if err != nil {
		return err
	}
	query := c.QueryParams()
	if query.Get("ref") == "" {
		return room.Explain(room.ErrBadFrame, "ref: say which comment in the query, ?ref=…")
	}
	var author *string
	if query.Has("author") {
		name := query.Get("author")
		author = &name
	}
	return s.withdrawn(c, s.live.TakeDownRef(c.Request().Context(), c.Param("room"), l, author, query.Get("ref")))
}

// ownLink returns the link of a request, if it is one that writes in the room. Errors:
// wire.ErrNoKey, room.ErrNotAllowed.
func (s *Server) ownLink(c echo.Context) (room.AccessLink, error) {
	l, err := s.link(c.Request())
	if err != nil {
		return l, err
	}
	if !l.Can(room.WriteByLink, c.Param("room")) {
		return l, room.ErrNotAllowed
	}
	return l, nil
}

func (s *Server) withdrawn(c echo.Context, err error) error {
	if err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
