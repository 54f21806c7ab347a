package server

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"danmaku/comment"
	"danmaku/live"
)

// seat is what a session carries.
type seat struct {
	live.Seat
	author live.Author
	addr   string // keyed hash of the masked address
	heard  atomic.Int64
	shown  atomic.Int64 // of an overlay: ms until comments are seen on it, and one; 0 while unknown
	frames bucket       // of text frames; used by the reading goroutine alone
	pings  bucket       // of control frames; used by the reading goroutine alone
	cut    sync.Once
	ended  atomic.Bool            // it is being cut: what it still sends is read and dropped
	ending atomic.Pointer[ending] // set by bye
	stays  atomic.Bool            // it had been told bye at the last beat
	gone   chan struct{}          // closed when the socket is no more

	arrival *arrival // until it has been greeted
	member  *member  // from then on
}

// bucket counts what a client may send without being a flood. It is not a
// limit on comments: that is ratelimit's.
type bucket struct {
	rate, burst float64
	tokens      float64
	at          time.Time
}

func (b *bucket) take(now time.Time) bool {
	b.tokens = min(b.burst, b.tokens+now.Sub(b.at).Seconds()*b.rate)
	b.at = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

// seat establishes who sits down, and what an audience member is told of
// himself.
func (s *Server) seat(c echo.Context, room string, view live.View) (*seat, *wireUser, error) {
	addr := s.hall.Keys().Address(s.address(c))
	now := s.now()
	st := &seat{
		Seat: live.Seat{Room: room, View: view, Address: addr}, addr: addr, gone: make(chan struct{}),
		frames: bucket{rate: frameRate, burst: 2 * frameRate, tokens: 2 * frameRate, at: now},
		pings:  bucket{rate: controlRate, burst: 4 * controlRate, tokens: 4 * controlRate, at: now},
	}
	st.heard.Store(now.UnixNano())
	if view != live.ViewAudience {
		l, err := s.watcher(c, view)
		if err != nil {
			return nil, nil, err
		}
		if !l.Allows(room, view) {
			return nil, nil, comment.ErrNotAllowed
		}
		st.Link = l.ID
		return st, nil, nil
	}
	link, err := s.guest(c, room)
	if err != nil {
		return nil, nil, err
	}
	st.Link = link
	id, ok := s.audience(c.Request())
	var token string
	if !ok { // cookies are blocked: the page brings the token back by itself
		if id, ok = s.fleeting(c.QueryParam("token")); !ok {
			id = newIdentity(now)
			id.fleeting = true
		}
		token = s.identityToken(id)
	}
	st.User = s.hall.Keys().Pseudonym(room, id.id)
	st.author = live.Author{Role: comment.Audience, User: st.User, Address: addr, Identity: id.made, Fleeting: id.fleeting}
	muted, err := s.hall.Sit(room, st.User, addr)
	if err != nil {
		return nil, nil, err
	}
	wait := s.hall.Wait(room, st.User)
	return st, &wireUser{ID: st.User, WaitMS: wait.Milliseconds(), Muted: mutedMS(muted), Token: token}, nil
}

// watcher gives the link an overlay or a console came with.
func (s *Server) watcher(c echo.Context, view live.View) (live.Link, error) {
	if key := c.QueryParam("key"); key != "" {
		return s.hall.Open(c.Request().Context(), key)
	}
	if view == live.ViewConsole {
		return s.link(c.Request())
	}
	return live.Link{}, errNoKey
}

// enter counts a socket in, unless the process is full or closing.
func (k *sockets) enter(limit int) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closing || limit > 0 && k.total.Load() >= int64(limit) {
		return false
	}
	k.total.Add(1)
	k.handlers.Add(1)
	return true
}

func (k *sockets) leave() {
	k.total.Add(-1)
	k.handlers.Done()
}

// sit counts a socket of an address, unless it has too many.
func (k *sockets) sit(addr string, limit int) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if limit > 0 && k.byAddr[addr] >= limit {
		return false
	}
	k.byAddr[addr]++
	return true
}

func (k *sockets) rise(addr string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.byAddr[addr]--; k.byAddr[addr] <= 0 {
		delete(k.byAddr, addr)
	}
}
