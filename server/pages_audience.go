package server

import (
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"danmaku/comment"
	"danmaku/live"
	"danmaku/room"
	"danmaku/server/wire"
)

type pageOutcome struct {
	Kind   comment.Status
	Code   string
	Reason string // of slow_down, when it is not the author's own rate
	Wait   int    // seconds, rounded up
	Mute   pageMute
	Draft  string
	Word   string // of an accepted comment: the message that says whether it is visible
}

// pageMute says how long somebody cannot write: the message and its number. A page without
// JavaScript does not know the person's clock, so it shows a duration.
type pageMute struct {
	Words string
	N     int
}

// muteFor describes a wait; one without an end, or too long to wait for, has no number. It
// rounds up, so that the wait is surely over.
func muteFor(wait time.Duration) pageMute {
	const day = 24 * time.Hour
	up := func(unit time.Duration) int { return int((wait + unit - 1) / unit) }
	switch {
	case wait <= 0 || wait > 366*day:
		return pageMute{Words: "muted_ever"}
	case wait <= 90*time.Minute:
		return pageMute{"muted_minutes", up(time.Minute)}
	case wait <= 2*day:
		return pageMute{"muted_hours", up(time.Hour)}
	}
	return pageMute{"muted_days", up(day)}
}

// front handles GET /: the one open room, otherwise a short list.
func (s *Server) front(c echo.Context) error {
	open := slices.DeleteFunc(s.live.RoomList(), func(r room.Room) bool { return r.State == room.Closed || r.Secret })
	if len(open) == 1 {
		return c.Redirect(http.StatusFound, "/r/"+open[0].ID)
	}
	return s.render(c, http.StatusOK, "audience/rooms.html", pageData{Rooms: open})
}

// audiencePage handles GET /r/{room}.
func (s *Server) audiencePage(c echo.Context) error {
	r, err := s.live.Room(c.Param("room"))
	if err != nil {
		return err
	}
	var key string
	if c.QueryParams().Has("key") {
		if key, err = s.welcomeGuest(c, r); err != nil || key == "" {
			return err
		}
	} else if _, err := s.guest(c, r.ID); err != nil {
		return err
	}
	if _, known := s.audience(c); !known && prefetching(c.Request()) {
		return errLooking // a later view would lack the cookie with the identity
	}
	return s.render(c, http.StatusOK, "audience/index.html", pageData{Room: r, Key: key, Token: s.formToken(s.ensureAudience(c))})
}

// plainForm handles POST /r/{room}: the composer without JavaScript.
func (s *Server) plainForm(c echo.Context) error {
	roomID := c.Param("room")
	r, err := s.live.Room(roomID)
	if err != nil {
		return err
	}
	if _, err := s.guest(c, roomID); err != nil {
		return err
	}
	if err := readForm(c); err != nil {
		return err
	}
	id := s.ensureAudience(c)
	d := comment.Draft{
		Text: c.FormValue("text"), Name: c.FormValue("name"), Mode: comment.Mode(c.FormValue("mode")),
		Color: c.FormValue("color"), Size: comment.Size(c.FormValue("size")), Source: comment.FromAudience,
	}
	o, err := s.live.Submit(c.Request().Context(), roomID, s.audienceAuthor(c, roomID, id), d)
	if err != nil && wire.FaultOf(err).Code == wire.Internal.Code {
		return err
	}
	ack := wire.AckOf("", o, err)
	out := &pageOutcome{Kind: ack.Outcome, Code: ack.Code, Reason: ack.Reason, Wait: int((ack.WaitMS + 999) / 1000), Mute: muteFor(room.Wait(err))}
	out.Word = "sent" // the answer does not wait until it is on the screen
	if s.hub.Account(roomID).OnAir().State == live.AirNone {
		out.Word = "sent_unseen"
	}
	status := http.StatusOK
	if ack.Outcome == comment.Refused {
		out.Draft = d.Text
		status = http.StatusUnprocessableEntity
		if err != nil {
			status = wire.FaultOf(err).Status
			retryAfter(c, err)
		}
	}
	return s.render(c, status, "audience/index.html", pageData{Room: r, Key: c.QueryParam("key"), Outcome: out, Token: s.formToken(id)})
}

// formToken returns the token for a form whose browser may block cookies.
func (s *Server) formToken(id identity) string {
	if !id.fleeting {
		return ""
	}
	return s.identityToken(id)
}

// overlayPage handles GET /overlay/{room}. It is the same for every room and key, including
// unknown ones, since nothing about that may appear on air. The socket checks them.
func (s *Server) overlayPage(c echo.Context) error { return s.airPage(c, "overlay/index.html") }

// chatPage handles GET /chat/{room}: the overlay as a list.
func (s *Server) chatPage(c echo.Context) error { return s.airPage(c, "overlay/chat.html") }

// airPage sends a page that is on air.
func (s *Server) airPage(c echo.Context, page string) error {
	r, err := s.live.Room(c.Param("room"))
	if err != nil {
		r = room.Room{ID: c.Param("room")}
	}
	return s.render(c, http.StatusOK, page, pageData{Room: r})
}
