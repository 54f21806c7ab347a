package server

import (
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"danmaku/room"
)

// The cookie with the identity of a phone is bound to the host that its page came from. In
// a cluster whose machines have their own addresses, the page's socket may continue at
// another host, to which no cookie is sent. So the page receives a ticket, which identifies the
// person to all machines of the cluster. The page itself stays: no address carries a
// ticket to a page, no page reads one from its address, and no cookie is made from one. So
// nobody can make another person's browser write under the attacker's identity.

// ticketAge is how long a ticket is valid: longer than a show. A phone gets a new one with
// each hello that its own cookie authenticates, and keeps it only in the page's memory. A
// ticket never brings another one, so that a stolen one expires.
const ticketAge = 12 * time.Hour

// ticket identifies a person of one room, as another machine has read it from the cookies.
type ticket struct {
	identity         identity
	link, generation string // the access link that admits the person to a secret room; empty: none
}

// newTicket signs a ticket for a person identified by a cookie. link is the access link that
// admits the person to a secret room; 0: none. It returns "" if the link has been revoked.
func (s *Server) newTicket(roomID string, id identity, link int64) string {
	var made int64
	if !id.made.IsZero() {
		made = id.made.Unix()
	}
	gen := ""
	if link != 0 {
		l, err := s.live.LinkByID(link)
		if err != nil {
			return "" // it has just been revoked
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

// ticketOf returns the ticket of a request: from the address of a socket, and from
// the header of all other requests. The address of a page never carries one.
func (s *Server) ticketOf(c echo.Context) (ticket, bool) {
	roomID := c.Param("room")
	if signed := c.QueryParam(ticketParam); signed != "" && strings.HasSuffix(c.Path(), "/socket") {
		return s.readTicket(roomID, signed)
	}
	return s.readTicket(roomID, c.Request().Header.Get(tokenHeader))
}

const ticketParam = "ticket"

// badTicket reports whether a socket comes with an invalid or expired ticket. Such a socket
// is not admitted under a new identity: the page then returns to the machine of its cookie.
func (s *Server) badTicket(c echo.Context, view room.View) bool {
	if view != room.ViewAudience || c.QueryParam(ticketParam) == "" {
		return false
	}
	_, ok := s.ticketOf(c)
	return !ok
}
