package server

import (
	"net/http"

	"danmaku/room"

	"github.com/labstack/echo/v4"

	"danmaku/server/wire"
)

// This file serves the overlay builder and the styles that it stores.

// builderPage handles GET /builder/{room}: every option of the overlay with a
// preview.
func (s *Server) builderPage(c echo.Context) error { return s.hostPage(c, "builder/index.html") }

// wireStyle is an overlay's style.
type wireStyle struct {
	Name    string            `json:"name"`
	Options map[string]string `json:"options"`
	CSS     string            `json:"css"`
	Changed int64             `json:"changed,omitempty"` // ms
}

func toWireStyle(s room.Style) wireStyle {
	w := wireStyle{Name: s.Name, Options: s.Options, CSS: s.CSS, Changed: wire.UnixMS(s.Changed)}
	if w.Options == nil {
		w.Options = map[string]string{}
	}
	return w
}

// listStyles handles GET /api/rooms/{room}/styles.
func (s *Server) listStyles(c echo.Context) error {
	actor := actorOf(c)
	styles, err := s.live.Styles(c.Request().Context(), c.Param("room"), actor)
	if err != nil {
		return err
	}
	out := make([]wireStyle, len(styles))
	for i, st := range styles {
		out[i] = toWireStyle(st)
	}
	return c.JSON(http.StatusOK, map[string]any{"styles": out})
}

// putStyle handles PUT /api/rooms/{room}/styles.
func (s *Server) putStyle(c echo.Context) error {
	actor := actorOf(c)
	var body wireStyle
	if err := readJSON(c, &body); err != nil {
		return err
	}
	st, err := s.live.PutStyle(c.Request().Context(), c.Param("room"), actor,
		room.Style{Name: body.Name, Options: body.Options, CSS: body.CSS})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, toWireStyle(st))
}

// deleteStyle handles DELETE /api/rooms/{room}/styles/{name}.
func (s *Server) deleteStyle(c echo.Context) error {
	actor := actorOf(c)
	if err := s.live.DeleteStyle(c.Request().Context(), c.Param("room"), actor, nameOf(c)); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
