package server

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"net/netip"
	"regexp"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"
)

// requestIDHeader carries the ID of a request, in the answer and, from a trusted proxy, in
// the request.
const requestIDHeader = "X-Request-Id"

// requestIDKey is the key of the ID in a request's context.
const requestIDKey = "request"

var requestIDForm = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,64}$`)

// requestIDs makes request IDs: a random word for the process, and a number.
type requestIDs struct {
	process string
	last    atomic.Int64
}

func newRequestIDs() *requestIDs {
	var b [4]byte
	rand.Read(b[:]) // never fails, see crypto/rand
	return &requestIDs{process: hex.EncodeToString(b[:])}
}

func (q *requestIDs) next() string { return q.process + "-" + strconv.FormatInt(q.last.Add(1), 36) }

// logged gives every request an ID, and logs the request when the options say so. It never
// logs the query, which may contain a key or a code, nor a path without a route, and only
// the network of an IP.
func (s *Server) logged(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		id := ""
		if sent := r.Header.Get(requestIDHeader); requestIDForm.MatchString(sent) && (s.trusts(peerOf(r)) || fromUnixSocket(r)) {
			id = sent
		}
		id = cmp.Or(id, s.ids.next())
		c.Set(requestIDKey, id)
		c.Response().Header().Set(requestIDHeader, id)
		if !s.opt.AccessLog {
			return next(c)
		}
		began := time.Now()
		defer func() { // also when the answer is aborted
			s.log.Info("request", "id", id, "method", r.Method, "path", loggedPath(c), "status", statusOf(c), "bytes", c.Response().Size,
				"took", time.Since(began).Round(time.Microsecond), "network", maskedNetwork(s.address(c)))
		}()
		if err := next(c); err != nil {
			c.Error(err)
		}
		return nil
	}
}

// loggedPath returns the path of a request that has a route, without its query.
func loggedPath(c echo.Context) string {
	u := c.Request().URL
	if c.Path() == "" || c.Path() == "/*" {
		return "(no such page)"
	}
	if u.RawQuery != "" {
		return u.EscapedPath() + "?…"
	}
	return u.EscapedPath()
}

// statusOf returns the status of the answer; a socket's connection was hijacked before any.
func statusOf(c echo.Context) int {
	if !c.Response().Committed {
		return http.StatusSwitchingProtocols
	}
	return c.Response().Status
}

// maskedNetwork returns the network of an IP: its /24, for IPv6 its /48.
func maskedNetwork(ip netip.Addr) string {
	bits := 48
	if ip = ip.Unmap().WithZone(""); ip.Is4() {
		bits = 24
	}
	p, err := ip.Prefix(bits)
	if err != nil {
		return "" // the request came by a Unix socket
	}
	return p.String()
}

// requestID returns the ID of a request.
func requestID(c echo.Context) string {
	id, _ := c.Get(requestIDKey).(string)
	return id
}
