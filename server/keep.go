package server

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"danmaku/live"
	"danmaku/room"
	"danmaku/server/wire"
)

// getKeep handles GET /api/keep: how long comments are kept, and what set it.
func (s *Server) getKeep(c echo.Context) error {
	k, err := s.live.Keep(actorOf(c))
	return s.answerKeep(c, k, err)
}

// putKeep handles PUT /api/keep: the owner chooses it, for all rooms.
func (s *Server) putKeep(c echo.Context) error {
	var body struct {
		Days *int `json:"days"`
	}
	if err := readJSON(c, &body); err != nil {
		return err
	}
	if body.Days == nil {
		return room.Explain(room.ErrInvalid, "days: 0 (forever) to %d", live.MaxKeepDays)
	}
	k, err := s.live.SetKeep(c.Request().Context(), actorOf(c), *body.Days)
	return s.answerKeep(c, k, err)
}

func (s *Server) answerKeep(c echo.Context, k live.KeepState, err error) error {
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, wire.KeepOf(k))
}
