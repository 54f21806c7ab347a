package server

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"danmaku/room"
	"danmaku/server/wire"
)

// listButtons handles GET /api/rooms/{room}/buttons.
func (s *Server) listButtons(c echo.Context) error {
	list, err := s.live.Buttons(c.Param("room"), actorOf(c))
	if err != nil {
		return err
	}
	out := wire.Buttons{Buttons: make([]wire.Button, len(list)), Acts: room.Presses}
	for i, l := range list {
		out.Buttons[i] = s.toWireButton(c, l, s.live.KeyOf(l))
	}
	return c.JSON(http.StatusOK, out)
}

// newButton handles POST /api/rooms/{room}/buttons.
func (s *Server) newButton(c echo.Context) error {
	var body struct {
		Act   room.Press `json:"act"`
		Label string     `json:"label"`
	}
	if err := readJSON(c, &body); err != nil {
		return err
	}
	l, key, err := s.live.NewButton(c.Request().Context(), c.Param("room"), actorOf(c), body.Act, body.Label)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, s.toWireButton(c, l, key))
}

// toWireButton uses the host by which the owner's browser reaches the server: a Stream Deck
// usually stands beside it.
func (s *Server) toWireButton(c echo.Context, l room.AccessLink, key string) wire.Button {
	base := "http://"
	if s.isHTTPS(c.Request()) {
		base = "https://"
	}
	return wire.Button{
		ID: strconv.FormatInt(l.ID, 10), Act: l.Press, Label: l.Label, Key: key, URL: base + c.Request().Host + l.Path("") + "?key=" + url.QueryEscape(key),
		Made: wire.UnixMS(l.Made), LastUsed: wire.UnixMS(l.LastUsed),
	}
}

// press handles GET and POST /api/rooms/{room}/press/{act}. A GET acts only for programs: a
// browser that navigates there gets a page, and a prefetch or preview does nothing.
func (s *Server) press(c echo.Context) error {
	r, actor := c.Request(), actorOf(c)
	switch {
	case c.QueryParam("key") != "" && actor.Role != room.Button:
		return room.Explain(room.ErrNotAllowed, "Only the key of a button may be in an address.")
	case r.Method != http.MethodPost && r.Header.Get("Authorization") == "":
		return wire.ErrNoKey // a session must not act because some page led here
	case looking(r):
		return errLooking
	}
	act := room.Press(c.Param("act"))
	if r.Method == http.MethodGet && !fetchedByProgram(r) {
		return s.pressPage(c, act)
	}
	setup, err := s.live.Press(r.Context(), c.Param("room"), actor, act)
	if err != nil {
		retryAfter(c, err)
		return err
	}
	if wantsPage(r) {
		return s.render(c, http.StatusOK, "shared/press.html", pageData{Room: setup, Press: pressPage{Act: act, Done: true}})
	}
	return c.JSON(http.StatusOK, wire.PressedOf(act, setup))
}

// pressPage is the content of a button's page.
type pressPage struct {
	Act  room.Press
	Done bool
}

// pressPage sends a browser a page on which the button can be pressed.
func (s *Server) pressPage(c echo.Context, act room.Press) error {
	setup, err := s.live.Room(c.Param("room"))
	if err != nil {
		return err
	}
	c.Response().Header().Set("X-Robots-Tag", "noindex, nofollow")
	c.Response().Header().Set("Cache-Control", "no-store")
	return s.render(c, http.StatusOK, "shared/press.html", pageData{Room: setup, Press: pressPage{Act: act}})
}

// previewers matches the programs that open URLs in chats and mails: they identify
// themselves, and do not ask for a page.
var previewers = regexp.MustCompile(`(?i)slack|discordbot|telegrambot|whatsapp|facebookexternalhit|facebot|meta-external|twitterbot|linkedinbot|` +
	`skypeuripreview|teams|googlebot|google-|bingbot|bingpreview|yandex|baiduspider|applebot|embedly|iframely|redditbot|pinterest|mattermost|synapse|` +
	`mastodon|misskey|line-poker|linespider|vkshare|viber|snapchat|preview|crawler|spider|scanner|proofpoint|barracuda|mimecast|safelinks`)

// fetchedByProgram reports whether a program made the request in order to act. It returns
// false for a browser that navigates or loads part of a page, for a request that wants a
// page, and for programs that make previews.
func fetchedByProgram(r *http.Request) bool {
	dest := r.Header.Get("Sec-Fetch-Dest")
	return (dest == "" || dest == "empty") && r.Header.Get("Sec-Fetch-Mode") != "navigate" && !wantsPage(r) && !previewers.MatchString(r.UserAgent())
}

// wantsPage reports whether a request asks for a page.
func wantsPage(r *http.Request) bool { return strings.Contains(r.Header.Get("Accept"), "text/html") }
