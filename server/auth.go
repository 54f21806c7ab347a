package server

import (
	"crypto/hmac"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"danmaku/live"
	"danmaku/room"
	"danmaku/server/wire"
)

// This file signs and reads cookies and keys, and identifies the sender of a request.
// Package live decides what the sender may do.

const (
	identityCookie = "danmaku_id"
	sessionCookie  = "danmaku_session"
	identityAge    = 365 * 24 * time.Hour
	sessionAge     = 30 * 24 * time.Hour
)

// identity is an audience member: a random name and its creation time.
type identity struct {
	id       string
	made     time.Time // zero when its address had made too many to vouch for another one
	fleeting bool      // it did not come in a cookie
	ticket   *ticket   // with which it came from a page of another machine; nil: it did not
}

// newIdentity makes an identity for a request. It never refuses: an identity beyond the
// rate of its address never gets an age, see [live.Limiter.Vouch].
func (s *Server) newIdentity(c echo.Context) identity {
	var b [12]byte
	rand.Read(b[:]) // never fails, see crypto/rand
	id := identity{id: hex.EncodeToString(b[:])}
	if s.vouch(c, "", "") {
		id.made = s.live.Stamp().Truncate(time.Second)
	}
	return id
}

// networks returns hashes of the networks that the request comes from, the narrowest first.
func (s *Server) networks(c echo.Context) []string { return s.live.Keys().Networks(s.address(c)) }

// network returns a hash of the narrowest of them; empty when the address is unknown.
func (s *Server) network(c echo.Context) string {
	if all := s.networks(c); len(all) > 0 {
		return all[0]
	}
	return ""
}

// sign returns fields and a keyed hash over them: a.b.c.MAC.
func (s *Server) sign(purpose string, fields ...string) string {
	text := strings.Join(fields, ".")
	return text + "." + base64.RawURLEncoding.EncodeToString(s.live.Keys().Mac(purpose, text)[:18])
}

// unsign returns the fields if the signature is valid.
func (s *Server) unsign(purpose, signed string, n int) ([]string, bool) {
	i := strings.LastIndexByte(signed, '.')
	if i < 0 || len(signed) > 256 {
		return nil, false
	}
	mac, err := base64.RawURLEncoding.DecodeString(signed[i+1:])
	if err != nil || !hmac.Equal(mac, s.live.Keys().Mac(purpose, signed[:i])[:18]) {
		return nil, false
	}
	fields := strings.Split(signed[:i], ".")
	return fields, len(fields) == n
}

func (s *Server) identityToken(id identity) string {
	var made int64
	if !id.made.IsZero() {
		made = id.made.Unix()
	}
	return s.sign("identity", id.id, strconv.FormatInt(made, 10))
}

func (s *Server) readIdentity(token string) (identity, bool) {
	f, ok := s.unsign("identity", token, 2)
	if !ok {
		return identity{}, false
	}
	made, err := strconv.ParseInt(f[1], 10, 64)
	id := identity{id: f[0]}
	if made != 0 {
		id.made = time.Unix(made, 0)
	}
	return id, err == nil
}

// tokenHeader carries the identity where cookies are blocked, in requests by our scripts;
// tokenField does so in the form without scripts.
const (
	tokenHeader = "X-Danmaku-Identity"
	tokenField  = "token"
)

// audience returns the identity in the request's ticket, otherwise in its cookie, otherwise
// in its header. An identity from the header is fleeting: a person can discard it and get
// the next at no cost.
func (s *Server) audience(c echo.Context) (id identity, ok bool) {
	r := c.Request()
	if t, ok := s.ticketOf(c); ok {
		return t.identity, true
	}
	if _, found := s.cookie(r, identityCookie, func(value string) bool {
		id, ok = s.readIdentity(value)
		return ok
	}); found {
		return id, true
	}
	return s.fleeting(r.Header.Get(tokenHeader))
}

// fleeting reads an identity that the page stored itself.
func (s *Server) fleeting(token string) (identity, bool) {
	id, ok := s.readIdentity(token)
	id.fleeting = true
	return id, ok
}

// ensureAudience returns the request's identity, or a new one in a cookie. Where cookies
// are blocked, the form sends it back. An identity without an age gets one once a comment
// of it was shown in the room.
func (s *Server) ensureAudience(c echo.Context) identity {
	if id, ok := s.audience(c); ok {
		room := c.Param("room")
		if id.made.IsZero() && !id.fleeting && id.ticket == nil && s.vouch(c, room, s.live.Keys().Pseudonym(room, id.id)) {
			id.made = s.live.Stamp().Truncate(time.Second)
			s.setCookie(c, identityCookie, s.identityToken(id), identityAge)
		}
		return id
	}
	if c.Request().Method == http.MethodPost {
		if id, ok := s.fleeting(c.FormValue(tokenField)); ok {
			return id
		}
	}
	id := s.newIdentity(c)
	id.fleeting = true // until its cookie comes back
	s.setCookie(c, identityCookie, s.identityToken(id), identityAge)
	return id
}

// openSession stores in the browser which link it came with.
func (s *Server) openSession(c echo.Context, l room.AccessLink) {
	s.setCookie(c, sessionCookie, s.sign("session", strconv.FormatInt(l.ID, 10), generation(l),
		strconv.FormatInt(s.now().Unix(), 10)), sessionAge)
}

// generation distinguishes two lives of a link: a session does not outlive the key it was
// opened with.
func generation(l room.AccessLink) string { return hex.EncodeToString(l.Hash[:6]) }

// left returns how much longer a value signed at a Unix time is valid.
func (s *Server) left(signed string, age time.Duration) time.Duration {
	at, err := strconv.ParseInt(signed, 10, 64)
	if err != nil {
		return 0
	}
	return age - s.now().Sub(time.Unix(at, 0))
}

// readSession reads the result of openSession: a link, its generation, and the time. ok is
// false once the session has ended.
func (s *Server) readSession(value string) (fields []string, ok bool) {
	fields, ok = s.unsign("session", value, 3)
	return fields, ok && s.left(fields[2], sessionAge) > 0
}

// session returns the link of the request's console session.
func (s *Server) session(r *http.Request) (room.AccessLink, error) {
	var f []string
	if _, ok := s.cookie(r, sessionCookie, func(value string) (ok bool) {
		f, ok = s.readSession(value)
		return ok
	}); !ok {
		return room.AccessLink{}, wire.ErrNoKey
	}
	id, err := strconv.ParseInt(f[0], 10, 64)
	if err != nil {
		return room.AccessLink{}, wire.ErrNoKey
	}
	l, err := s.live.LinkByID(id)
	if err != nil || generation(l) != f[1] {
		return room.AccessLink{}, wire.ErrNoKey
	}
	return l, nil
}

// link returns the link of the request: of its bearer key, otherwise of its session. A
// session that changes something must come from our own scripts, which send a header that a
// form on another site cannot send.
func (s *Server) link(r *http.Request) (room.AccessLink, error) {
	if h := r.Header.Get("Authorization"); h != "" {
		key, ok := strings.CutPrefix(h, "Bearer ")
		if !ok {
			return room.AccessLink{}, wire.ErrNoKey
		}
		l, err := s.live.Open(strings.TrimSpace(key))
		if err != nil {
			return room.AccessLink{}, wire.ErrNoKey
		}
		return l, nil
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead && r.Header.Get("X-Requested-With") != "danmaku" {
		return room.AccessLink{}, wire.ErrNoKey
	}
	return s.session(r)
}

// actor identifies the sender: a command on this machine, or the link of the request.
func (s *Server) actor(c echo.Context) (room.Actor, error) {
	if signature, ok := strings.CutPrefix(c.Request().Header.Get("Authorization"), wire.LocalScheme+" "); ok {
		return s.command(c.Request(), signature)
	}
	l, err := s.link(c.Request())
	return l.Actor(), err
}

// command returns the actor of a command on the server's machine, whose request is signed
// with the data folder's secret. It refuses any signature that comes over the network, or
// through a proxy.
func (s *Server) command(r *http.Request, signature string) (room.Actor, error) {
	switch {
	case !s.live.Keys().VerifyLocal(s.now(), signature, r.Method, r.RequestURI):
		return room.Actor{}, wire.ErrNoKey
	case !fromThisMachine(r):
		return room.Actor{}, room.Explain(room.ErrNotAllowed, "Commands are accepted only from the server's own machine, and not through a proxy.")
	}
	return live.Shell, nil
}

// local handles GET /api/local: with 204 a command knows that it has found the server of its
// data folder.
func (s *Server) local(c echo.Context) error {
	actor, err := s.actor(c)
	if err != nil {
		return err
	}
	if actor.Role != room.CommandLine {
		return room.ErrNotAllowed
	}
	return c.NoContent(http.StatusNoContent)
}

// actorKey is the key of the actor in a request's context, set by [Server.authorize].
const actorKey = "actor"

// authorize checks that the actor of a request has the permission that the route needs, in
// the room of its path. Package live decides, here before a body is read and again in the
// use case.
func (s *Server) authorize(c echo.Context, needs room.Permission) error {
	actor, err := s.actor(c)
	if err != nil {
		return err
	}
	c.Set(actorKey, actor)
	return s.live.May(c.Param("room"), actor, needs)
}

// actorOf returns the actor that the route was authorized for.
func actorOf(c echo.Context) room.Actor {
	actor, _ := c.Get(actorKey).(room.Actor)
	return actor
}

// keyFromAddress moves the key from the URL of a request to its header, if the header has
// none.
func keyFromAddress(c echo.Context) {
	if r, key := c.Request(), c.QueryParam("key"); key != "" && r.Header.Get("Authorization") == "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
}

// address returns the IP that the request comes from.
func (s *Server) address(c echo.Context) netip.Addr { return s.clientIP(c.Request()) }
