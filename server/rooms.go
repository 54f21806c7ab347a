package server

import (
	"danmaku/server/wire"

	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"
	"rsc.io/qr"
)

// listRooms handles GET /api/rooms: those the link is for.
func (s *Server) listRooms(c echo.Context) error {
	actor, err := s.actor(c)
	if err != nil {
		return err
	}
	rooms, err := s.live.RoomsOf(actor)
	if err != nil {
		return err
	}
	out := struct {
		Rooms []wire.Room `json:"rooms"`
	}{Rooms: []wire.Room{}}
	for _, r := range rooms {
		if !r.Archived || c.QueryParam("archived") == "1" {
			out.Rooms = append(out.Rooms, wire.RoomOf(r))
		}
	}
	return c.JSON(http.StatusOK, out)
}

// getRoom handles GET /api/rooms/{room}.
func (s *Server) getRoom(c echo.Context) error {
	r, err := s.live.Room(c.Param("room"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, wire.RoomOf(r))
}

// stats handles GET /api/rooms/{room}/stats.
func (s *Server) stats(c echo.Context) error {
	st, err := s.live.Stats(c.Param("room"))
	if err != nil {
		return err
	}
	if s.cluster != nil {
		st.Machines = s.cluster.Machines()
	}
	w := wire.StatsOf(st, s.hub.Account(c.Param("room")))
	w.Type = ""
	hour, err := s.live.Hour(c.Param("room"), actorOf(c))
	if err != nil {
		return err
	}
	w.Hour = (*wire.Hour)(&hour)
	return c.JSON(http.StatusOK, w)
}

// audienceURL returns the URL that a room's code carries, for those who may have it: a
// secret room's contains its key.
func (s *Server) audienceURL(c echo.Context) (string, error) {
	r, err := s.live.Room(c.Param("room"))
	if err != nil {
		return "", err
	}
	to := s.audienceBase(c) + "/r/" + r.ID
	if r.Secret {
		key, err := s.secretKey(c, r.ID)
		if err != nil {
			return "", err
		}
		to += "?key=" + url.QueryEscape(key)
	}
	return to, nil
}

// qrSVG handles GET /api/rooms/{room}/qr.svg.
func (s *Server) qrSVG(c echo.Context) error { return s.audienceQR(c, "image/svg+xml", drawSVG) }

// qrPNG handles GET /api/rooms/{room}/qr.png.
func (s *Server) qrPNG(c echo.Context) error { return s.audienceQR(c, "image/png", drawPNG) }

func (s *Server) audienceQR(c echo.Context, kind string, draw func(*qr.Code) []byte) error {
	to, err := s.audienceURL(c)
	if err != nil {
		return err
	}
	b, err := s.codes.get(to, kind, draw)
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, kind, b)
}

// healthz answers while the server runs. Pages of other origins may ask and read it, too:
// the loader for OBS is a local file, and must not take a proxy's answer for the server's.
func (s *Server) healthz(c echo.Context) error {
	h := c.Response().Header()
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Access-Control-Allow-Origin", "*")
	return c.String(http.StatusOK, "ok\n")
}

// readyz answers whether comments can be saved.
func (s *Server) readyz(c echo.Context) error {
	if err := s.live.Ready(); err != nil {
		return c.String(http.StatusServiceUnavailable, "the log cannot be written\n")
	}
	if s.cluster != nil {
		if err := s.cluster.Ready(); err != nil {
			return c.String(http.StatusServiceUnavailable, err.Error()+"\n")
		}
	}
	return c.String(http.StatusOK, "ready\n")
}
