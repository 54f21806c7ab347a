package server

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"danmaku/room"
	"danmaku/server/wire"
)

// readPatch reads settings.
func readPatch(c echo.Context) (p room.Patch, err error) {
	var raw json.RawMessage
	if err := readJSON(c, &raw); err != nil {
		return p, err
	}
	var explained *room.ExplainedError
	if err := json.Unmarshal(raw, &p); errors.As(err, &explained) {
		return p, explained
	} else if err != nil {
		return p, room.Explain(room.ErrInvalid, "%v; see settings in docs/dev/protocol.md", err)
	}
	return p, nil
}

// patchRoom handles PATCH /api/rooms/{room}.
func (s *Server) patchRoom(c echo.Context) error {
	actor := actorOf(c)
	p, err := readPatch(c)
	if err != nil {
		return err
	}
	r, err := s.live.SetRoom(c.Request().Context(), c.Param("room"), actor, p)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, wire.RoomOf(r))
}

// lockDown handles POST /api/rooms/{room}/lockdown.
func (s *Server) lockDown(c echo.Context) error {
	actor := actorOf(c)
	r, err := s.live.LockDown(c.Request().Context(), c.Param("room"), actor)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, wire.RoomOf(r))
}

// unlock handles DELETE /api/rooms/{room}/lockdown.
func (s *Server) unlock(c echo.Context) error {
	actor := actorOf(c)
	r, err := s.live.Unlock(c.Request().Context(), c.Param("room"), actor)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, wire.RoomOf(r))
}

// newRoom handles POST /api/rooms.
func (s *Server) newRoom(c echo.Context) error {
	actor := actorOf(c)
	p, err := readPatch(c)
	if err != nil {
		return err
	}
	if p.ID == nil {
		return room.Explain(room.ErrInvalid, "id: a room needs a name for its address")
	}
	setup, err := p.Apply(room.New(*p.ID))
	if err != nil {
		return err
	}
	r, err := s.live.NewRoom(c.Request().Context(), actor, setup)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, wire.RoomOf(r))
}

// archiveRoom handles DELETE /api/rooms/{room}.
func (s *Server) archiveRoom(c echo.Context) error {
	actor := actorOf(c)
	if err := s.live.Archive(c.Request().Context(), c.Param("room"), actor); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
