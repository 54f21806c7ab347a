package server

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pires/go-proxyproto"
	"github.com/pires/go-proxyproto/tlvparse"
)

// This file establishes which IP a request comes from. Only
// the proxies that the config trusts are believed about that.

// forwardedWarnings are logged once each.
type forwardedWarnings struct{ untrusted, malformed, contradiction sync.Once }

// trusts reports whether an IP is that of a proxy that the config trusts.
func (s *Server) trusts(ip netip.Addr) bool {
	ip = plainIP(ip)
	return slices.ContainsFunc(s.opt.TrustedProxies, func(net netip.Prefix) bool { return net.Contains(ip) })
}

// clientIP is the IP of the client: the peer's, or the one that trusted proxies
// report in X-Forwarded-For, in Forwarded (RFC 7239), or in front
// of the request by the PROXY protocol, which [Server.listen] has read.
func (s *Server) clientIP(r *http.Request) netip.Addr {
	if o := originOfCommand(r); o != nil {
		return o.IP
	}
	peer := peerOf(r)
	if !s.trusts(peer) && !fromUnixSocket(r) {
		return peer
	}
	xff, std := hopsOf(r.Header.Values("X-Forwarded-For")), forwardedHops(r.Header.Values("Forwarded"))
	switch {
	case len(std) == 0:
		return s.walk(peer, xff)
	case len(xff) == 0:
		return s.walk(peer, std)
	}
	// A proxy that writes one of the two passes the other on as the client sent it.
	// Only when they agree is it the proxy who speaks.
	a, b := s.walk(peer, xff), s.walk(peer, std)
	if a != b {
		s.warned.contradiction.Do(func() {
			s.log.Warn("X-Forwarded-For and Forwarded contradict each other, so the client counts as the proxy itself. " +
				"Have your proxy remove the one that it does not write.")
		})
		return peer
	}
	return a
}

// walk follows the hops from the nearest one to the first that is not a trusted
// proxy. When all are, the farthest one is the client.
func (s *Server) walk(peer netip.Addr, hops []string) netip.Addr {
	at := peer
	for _, hop := range slices.Backward(hops) {
		ip, ok := parseHop(hop)
		if !ok {
			s.warned.malformed.Do(func() {
				s.log.Warn("a trusted proxy names a client that is no IP address; the client counts as the proxy itself", "entry", clip(hop, 64))
			})
			return at
		}
		at = ip
		if !s.trusts(ip) {
			break
		}
	}
	return at
}

// clip shortens what a stranger wrote for the log.
func clip(s string, most int) string {
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}

// hopsOf splits header lines with commas between their entries.
func hopsOf(lines []string) (out []string) {
	for _, line := range lines {
		for entry := range strings.SplitSeq(line, ",") {
			if entry = strings.TrimSpace(entry); entry != "" {
				out = append(out, entry)
			}
		}
	}
	return out
}

// forwardedHops are the clients that Forwarded names. An element without one
// stands as an empty hop: somebody was there.
func forwardedHops(lines []string) (out []string) {
	for _, element := range forwardedElements(lines) {
		out = append(out, element["for"])
	}
	return out
}

// forwardedElements reads the header Forwarded: elements with commas between
// them, of pairs with semicolons between them, whose values may be quoted.
// Names are in lower case.
func forwardedElements(lines []string) (out []map[string]string) {
	for _, line := range lines {
		for _, element := range splitOutsideQuotes(line, ',') {
			pairs := map[string]string{}
			for _, pair := range splitOutsideQuotes(element, ';') {
				name, value, _ := strings.Cut(pair, "=")
				pairs[strings.ToLower(strings.TrimSpace(name))] = unquote(strings.TrimSpace(value))
			}
			out = append(out, pairs)
		}
	}
	return out
}

// splitOutsideQuotes cuts at a sign that does not stand in a quoted string. Parts
// of blanks alone are left out.
func splitOutsideQuotes(s string, sep byte) (out []string) {
	quoted, begin := false, 0
	for i := 0; i <= len(s); i++ {
		switch {
		case i < len(s) && quoted && s[i] == '\\':
			i++
		case i < len(s) && s[i] == '"':
			quoted = !quoted
		case i == len(s) || !quoted && s[i] == sep:
			if part := strings.TrimSpace(s[min(begin, len(s)):min(i, len(s))]); part != "" {
				out = append(out, part)
			}
			begin = i + 1
		}
	}
	return out
}

// unquote takes the quotes and backslashes of a quoted string away.
func unquote(s string) string {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return s
	}
	var b strings.Builder
	for i := 1; i < len(s)-1; i++ {
		if s[i] == '\\' && i+1 < len(s)-1 {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// parseHop reads an entry that a proxy wrote: an IP, perhaps in brackets, with a
// port or in quotes. "unknown" and the hidden names of RFC 7239 are not IPs.
func parseHop(s string) (netip.Addr, bool) {
	s = strings.TrimSpace(unquote(s))
	if ip, err := netip.ParseAddr(s); err == nil {
		return plainIP(ip), true
	}
	host := s
	if rest, ok := strings.CutPrefix(s, "["); ok { // [v6] or [v6]:port
		inside, port, closed := strings.Cut(rest, "]")
		if !closed || port != "" && port[0] != ':' {
			return netip.Addr{}, false
		}
		host = inside
	} else if i := strings.LastIndexByte(s, ':'); i >= 0 { // v4:port
		host = s[:i]
	}
	ip, err := netip.ParseAddr(host)
	return plainIP(ip), err == nil
}

// peerOf is the IP at the other end of the request's connection.
func peerOf(r *http.Request) netip.Addr {
	p, err := netip.ParseAddrPort(r.RemoteAddr)
	if err == nil {
		return plainIP(p.Addr())
	}
	if conn, ok := r.Context().Value(connKey{}).(*proxyproto.Conn); ok {
		return plainIP(ipOf(conn.Raw().RemoteAddr())) // it hands on what came to a Unix socket of its own
	}
	return netip.Addr{}
}

// connKey is the context key of a request's connection.
type connKey struct{}

// rememberConn is the server's ConnContext. It keeps those that may speak the PROXY
// protocol, and those of a Unix socket.
func rememberConn(ctx context.Context, conn net.Conn) context.Context {
	switch c := underTLS(conn).(type) {
	case *proxyproto.Conn, *net.UnixConn:
		return context.WithValue(ctx, connKey{}, c)
	}
	return ctx
}

// fromUnixSocket reports whether a request came over a Unix socket. Only programs that
// the file system lets in reach one, so what they say of clients is believed.
func fromUnixSocket(r *http.Request) bool {
	_, ok := r.Context().Value(connKey{}).(*net.UnixConn)
	return ok
}

// fromProxy reports whether a proxy that the config trusts handed the request on.
func (s *Server) fromProxy(r *http.Request) bool {
	if o := originOfCommand(r); o != nil {
		return o.Proxied
	}
	_, proxied := r.Context().Value(connKey{}).(*proxyproto.Conn)
	return proxied || fromUnixSocket(r) || s.trusts(peerOf(r))
}

// fromThisMachine reports whether the request was made on the server's machine, and
// handed on by no proxy that says so: from a loopback address, or from the address
// that it came to, since a server may listen on one of the network alone.
func fromThisMachine(r *http.Request) bool {
	if o := originOfCommand(r); o != nil {
		return o.Here
	}
	for _, name := range []string{"X-Forwarded-For", "Forwarded", "Via"} {
		if len(r.Header.Values(name)) > 0 {
			return false
		}
	}
	if conn, ok := r.Context().Value(connKey{}).(*proxyproto.Conn); ok && conn.ProxyHeader() != nil {
		return false
	}
	peer := peerOf(r)
	if peer.IsLoopback() {
		return true
	}
	here, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	return ok && peer.IsValid() && plainIP(ipOf(here)) == peer
}

// isHTTPS reports whether the browser speaks https, here or to a trusted proxy.
func (s *Server) isHTTPS(r *http.Request) bool {
	if o := originOfCommand(r); o != nil {
		return o.HTTPS
	}
	if r.TLS != nil {
		return true
	}
	if !s.fromProxy(r) {
		return false
	}
	// In a chain of proxies the first word is the browser's.
	proto, _, _ := strings.Cut(r.Header.Get("X-Forwarded-Proto"), ",")
	if list := forwardedElements(r.Header.Values("Forwarded")); proto == "" && len(list) > 0 {
		proto = list[0]["proto"]
	}
	if proto != "" {
		return strings.EqualFold(strings.TrimSpace(proto), "https")
	}
	if conn, ok := r.Context().Value(connKey{}).(*proxyproto.Conn); ok && conn.ProxyHeader() != nil {
		if tlvs, err := conn.ProxyHeader().TLVs(); err == nil {
			ssl, ok := tlvparse.FindSSL(tlvs)
			return ok && ssl.ClientSSL()
		}
	}
	return false
}

// warnUntrusted logs once that forwarded headers came from an untrusted peer.
func (s *Server) warnUntrusted(r *http.Request) {
	for _, name := range []string{"X-Forwarded-For", "Forwarded"} {
		if r.Header.Get(name) != "" && !s.fromProxy(r) {
			s.warned.untrusted.Do(func() {
				s.log.Warn("a request carries "+name+" from an address that is not a trusted proxy; it is ignored. "+
					"If it is your proxy, start with --trusted-proxy.", "peer", r.RemoteAddr)
			})
		}
	}
}

// proxyHeaderWithin is how long a trusted proxy may take to begin.
const proxyHeaderWithin = 5 * time.Second

// listen reads the PROXY protocol, version 1 and 2, from proxies that the
// config trusts, where they speak it. From all others such a header is not accepted,
// and refused as that.
func (s *Server) listen(l net.Listener) net.Listener {
	if len(s.opt.TrustedProxies) == 0 {
		return l
	}
	return &proxyproto.Listener{
		Listener: l, ReadHeaderTimeout: proxyHeaderWithin,
		ConnPolicy: func(o proxyproto.ConnPolicyOptions) (proxyproto.Policy, error) {
			if s.trusts(ipOf(o.Upstream)) {
				return proxyproto.USE, nil
			}
			return proxyproto.SKIP, nil
		},
	}
}
