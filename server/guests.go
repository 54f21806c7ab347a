package server

import (
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"danmaku/room"
)

// This file admits the audience to secret rooms: phones arrive with the key of an audience
// link, which is exchanged for a cookie.

const guestAge = 30 * 24 * time.Hour

const guestPrefix = "danmaku_guest_"

func guestCookie(room string) string { return guestPrefix + room }

// guest returns the link of an audience member. A room that is not secret needs none: then
// it is 0.
func (s *Server) guest(c echo.Context, roomID string) (int64, error) {
	setup, err := s.live.Room(roomID)
	if err != nil || !setup.Secret {
		return 0, err
	}
	r := c.Request()
	if t, ok := s.ticketOf(c); ok && t.generation != "" {
		return s.allowedGuest(roomID, t.link, t.generation)
	}
	if l, err := s.session(r); err == nil && l.Allows(roomID, room.ViewAudience) {
		return l.ID, nil
	}
	if key := c.QueryParam("key"); key != "" {
		l, err := s.live.Open(key)
		if err == nil && !l.Allows(roomID, room.ViewAudience) {
			err = room.ErrNotAllowed
		}
		return l.ID, err
	}
	f, ok := s.guestSession(r, roomID)
	if !ok {
		return 0, room.ErrNotAllowed
	}
	return s.allowedGuest(roomID, f[0], f[1])
}

// allowedGuest returns the number of a link, as it was signed for somebody in a secret
// room, while that link still lets people in.
func (s *Server) allowedGuest(roomID, link, gen string) (int64, error) {
	id, err := strconv.ParseInt(link, 10, 64)
	if err != nil {
		return 0, room.ErrNotAllowed
	}
	l, err := s.live.LinkByID(id)
	if err != nil || generation(l) != gen || !l.Allows(roomID, room.ViewAudience) {
		return 0, room.ErrNotAllowed
	}
	return id, nil
}

// readGuest reads what welcomeGuest signed: a link, its generation, and the time. Cookies
// of older versions have no time.
func (s *Server) readGuest(value string) (fields []string, ok bool) {
	if fields, ok = s.unsign("guest", value, 3); ok {
		return fields, s.left(fields[2], guestAge) > 0
	}
	return s.unsign("guest", value, 2)
}

// guestSession reads the cookie that admits a person to a secret room.
func (s *Server) guestSession(r *http.Request, room string) (fields []string, ok bool) {
	_, ok = s.cookie(r, guestCookie(room), func(value string) (ok bool) {
		fields, ok = s.readGuest(value)
		return ok
	})
	return fields, ok
}

// triedCookie marks the URL of somebody who just received a cookie.
const triedCookie = "cookie"

// welcomeGuest exchanges the key of an audience link for a cookie and removes it from the
// URL. If the cookie does not come back, the key has to stay there: then it returns the
// key, and the page is shown to its bearer. Otherwise the request has been answered.
func (s *Server) welcomeGuest(c echo.Context, setup room.Room) (key string, err error) {
	r, query := c.Request(), c.QueryParams()
	c.Response().Header().Set("Cache-Control", "no-store")
	if looking(r) {
		return "", errLooking
	}
	if !topLevel(r) {
		return "", room.ErrNotAllowed
	}
	key = query.Get("key")
	l, err := s.live.Open(key)
	good := err == nil && l.Allows(setup.ID, room.ViewAudience)
	if !good && setup.Secret {
		return "", room.ErrNotAllowed
	}
	f, in := s.guestSession(r, setup.ID)
	if good && query.Has(triedCookie) && !in {
		return key, nil
	}
	// A person who is in by a valid link stays until that session's own end.
	if good && !(in && f[0] == strconv.FormatInt(l.ID, 10) && f[1] == generation(l)) {
		s.setCookie(c, guestCookie(setup.ID), s.sign("guest", strconv.FormatInt(l.ID, 10), generation(l),
			strconv.FormatInt(s.now().Unix(), 10)), guestAge)
	}
	query.Del(triedCookie)
	if !good || len(r.Cookies()) > 0 { // the browser accepts cookies, so this one, too
		query.Del("key")
	} else {
		query.Set(triedCookie, "1")
	}
	to := *r.URL
	to.RawQuery = query.Encode()
	return "", c.Redirect(http.StatusSeeOther, to.RequestURI())
}

// secretKey returns the key of a secret room's audience link to those who may show it: its
// screens, its guests, and the people who run it.
func (s *Server) secretKey(c echo.Context, roomID string) (string, error) {
	if key := c.QueryParam("key"); key != "" {
		l, err := s.live.Open(key)
		if err != nil || !l.Allows(roomID, room.ViewOverlay) {
			return "", room.ErrNotAllowed
		}
	} else if _, err := s.guest(c, roomID); err != nil {
		l, err := s.link(c.Request()) // a bearer key
		if err != nil || !l.Allows(roomID, room.ViewOverlay) {
			return "", room.ErrNotAllowed
		}
	}
	return s.live.ScreenKey(roomID, room.Audience)
}
