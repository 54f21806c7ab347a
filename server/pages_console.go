package server

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"danmaku/comment"
	"danmaku/live"
)

// consolePage is GET /console, /console/{room} and /dock/{room}. A key or a
// one-time code in the address is traded for a session and dropped from it.
func (s *Server) consolePage(c echo.Context) error {
	room, query := c.Param("room"), c.QueryParams()
	if query.Has("key") || query.Has("code") {
		return s.trade(c, query)
	}
	d := pageData{View: "console", Room: comment.Room{ID: room}}
	if strings.HasPrefix(c.Path(), "/dock") {
		d.View = "dock"
	}
	l, err := s.session(c.Request())
	if err != nil || !l.Role.Moderates() {
		return s.render(c, http.StatusUnauthorized, "console/index.html", d)
	}
	if room == "" {
		first, err := s.firstRoom(l)
		if err != nil {
			return err
		}
		return c.Redirect(http.StatusFound, "/console/"+first)
	}
	if d.Room, err = s.hall.Room(room); err != nil {
		return err
	}
	if !l.On(room) {
		return comment.ErrNotAllowed
	}
	d.Signed, d.Role = true, l.Role
	d.Me = live.Actor{Role: l.Role, Label: l.Label, Link: l.ID}.Name()
	return s.render(c, http.StatusOK, "console/index.html", d)
}

// signIn trades a key or a one-time code for a session, as the console's own page
// does, and shows the console's door to whoever has none. Then the request has
// been answered.
func (s *Server) signIn(c echo.Context) (done bool, err error) {
	if query := c.QueryParams(); query.Has("key") || query.Has("code") {
		return true, s.trade(c, query)
	}
	l, err := s.session(c.Request())
	if err != nil || !l.Role.Moderates() {
		return true, s.render(c, http.StatusUnauthorized, "console/index.html",
			pageData{View: "console", Room: comment.Room{ID: c.Param("room")}})
	}
	return false, nil
}

// trade opens a session for a console link or a one-time code.
func (s *Server) trade(c echo.Context, query url.Values) error {
	var l live.Link
	var err error
	if query.Has("code") {
		l, err = s.hall.TradeCode(query.Get("code"))
	} else {
		l, err = s.hall.Open(c.Request().Context(), query.Get("key"))
	}
	if err != nil || !l.Role.Moderates() {
		// An owner who opens his one-time link again is still signed in.
		if kept, kerr := s.session(c.Request()); kerr == nil {
			l, err = kept, nil
		} else {
			return s.render(c, http.StatusUnauthorized, "console/index.html",
				pageData{View: "console", Room: comment.Room{ID: c.Param("room")}, Notice: pageNotice{Code: "expired"}})
		}
	}
	s.openSession(c, l)
	query.Del("key")
	query.Del("code")
	to := *c.Request().URL
	to.RawQuery = query.Encode()
	return c.Redirect(http.StatusSeeOther, to.RequestURI())
}

// firstRoom is where a console without a room goes.
func (s *Server) firstRoom(l live.Link) (string, error) {
	for _, r := range s.hall.RoomList() {
		if l.On(r.ID) {
			return r.ID, nil
		}
	}
	return "", comment.ErrNotFound
}
