package server

import (
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"danmaku/comment"
	"danmaku/live"
)

// This file is the door of secret rooms: phones come in with the key of an
// audience link, which is traded for a cookie.

const guestAge = 30 * 24 * time.Hour

func guestCookie(room string) string { return "danmaku_guest_" + room }

// guest gives the link that somebody of the audience came with. A room that is
// not secret needs none: then it is 0.
func (s *Server) guest(c echo.Context, room string) (int64, error) {
	setup, err := s.hall.Room(room)
	if err != nil || !setup.Secret {
		return 0, err
	}
	r := c.Request()
	if l, err := s.session(r); err == nil && l.Allows(room, live.ViewAudience) {
		return l.ID, nil
	}
	if key := c.QueryParam("key"); key != "" {
		l, err := s.hall.Open(r.Context(), key)
		if err == nil && !l.Allows(room, live.ViewAudience) {
			err = comment.ErrNotAllowed
		}
		return l.ID, err
	}
	cookie, err := r.Cookie(s.cookieName(r, guestCookie(room)))
	if err != nil {
		return 0, comment.ErrNotAllowed
	}
	f, ok := s.unsign("guest", cookie.Value, 2)
	if !ok {
		return 0, comment.ErrNotAllowed
	}
	id, err := strconv.ParseInt(f[0], 10, 64)
	if err != nil {
		return 0, comment.ErrNotAllowed
	}
	l, err := s.hall.LinkByID(id)
	if err != nil || generation(l) != f[1] || !l.Allows(room, live.ViewAudience) {
		return 0, comment.ErrNotAllowed
	}
	return id, nil
}

// triedCookie marks the address of somebody who was just given a cookie.
const triedCookie = "cookie"

// welcomeGuest trades the key of an audience link for a cookie and drops it from
// the address. Where the cookie does not come back the key has to stay there:
// then it gives the key, and the page is to be shown to its bearer. Otherwise
// the request has been answered.
func (s *Server) welcomeGuest(c echo.Context, room comment.Room) (key string, err error) {
	r, query := c.Request(), c.QueryParams()
	key = query.Get("key")
	l, err := s.hall.Open(r.Context(), key)
	good := err == nil && l.Allows(room.ID, live.ViewAudience)
	if !good && room.Secret {
		return "", comment.ErrNotAllowed
	}
	_, missing := r.Cookie(s.cookieName(r, guestCookie(room.ID)))
	tried := query.Has(triedCookie)
	if good && tried && missing != nil {
		return key, nil
	}
	if good {
		s.setCookie(c, guestCookie(room.ID), s.sign("guest", strconv.FormatInt(l.ID, 10), generation(l)), guestAge)
	}
	query.Del(triedCookie)
	if !good || len(r.Cookies()) > 0 { // he keeps cookies, so this one, too
		query.Del("key")
	} else {
		query.Set(triedCookie, "1")
	}
	to := *r.URL
	to.RawQuery = query.Encode()
	return "", c.Redirect(http.StatusSeeOther, to.RequestURI())
}

// secretKey gives the key of a secret room's audience link to those who may
// show it: its screens, its guests, and who runs it.
func (s *Server) secretKey(c echo.Context, room string) (string, error) {
	if key := c.QueryParam("key"); key != "" {
		l, err := s.hall.Open(c.Request().Context(), key)
		if err != nil || !l.Allows(room, live.ViewOverlay) {
			return "", comment.ErrNotAllowed
		}
	} else if _, err := s.guest(c, room); err != nil {
		l, err := s.link(c.Request()) // a bearer key
		if err != nil || !l.Allows(room, live.ViewOverlay) {
			return "", comment.ErrNotAllowed
		}
	}
	return s.hall.ScreenKey(room, comment.Audience)
}
