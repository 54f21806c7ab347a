package server

import (
	queues "container/list"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/pires/go-proxyproto"

	"danmaku/room"
)

// The caps of plain connections: those that are not sockets (yet). They carry a page and
// its parts, a handshake, or a request of the API, and stay open only because the client
// may reuse them.
const (
	// plainPerSocket is how many of them an address may have for each socket that it may
	// have: a browser briefly opens up to six while it loads a page.
	plainPerSocket = 2
	// maxPlain bounds their cost, some 20 KB each; a whole venue that reconnects at once
	// needs one for each phone.
	maxPlain = 20_000
	// spare is how many there may be when sockets have used up [Options.MaxSockets], which
	// leaves twice as many descriptors. ownSpare is reserved in addition for this machine,
	// where OBS runs.
	spare, ownSpare = 50, 16
	// plainAtLeast is how many an address may have, however many sockets it has: an overlay
	// may share the address of the audience.
	plainAtLeast = 16
)

// shareOf returns how many of a number of connections one address may use: three quarters,
// so that it cannot lock out all others. 0 means no cap.
func shareOf(all int) int {
	if all == 0 {
		return 0
	}
	return max(1, all*3/4)
}

// reserveOf returns how many of a number of sockets are reserved for clients with a key:
// overlays and consoles.
func reserveOf(all int) int { return min(100, all/10) }

// connLimits are the caps on connections; 0 means no cap.
type connLimits struct {
	sockets   int // of the process
	audience  int // of them, sockets without a key
	socketsIP int // sockets of one address
	plainIP   int // plain connections of one address
	shareIP   int // both, of one address
}

// connLimits returns the caps that follow from the options.
func (s *Server) connLimits() connLimits {
	all, each := s.opt.MaxSockets, s.opt.MaxPerAddress
	l := connLimits{sockets: all, audience: all - reserveOf(all), socketsIP: each, plainIP: plainPerSocket * each}
	if all > 0 && each > 0 {
		l.shareIP = shareOf(all)
		l.socketsIP = min(each, l.shareIP)
	}
	return l
}

// connLimiter bounds plain connections. At a cap it closes the connection that has been
// idle for longest, which a browser understands, and reopens when needed. It refuses a new
// connection only when all are busy.
type connLimiter struct {
	limits  func() connLimits
	sockets func(netip.Prefix) int // of a network, now; of all networks for the zero prefix
	exempt  func(netip.Addr) bool
	most    func(connLimits, netip.Addr) int // in all, for a new one from an IP
	log     *slog.Logger
	full    sync.Once

	mu       sync.Mutex
	plain    map[net.Conn]*plainConn
	networks map[netip.Prefix]*networkConns
	idle     queues.List // of *plainConn, the longest idle first
}

// networkConns are the plain connections of one network, see [room.Networks].
type networkConns struct {
	n    int
	idle queues.List // of *plainConn, the longest idle first
}

// plainConn is one plain connection. It is in no list while it is busy.
type plainConn struct {
	conn     net.Conn
	networks []netip.Prefix
	inAll    *queues.Element
	inEach   []*queues.Element // in the lists of its networks
}

// newConnLimiter makes the limiter of a server's connections, for all its listeners
// together.
func (s *Server) newConnLimiter() *connLimiter {
	l := &connLimiter{
		log: s.log, exempt: s.trusts, limits: s.connLimits, sockets: s.socketsFrom,
		plain: map[net.Conn]*plainConn{}, networks: map[netip.Prefix]*networkConns{},
	}
	l.most = l.mostHere
	return l
}

// limitedListener is a listener whose connections a limiter counts.
type limitedListener struct {
	net.Listener
	limiter *connLimiter
	secure  bool // its clients speak TLS and cannot read a plain answer
}

// Accept implements net.Listener.
func (l limitedListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if l.limiter.admit(conn) {
			return conn, nil
		}
		l.limiter.full.Do(func() {
			l.limiter.log.Warn("too many connections at once; some are refused. Behind a proxy start with --trusted-proxy, " +
				"else raise the limit of open files or --max-sockets-per-address")
		})
		if l.secure {
			_ = conn.Close()
			continue
		}
		refuse(conn)
	}
}

// refuse answers without reading a request. A new connection's buffer has space for the
// answer.
func refuse(conn net.Conn) {
	_ = conn.SetWriteDeadline(time.Now().Add(time.Second))
	_, _ = conn.Write([]byte("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))
	_ = conn.Close()
}

// admit counts a new connection, and closes an idle one if it must.
func (l *connLimiter) admit(conn net.Conn) bool {
	ip := ipOf(conn.RemoteAddr())
	c := &plainConn{conn: conn, networks: room.Networks(ip)}
	limits := l.limits()
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.exempt(ip) {
		for i, n := range c.networks {
			most := limits.shareIP
			if most > 0 {
				most = max(plainAtLeast, most-l.sockets(n))
			}
			if i == 0 && limits.plainIP > 0 && (most == 0 || limits.plainIP < most) {
				most = limits.plainIP
			}
			if here := l.networks[n]; most > 0 && here != nil && here.n >= most && !l.replaceIdle(&here.idle) {
				return false
			}
		}
	}
	if len(l.plain) >= l.most(limits, ip) && !l.replaceIdle(&l.idle) {
		return false
	}
	for _, n := range c.networks { // the closed ones may have been the last of a network
		here := l.networks[n]
		if here == nil {
			here = &networkConns{}
			l.networks[n] = here
		}
		here.n++
	}
	l.plain[conn] = c
	return true
}

// mostHere returns how many plain connections there may be when one from ip arrives.
func (l *connLimiter) mostHere(limits connLimits, ip netip.Addr) int {
	if limits.sockets == 0 {
		return maxPlain
	}
	n := min(maxPlain, max(limits.sockets-l.sockets(netip.Prefix{}), 0)+spare)
	if ip.IsLoopback() && !l.exempt(ip) {
		n += ownSpare
	}
	return n
}

// replaceIdle closes the connection that has been idle for longest, if there is one.
func (l *connLimiter) replaceIdle(idle *queues.List) bool {
	oldest := idle.Front()
	if oldest == nil {
		return false
	}
	c := oldest.Value.(*plainConn)
	l.forget(c)
	_ = c.conn.Close()
	return true
}

// track is the server's ConnState.
func (l *connLimiter) track(conn net.Conn, state http.ConnState) {
	if p, ok := underTLS(conn).(*proxyproto.Conn); ok {
		conn = p.Raw()
	} else {
		conn = underTLS(conn)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.plain[conn]
	if c == nil {
		return
	}
	switch state {
	case http.StateIdle:
		c.inAll = l.idle.PushBack(c)
		for _, n := range c.networks {
			c.inEach = append(c.inEach, l.networks[n].idle.PushBack(c))
		}
	case http.StateActive:
		l.busy(c)
	case http.StateHijacked, http.StateClosed:
		l.forget(c)
	}
}

// busy removes a connection from the idle ones.
func (l *connLimiter) busy(c *plainConn) {
	if c.inAll == nil {
		return
	}
	l.idle.Remove(c.inAll)
	for i, n := range c.networks {
		l.networks[n].idle.Remove(c.inEach[i])
	}
	c.inAll, c.inEach = nil, nil
}

func (l *connLimiter) forget(c *plainConn) {
	l.busy(c)
	delete(l.plain, c.conn)
	for _, n := range c.networks {
		here := l.networks[n]
		if here.n--; here.n == 0 {
			delete(l.networks, n)
		}
	}
}

// underTLS returns the connection that carries a TLS one, or the connection itself.
func underTLS(conn net.Conn) net.Conn {
	if secure, ok := conn.(*tls.Conn); ok {
		return secure.NetConn()
	}
	return conn
}

// ipOf returns a peer's IP; invalid when it has none.
func ipOf(a net.Addr) netip.Addr {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.Addr{}
	}
	return plainIP(tcp.AddrPort().Addr())
}

// plainIP returns an IP without a zone, and mapped IPv4 as IPv4.
func plainIP(ip netip.Addr) netip.Addr { return ip.Unmap().WithZone("") }
