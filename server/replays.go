package server

import (
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"danmaku/comment"
	"danmaku/live/replay"
	"danmaku/room"
	"danmaku/server/wire"
)

// replayFileWithin is how long the upload of a file of comments may take. Its reader checks
// the file's size and faults; replayFileBody only ends an endless upload.
const replayFileWithin = 5 * time.Minute

// mostFileName bounds the name of a file, in letters.
const mostFileName = 80

// listSessions handles GET /api/rooms/{room}/sessions.
func (s *Server) listSessions(c echo.Context) error {
	actor := actorOf(c)
	sessions, err := s.live.Sessions(c.Request().Context(), c.Param("room"), actor)
	if err != nil {
		return err
	}
	out := make([]wireSession, len(sessions))
	for i, x := range sessions {
		out[i] = wireSession{From: x.From.UnixMilli(), To: x.To.UnixMilli(), Count: x.Count}
	}
	return c.JSON(http.StatusOK, map[string]any{"sessions": out})
}

// getReplay handles GET /api/rooms/{room}/replay.
func (s *Server) getReplay(c echo.Context) error {
	actor := actorOf(c)
	r, err := s.live.ReplayOf(c.Param("room"), actor)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, wire.ReplayOf(r))
}

// replayPast handles POST /api/rooms/{room}/replay: what the room showed once.
func (s *Server) replayPast(c echo.Context) error {
	actor := actorOf(c)
	body := struct {
		From  int64   `json:"from"` // ms
		To    int64   `json:"to"`   // ms; 0 is now
		Speed float64 `json:"speed"`
	}{Speed: 1}
	if err := readJSON(c, &body); err != nil {
		return err
	}
	var to time.Time
	if body.To != 0 {
		to = time.UnixMilli(body.To)
	}
	r, err := s.live.ReplayPast(c.Request().Context(), replay.Request{Room: c.Param("room"), By: actor, Speed: body.Speed}, time.UnixMilli(body.From), to)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, wire.ReplayOf(r))
}

// replayFile handles PUT /api/rooms/{room}/replay/file: the body is the file, which is read as
// it arrives.
func (s *Server) replayFile(c echo.Context) error {
	actor, speed := actorOf(c), 1.0
	if v := c.QueryParam("speed"); v != "" {
		var err error
		if speed, err = strconv.ParseFloat(v, 64); err != nil {
			return room.ErrBadFrame
		}
	}
	name := []rune(comment.OneLine(c.QueryParam("name")))
	name = name[:min(len(name), mostFileName)]
	if len(name) == 0 {
		name = []rune("file")
	}
	if err := allowLargeBody(c.Response(), replayFileWithin); err != nil {
		return err
	}
	body := c.Request().Body
	r, err := s.live.ReplayFile(c.Request().Context(), replay.Request{Room: c.Param("room"), By: actor, Speed: speed}, string(name), body, c.QueryParam("strict") == "1")
	if err != nil {
		// A browser reads no answer before it has sent everything.
		_, _ = io.Copy(io.Discard, body)
		return err
	}
	return c.JSON(http.StatusCreated, wire.ReplayOf(r))
}

// controlReplay handles PATCH /api/rooms/{room}/replay.
func (s *Server) controlReplay(c echo.Context) error {
	actor := actorOf(c)
	var body struct {
		State *replay.State `json:"state"`
		Speed *float64      `json:"speed"`
		AtMS  *int64        `json:"at_ms"`
	}
	if err := readJSON(c, &body); err != nil {
		return err
	}
	control := replay.Control{State: body.State, Speed: body.Speed}
	if body.AtMS != nil {
		// Clamped to beyond a month, so that nothing overflows.
		at := time.Duration(min(max(*body.AtMS, -1), 1<<40)) * time.Millisecond
		control.At = &at
	}
	r, err := s.live.ControlReplay(c.Param("room"), actor, control)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, wire.ReplayOf(r))
}

// stopReplay handles DELETE /api/rooms/{room}/replay.
func (s *Server) stopReplay(c echo.Context) error {
	actor := actorOf(c)
	if err := s.live.StopReplay(c.Request().Context(), c.Param("room"), actor); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

type wireSession struct {
	From  int64 `json:"from"` // ms
	To    int64 `json:"to"`
	Count int   `json:"count"`
}
