package server

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"danmaku/room"
	"danmaku/server/wire"
)

// consolePage handles GET /console, /console/{room} and /dock/{room}. A key or a one-time code
// in the URL is exchanged for a session and removed.
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
	if roomID == "" && query.Has("rooms") {
		return s.besidePage(c, l, strings.Split(query.Get("rooms"), ","))
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

// besidePage handles GET /console?rooms=a,b: the consoles of two rooms in one window, each in
// its own frame.
func (s *Server) besidePage(c echo.Context, l room.AccessLink, ids []string) error {
	if len(ids) != 2 || ids[0] == ids[1] {
		return room.Explain(room.ErrInvalid, "rooms: name two rooms, such as /console?rooms=live,stage")
	}
	d := pageData{View: "beside", Signed: true, Role: l.Role}
	for _, id := range ids {
		r, err := s.live.Room(id)
		if err != nil {
			return err
		}
		if !l.On(id) {
			return room.ErrNotAllowed
		}
		d.Rooms = append(d.Rooms, r)
	}
	return s.render(c, http.StatusOK, "console/beside.html", d)
}

// signIn exchanges a key or a one-time code for a session, as the console's own page does,
// and shows the console's sign-in page without either. done is true when the request has
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

// trade opens a session for a console link or a one-time code. A session that already
// permits all that the link permits stays: a URL neither replaces a person nor renews a
// session.
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
		l, err = s.live.TradeCode(r.Context(), query.Get("code"))
	} else {
		l, err = s.live.Open(query.Get("key"))
	}
	if errors.Is(err, room.ErrBusy) {
		return err
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

// covers reports whether one console link permits all that another does.
func covers(l, other room.AccessLink) bool {
	return l.Role.Covers(other.Role) && (l.Room == "" || l.Room == other.Room)
}

// firstRoom returns the room that a console without a room opens.
func (s *Server) firstRoom(l room.AccessLink) (string, error) {
	for _, r := range s.live.RoomList() {
		if l.On(r.ID) {
			return r.ID, nil
		}
	}
	return "", room.ErrNotFound
}
