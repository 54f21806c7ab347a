package server

import (
	"net"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"danmaku/room"
)

// securePage is the data of the page about the browser's warning.
type securePage struct {
	URL         string // the audience's page by https
	Fingerprint string
}

// securePage handles GET /secure/{room}: why the browser will warn about the https URL, whose
// certificate this server made itself, and how to go on. It exists only while such a
// certificate is in use.
func (s *Server) securePage(c echo.Context) error {
	if s.opt.SecurePort == 0 {
		return room.ErrNotFound
	}
	r, err := s.live.Room(c.Param("room"))
	if err != nil {
		return err
	}
	host := c.Request().Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	to := "https://" + net.JoinHostPort(strings.Trim(host, "[]"), strconv.Itoa(s.opt.SecurePort)) + "/r/" + r.ID
	return s.render(c, http.StatusOK, "about/secure.html", pageData{Room: r, Secure: securePage{to, s.opt.Fingerprint}})
}
