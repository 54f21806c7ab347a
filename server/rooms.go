package server

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"
	"rsc.io/qr"

	"danmaku/comment"
)

// listRooms is GET /api/rooms: those the link is for.
func (s *Server) listRooms(c echo.Context) error {
	l, err := s.link(c.Request())
	if err != nil {
		return err
	}
	if !l.Role.Moderates() {
		return comment.ErrNotAllowed
	}
	out := struct {
		Rooms []wireRoom `json:"rooms"`
	}{Rooms: []wireRoom{}}
	for _, r := range s.hall.RoomList() {
		if l.On(r.ID) && (!r.Archived || c.QueryParam("archived") == "1") {
			out.Rooms = append(out.Rooms, toWireRoom(r))
		}
	}
	return c.JSON(http.StatusOK, out)
}

// getRoom is GET /api/rooms/{room}.
func (s *Server) getRoom(c echo.Context) error {
	if _, err := s.moderator(c); err != nil {
		return err
	}
	r, err := s.hall.Room(c.Param("room"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, toWireRoom(r))
}

// stats is GET /api/rooms/{room}/stats.
func (s *Server) stats(c echo.Context) error {
	if _, err := s.moderator(c); err != nil {
		return err
	}
	st, err := s.hall.Stats(c.Param("room"))
	if err != nil {
		return err
	}
	w := toWireStats(st, s.sockets.account(c.Param("room")))
	w.Type = ""
	hour, err := s.hall.Hour(c.Param("room"))
	if err != nil {
		return err
	}
	w.Hour = (*wireHour)(&hour)
	return c.JSON(http.StatusOK, w)
}

// audienceQR encodes a room's audience link.
func (s *Server) audienceQR(c echo.Context) (*qr.Code, error) {
	r, err := s.hall.Room(c.Param("room"))
	if err != nil {
		return nil, err
	}
	to := s.audienceBase(c) + "/r/" + r.ID
	if r.Secret {
		key, err := s.secretKey(c, r.ID)
		if err != nil {
			return nil, err
		}
		to += "?key=" + url.QueryEscape(key)
	}
	code, err := qr.Encode(to, qr.M)
	if err != nil {
		return nil, fmt.Errorf("encode the audience link: %w", err)
	}
	return code, nil
}

const quietZone = 4 // modules around a QR code, ISO/IEC 18004

// qrSVG is GET /api/rooms/{room}/qr.svg.
func (s *Server) qrSVG(c echo.Context) error {
	code, err := s.audienceQR(c)
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, "image/svg+xml", drawSVG(code))
}

// drawSVG draws a code with its quiet zone, black on white.
func drawSVG(code *qr.Code) []byte {
	side := code.Size + 2*quietZone
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%dv%dH0z"/><path d="`, side, side, side, side)
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				fmt.Fprintf(&b, "M%d %dh1v1h-1z", x+quietZone, y+quietZone)
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return b.Bytes()
}

// qrPNG is GET /api/rooms/{room}/qr.png.
func (s *Server) qrPNG(c echo.Context) error {
	code, err := s.audienceQR(c)
	if err != nil {
		return err
	}
	const scale = 12 // pixels a module: good for paper
	side := (code.Size + 2*quietZone) * scale
	img := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y := range side {
		for x := range side {
			if code.Black(x/scale-quietZone, y/scale-quietZone) {
				img.SetColorIndex(x, y, 1)
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return fmt.Errorf("draw the audience link: %w", err)
	}
	return c.Blob(http.StatusOK, "image/png", b.Bytes())
}

// healthz is whether there is a server. Pages of other origins may ask, too: the
// loader for OBS lies in a file.
func (s *Server) healthz(c echo.Context) error {
	c.Response().Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
	return c.String(http.StatusOK, "ok\n")
}

// readyz is whether comments can be saved.
func (s *Server) readyz(c echo.Context) error {
	if err := s.hall.Ready(); err != nil {
		return c.String(http.StatusServiceUnavailable, "the log cannot be written\n")
	}
	return c.String(http.StatusOK, "ready\n")
}
