package server

import (
	"net/netip"
	"slices"
	"strconv"
	"sync"

	"github.com/labstack/echo/v4"

	"danmaku/live"
	"danmaku/room"
	"danmaku/server/socket"
	"danmaku/server/wire"
)

// socket is the route: errors that HTTP can express are answered before the upgrade, the
// others in a bye, which a page can read.
func (s *Server) socket(c echo.Context) error {
	r, w := c.Request(), c.Response()
	if !s.mayConnect(r) {
		return room.ErrNotAllowed
	}
	roomID := c.Param("room")
	setup, err := s.live.Room(roomID)
	if err != nil {
		return err
	}
	view := room.View(c.QueryParam("role"))
	if !slices.Contains(room.Views, view) || looking(r) || !socket.Acceptable(r) {
		return room.ErrBadFrame
	}
	if s.badTicket(c, view) {
		return room.ErrNotAllowed
	}
	if !s.admit(c, roomID, view) {
		return room.ErrBusy
	}
	leave := s.hub.Release
	defer func() { leave() }() // also when something below panics
	turnAway := func(why error) error {
		// Its place is freed before it receives the bye: otherwise one address that
		// reconnects constantly would take the places of others.
		s.hub.Vacate()
		leave = s.hub.Depart
		s.sockets.TurnAway(w, r, why)
		return nil
	}
	if setup.Archived {
		return turnAway(room.ErrRoomClosed)
	}
	a, err := s.arrival(c, roomID, view)
	if err != nil {
		return turnAway(err)
	}
	ip := s.address(c)
	a.Plain = view == room.ViewOverlay && ip.IsLoopback() // compression gains nothing there
	if !s.counts.add(ip, view, s.connLimits()) {
		return turnAway(room.ErrBusy)
	}
	leave = func() {
		s.counts.remove(ip)
		s.hub.Release()
	}
	a.Brief = c.QueryParam("brief") == "1"
	a.Addresses = s.addressesFor(view)
	a.Resume = s.resume(c, roomID, view)
	if r.Context().Err() != nil {
		return nil // there is nobody to answer
	}
	if err := s.sockets.Accept(w.Writer, r, a, leave); err != nil {
		return err
	}
	leave = func() {} // the socket's own goroutine does
	return nil
}

// resume reads what a client missed since the position that it names. It runs before the
// connection is hijacked: net/http ends the context when the client leaves, and with it the
// read. An invalid position or number of lines is ignored.
func (s *Server) resume(c echo.Context, roomID string, view room.View) (r live.Resume) {
	if p, ok := room.ParsePosition(c.QueryParam("since")); ok {
		r = s.live.Resume(c.Request().Context(), roomID, view, s.network(c), p)
	}
	if n, err := strconv.Atoi(c.QueryParam("lines")); err == nil && n > 0 {
		r.Lines = n
	}
	return r
}

// arrival determines the identity and the rights of a client.
func (s *Server) arrival(c echo.Context, roomID string, view room.View) (a socket.Arrival, err error) {
	addr := s.live.Keys().Address(s.address(c))
	a.Client = live.Client{Room: roomID, View: view, Address: addr}
	if view != room.ViewAudience {
		l, err := s.watcher(c, view)
		if err != nil {
			return a, err
		}
		if !l.Allows(roomID, view) {
			return a, room.ErrNotAllowed
		}
		a.Client.Link = l.ID
		return a, nil
	}
	if a.Client.Link, err = s.guest(c, roomID); err != nil {
		return a, err
	}
	id, ok := s.audience(c)
	var token string
	if !ok { // cookies are blocked: the page sends the token back itself
		if id, ok = s.fleeting(c.QueryParam("token")); !ok {
			id = s.newIdentity(c)
			id.fleeting = true
		}
		token = s.identityToken(id)
	}
	user := s.live.Keys().Pseudonym(roomID, id.id)
	a.Client.User = user
	a.Author = live.Author{Role: room.Audience, User: user, Address: addr, Networks: s.networks(c), Identity: id.made, Fleeting: id.fleeting}
	muted, err := s.live.Register(roomID, user, addr)
	if err != nil {
		return a, err
	}
	wait := s.live.Wait(roomID, user)
	a.User = &wire.User{ID: user, WaitMS: wait.Milliseconds(), Muted: wire.MutedMS(muted), Token: token}
	if !id.fleeting && id.ticket == nil && len(s.elsewhere(true)) > 0 {
		a.User.Ticket, a.User.TicketMS = s.newTicket(roomID, id, a.Client.Link), ticketAge.Milliseconds()
	}
	return a, nil
}

// watcher returns the link of an overlay or a console.
func (s *Server) watcher(c echo.Context, view room.View) (room.AccessLink, error) {
	if key := c.QueryParam("key"); key != "" {
		return s.live.Open(key)
	}
	if view == room.ViewConsole {
		return s.link(c.Request())
	}
	return room.AccessLink{}, wire.ErrNoKey
}

// admit counts a new socket. The last places are for clients with a key.
func (s *Server) admit(c echo.Context, roomID string, view room.View) bool {
	limits := s.connLimits()
	if s.hub.Reserve(limits.audience) {
		return true
	}
	if view == room.ViewAudience || limits.audience == limits.sockets {
		return false
	}
	l, err := s.watcher(c, view)
	return err == nil && l.Allows(roomID, view) && s.hub.Reserve(limits.sockets)
}

// socketCounts holds the number of sockets of each network.
type socketCounts struct {
	mu        sync.RWMutex
	byNetwork map[netip.Prefix]int
}

// add counts a socket of an address, unless it has too many. A socket with a key is counted
// and never refused.
func (n *socketCounts) add(ip netip.Addr, view room.View, limits connLimits) bool {
	networks := room.Networks(ip)
	n.mu.Lock()
	defer n.mu.Unlock()
	for i, p := range networks {
		most := limits.shareIP
		if i == 0 {
			most = limits.socketsIP
		}
		if view == room.ViewAudience && most > 0 && n.byNetwork[p] >= most {
			return false
		}
	}
	if n.byNetwork == nil {
		n.byNetwork = map[netip.Prefix]int{}
	}
	for _, p := range networks {
		n.byNetwork[p]++
	}
	return true
}

func (n *socketCounts) remove(ip netip.Addr) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, p := range room.Networks(ip) {
		if n.byNetwork[p]--; n.byNetwork[p] <= 0 {
			delete(n.byNetwork, p)
		}
	}
}

func (n *socketCounts) of(p netip.Prefix) int {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.byNetwork[p]
}

// socketsFrom counts the sockets of a network, or all of them for the zero prefix.
func (s *Server) socketsFrom(p netip.Prefix) int {
	if !p.IsValid() {
		return s.hub.Len()
	}
	return s.counts.of(p)
}
