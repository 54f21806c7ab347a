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

// This file determines the IP that a request comes from. It believes only the proxies that
// the config trusts.

// forwardedWarnings are logged once each.
type forwardedWarnings struct{ untrusted, malformed, contradiction sync.Once }

// trusts reports whether the config trusts the proxy with an IP.
func (s *Server) trusts(ip netip.Addr) bool {
	ip = plainIP(ip)
	return slices.ContainsFunc(s.opt.TrustedProxies, func(net netip.Prefix) bool { return net.Contains(ip) })
}

// clientIP returns the IP of the client: the peer's, or the one that trusted proxies report
// in X-Forwarded-For, in Forwarded (RFC 7239), or before the request by the PROXY protocol,
// which [Server.listen] has read.
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
	// A proxy that writes one of the two headers passes on the other as the client sent it.
	// Only if they agree did the proxy write them.
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

// walk follows the hops from the nearest one to the first that is not a trusted proxy. If
// all are trusted, the farthest one is the client.
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

// clip shortens a stranger's text for the log.
func clip(s string, most int) string {
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}

// hopsOf splits header lines at commas.
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

// forwardedHops returns the clients in Forwarded. An element without one becomes an empty
// hop, since a hop was there.
func forwardedHops(lines []string) (out []string) {
	for _, element := range forwardedElements(lines) {
		out = append(out, element["for"])
	}
	return out
}

// forwardedElements parses the header Forwarded: elements separated by commas, of pairs
// separated by semicolons, whose values may be quoted. It returns names in lower case.
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

// splitOutsideQuotes splits at separators outside quoted strings. It drops blank parts.
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

// unquote removes the quotes and backslashes of a quoted string.
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

// parseHop parses a proxy's entry: an IP, perhaps in brackets, with a port or in quotes.
// "unknown" and the obfuscated names of RFC 7239 are not IPs.
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

// peerOf returns the IP at the other end of the request's connection.
func peerOf(r *http.Request) netip.Addr {
	p, err := netip.ParseAddrPort(r.RemoteAddr)
	if err == nil {
		return plainIP(p.Addr())
	}
	if conn, ok := r.Context().Value(connKey{}).(*proxyproto.Conn); ok {
		return plainIP(ipOf(conn.Raw().RemoteAddr())) // it forwards what came to its own Unix socket
	}
	return netip.Addr{}
}

// connKey is the context key of a request's connection.
type connKey struct{}

// rememberConn is the server's ConnContext. It stores connections that may speak the PROXY
// protocol, and those of a Unix socket.
func rememberConn(ctx context.Context, conn net.Conn) context.Context {
	switch c := underTLS(conn).(type) {
	case *proxyproto.Conn, *net.UnixConn:
		return context.WithValue(ctx, connKey{}, c)
	}
	return ctx
}

// fromUnixSocket reports whether a request came over a Unix socket. Only programs that the
// file system admits reach one, so their statements about clients are trusted.
func fromUnixSocket(r *http.Request) bool {
	_, ok := r.Context().Value(connKey{}).(*net.UnixConn)
	return ok
}

// fromProxy reports whether a proxy that the config trusts forwarded the request.
func (s *Server) fromProxy(r *http.Request) bool {
	if o := originOfCommand(r); o != nil {
		return o.Proxied
	}
	_, proxied := r.Context().Value(connKey{}).(*proxyproto.Conn)
	return proxied || fromUnixSocket(r) || s.trusts(peerOf(r))
}

// fromThisMachine reports whether the request was made on the server's machine, and not
// forwarded by a proxy that says so: from a loopback address, or from the address that it
// arrived at, since a server may listen only on a network address.
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

// isHTTPS reports whether the browser uses https, to this server or to a trusted proxy.
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
	// In a chain of proxies the first value is the browser's.
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

// proxyHeaderWithin is how long a trusted proxy may take to send the PROXY header.
const proxyHeaderWithin = 5 * time.Second

// listen reads the PROXY protocol, version 1 and 2, from proxies that the config trusts.
// From all others it refuses such a header as invalid HTTP.
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
