package server

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"danmaku/comment"
	"danmaku/live"
)

// lookingFields name the comment that a console has open.
type lookingFields struct {
	Console string `json:"console"`
	ID      string `json:"id"`
}

// look handles PUT /api/rooms/{room}/looking.
func (s *Server) look(c echo.Context) error {
	var f lookingFields
	if err := readJSON(c, &f); err != nil {
		return err
	}
	l := live.Looking{Console: f.Console}
	if f.ID != "" {
		id, err := comment.ParseID(f.ID)
		if err != nil {
			return err
		}
		l.ID = id
	}
	if err := s.live.Look(c.Param("room"), actorOf(c), l); err != nil {
		retryAfter(c, err)
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
