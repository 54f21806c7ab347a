package server

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"
	"rsc.io/qr"

	"danmaku/room"
	"danmaku/server/wire"
)

// linkURL returns the URL of a link. Overlays usually run beside the console, so theirs has
// the console's own host; the others are given to other people.
func (s *Server) linkURL(c echo.Context, l room.AccessLink, key string) string {
	if key == "" {
		return ""
	}
	base, q := s.opt.PublicURL, "?key="+url.QueryEscape(key)
	switch l.Role.Opens() {
	case room.ViewOverlay:
		base = "http://" + c.Request().Host
		if s.isHTTPS(c.Request()) {
			base = "https://" + c.Request().Host
		}
	case "":
		q = ""
	}
	return base + l.Path("") + q
}

func (s *Server) toWireLink(c echo.Context, l room.AccessLink, key string) wire.Link {
	return wire.Link{
		ID: strconv.FormatInt(l.ID, 10), Room: l.Room, Role: l.Role, Label: l.Label,
		Made: wire.UnixMS(l.Made), LastUsed: wire.UnixMS(l.LastUsed), Revoked: wire.UnixMS(l.Revoked), URL: s.linkURL(c, l, key),
	}
}

// listLinks handles GET /api/links.
func (s *Server) listLinks(c echo.Context) error {
	actor := actorOf(c)
	links, err := s.live.LinkList(actor)
	if err != nil {
		return err
	}
	out := []wire.Link{}
	for _, l := range links {
		if l.Revoked.IsZero() {
			out = append(out, s.toWireLink(c, l, s.live.KeyOf(l)))
		} else if c.QueryParam("revoked") == "1" {
			out = append(out, s.toWireLink(c, l, ""))
		}
	}
	return c.JSON(http.StatusOK, map[string]any{"links": out, "roles": wire.Roles()})
}

// newLink handles POST /api/links.
func (s *Server) newLink(c echo.Context) error {
	actor := actorOf(c)
	var body struct {
		Room  string    `json:"room"`
		Role  room.Role `json:"role"`
		Label string    `json:"label"`
	}
	if err := readJSON(c, &body); err != nil {
		return err
	}
	l, key, err := s.live.NewLink(c.Request().Context(), actor, body.Room, body.Role, body.Label)
	if err != nil {
		return err
	}
	w := s.toWireLink(c, l, key)
	w.Key = key
	code, err := qr.Encode(w.URL, qr.M)
	if err != nil {
		return fmt.Errorf("encode a link: %w", err)
	}
	w.QR = string(drawSVG(code))
	return c.JSON(http.StatusCreated, w)
}

// revokeLink handles DELETE /api/links/{id}.
func (s *Server) revokeLink(c echo.Context) error { return s.toLink(c, s.live.RevokeLink) }

// restoreLink handles POST /api/links/{id}/restore.
func (s *Server) restoreLink(c echo.Context) error { return s.toLink(c, s.live.RestoreLink) }

// toLink applies an action of the owner to the link in the path.
func (s *Server) toLink(c echo.Context, do func(ctx context.Context, by room.Actor, id int64) error) error {
	actor := actorOf(c)
	id, err := numbered(c)
	if err != nil {
		return err
	}
	if err := do(c.Request().Context(), actor, id); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// linkQR handles GET /api/links/{id}/qr.svg, of a link whose key can be shown again.
func (s *Server) linkQR(c echo.Context) error {
	actor := actorOf(c)
	links, err := s.live.LinkList(actor)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(links, func(l room.AccessLink) bool {
		return strconv.FormatInt(l.ID, 10) == c.Param("id") && l.Revoked.IsZero() && s.live.KeyOf(l) != ""
	})
	if i < 0 {
		return room.ErrNotFound
	}
	code, err := qr.Encode(s.linkURL(c, links[i], s.live.KeyOf(links[i])), qr.M)
	if err != nil {
		return fmt.Errorf("encode a link: %w", err)
	}
	return c.Blob(http.StatusOK, "image/svg+xml", drawSVG(code))
}
