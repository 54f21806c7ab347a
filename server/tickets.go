package server

import (
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"danmaku/room"
)

// The cookie with the identity of a phone is bound to the host that its page came from. In
// a cluster whose machines have addresses of their own the page's socket can go on at
// another host, to which no cookie goes. So the page is told a ticket, which names the
// person to all machines of the cluster. The page stays where it is: no address carries a
// ticket to a page, no page takes one from there, and no cookie is made of one. So nobody
// can make another person's browser write in his own name.

// ticketAge is how long a ticket is good: longer than a show. A phone gets another one with
// each hello that its own cookie brings, and keeps it in the page's memory alone. With a
// ticket comes no other one, so that a stolen one ends.
const ticketAge = 12 * time.Hour

// ticket is a person of one room, as another machine has seen the cookies.
type ticket struct {
	identity         identity
	link, generation string // the access link by which the person is in a secret room; empty: none
}

// newTicket signs a ticket for somebody who has come with a cookie. link is that by which
// the person is in a secret room; 0: none.
func (s *Server) newTicket(roomID string, id identity, link int64) string {
	var made int64
	if !id.made.IsZero() {
		made = id.made.Unix()
	}
	gen := ""
	if link != 0 {
		l, err := s.live.LinkByID(link)
		if err != nil {
			return "" // it was revoked this moment
		}
		gen = generation(l)
	}
	return s.sign("ticket", roomID, id.id, strconv.FormatInt(made, 10), strconv.FormatInt(link, 10), gen,
		strconv.FormatInt(s.now().Unix(), 10))
}

// readTicket reads what newTicket signed, for the same room.
func (s *Server) readTicket(roomID, signed string) (t ticket, ok bool) {
	f, ok := s.unsign("ticket", signed, 6)
	if !ok || f[0] != roomID || s.left(f[5], ticketAge) <= 0 {
		return ticket{}, false
	}
	made, err := strconv.ParseInt(f[2], 10, 64)
	if err != nil {
		return ticket{}, false
	}
	t = ticket{identity: identity{id: f[1]}, link: f[3], generation: f[4]}
	if made != 0 {
		t.identity.made = time.Unix(made, 0)
	}
	t.identity.ticket = &t
	return t, true
}

// ticketOf returns the ticket of a request: of a socket in its address, of everything else
// in the header. The address of a page never carries one.
func (s *Server) ticketOf(c echo.Context) (ticket, bool) {
	roomID := c.Param("room")
	if signed := c.QueryParam(ticketParam); signed != "" && strings.HasSuffix(c.Path(), "/socket") {
		return s.readTicket(roomID, signed)
	}
	return s.readTicket(roomID, c.Request().Header.Get(tokenHeader))
}

const ticketParam = "ticket"

// badTicket reports whether a socket comes with a ticket that is not good (any more). It is
// let in as nobody else: the page then goes back to where its cookie is.
func (s *Server) badTicket(c echo.Context, view room.View) bool {
	if view != room.ViewAudience || c.QueryParam(ticketParam) == "" {
		return false
	}
	_, ok := s.ticketOf(c)
	return !ok
}
