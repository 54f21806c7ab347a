package server

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"danmaku/room"
	"danmaku/server/wire"
)

// consolePage is GET /console, /console/{room} and /dock/{room}. A key or a
// one-time code in the address is traded for a session and dropped from it.
func (s *Server) consolePage(c echo.Context) error {
	roomID, query := c.Param("room"), c.QueryParams()
	if query.Has("key") || query.Has("code") {
		return s.trade(c, query)
	}
	d := pageData{View: "console", Room: room.Room{ID: roomID}}
	if strings.HasPrefix(c.Path(), "/dock") {
		d.View = "dock"
	}
	l, err := s.session(c.Request())
	if err != nil || !l.Role.Can(room.WatchConsole) {
		return s.render(c, http.StatusUnauthorized, "console/index.html", d)
	}
	if roomID == "" {
		first, err := s.firstRoom(l)
		if err != nil {
			return err
		}
		return c.Redirect(http.StatusFound, "/console/"+first)
	}
	if d.Room, err = s.live.Room(roomID); err != nil {
		return err
	}
	if !l.On(roomID) {
		return room.ErrNotAllowed
	}
	d.Signed, d.Role = true, l.Role
	d.Me, d.Formats = l.Actor().Name(), string(wire.Marshal(wire.List(s.opt.ExportFormats)))
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
	if err != nil || !l.Role.Can(room.WatchConsole) {
		return true, s.render(c, http.StatusUnauthorized, "console/index.html",
			pageData{View: "console", Room: room.Room{ID: c.Param("room")}})
	}
	return false, nil
}

// trade opens a session for a console link or a one-time code. A session that may
// do all that the link allows stays as it is: nobody is made somebody else by an
// address, and none is renewed by one.
func (s *Server) trade(c echo.Context, query url.Values) error {
	r := c.Request()
	c.Response().Header().Set("Cache-Control", "no-store")
	if looking(r) {
		return errLooking
	}
	if !topLevel(r) {
		return room.ErrNotAllowed
	}
	var l room.AccessLink
	var err error
	if query.Has("code") {
		l, err = s.live.TradeCode(query.Get("code"))
	} else {
		l, err = s.live.Open(query.Get("key"))
	}
	good := err == nil && l.Role.Can(room.WatchConsole)
	kept, err := s.session(r)
	stays := err == nil && kept.Role.Can(room.WatchConsole) && (!good || covers(kept, l))
	switch {
	case !good && !stays:
		return s.render(c, http.StatusUnauthorized, "console/index.html",
			pageData{View: "console", Room: room.Room{ID: c.Param("room")}, Notice: pageNotice{Code: "expired"}})
	case !stays:
		s.openSession(c, l)
	}
	query.Del("key")
	query.Del("code")
	to := *r.URL
	to.RawQuery = query.Encode()
	return c.Redirect(http.StatusSeeOther, to.RequestURI())
}

// covers reports whether one console link allows all that another does.
func covers(l, other room.AccessLink) bool {
	return l.Role.Covers(other.Role) && (l.Room == "" || l.Room == other.Room)
}

// firstRoom is where a console without a room goes.
func (s *Server) firstRoom(l room.AccessLink) (string, error) {
	for _, r := range s.live.RoomList() {
		if l.On(r.ID) {
			return r.ID, nil
		}
	}
	return "", room.ErrNotFound
}
