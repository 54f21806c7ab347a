package server

import (
	"bytes"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"testing"
	"time"
)

// writtenConn is a connection whose bytes have all arrived.
type writtenConn struct {
	net.Conn
	from net.Addr
	r    io.Reader
}

func (c *writtenConn) Read(b []byte) (int, error)        { return c.r.Read(b) }
func (c *writtenConn) RemoteAddr() net.Addr              { return c.from }
func (c *writtenConn) LocalAddr() net.Addr               { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }
func (c *writtenConn) SetReadDeadline(t time.Time) error { return nil }
func (c *writtenConn) Close() error                      { return nil }

// oneConn is a listener with one connection.
type oneConn struct {
	net.Listener
	conn net.Conn
}

func (l oneConn) Accept() (net.Conn, error) { return l.conn, nil }

// For any bytes before a request: a trusted proxy is believed, and then names an address;
// for all others every byte belongs to the request.
func FuzzProxyHeader(f *testing.F) {
	request := "GET / HTTP/1.1\r\n\r\n"
	f.Add([]byte("PROXY TCP4 203.0.113.9 192.0.2.1 4711 80\r\n" + request))
	f.Add([]byte("PROXY TCP6 2001:db8::9 2001:db8::1 4711 80\r\n" + request))
	f.Add([]byte("PROXY UNKNOWN\r\n" + request))
	v2 := "\r\n\r\n\x00\r\nQUIT\n"
	f.Add([]byte(v2 + "\x21\x11\x00\x0c\xcb\x00\x71\x09\xc0\x00\x02\x01\x12\x67\x00\x50" + request))
	f.Add([]byte(v2 + "\x21\x11\x00\x14\xcb\x00\x71\x09\xc0\x00\x02\x01\x12\x67\x00\x50\x20\x00\x05\x01\x00\x00\x00\x00" + request))
	f.Add([]byte(v2 + "\x20\x00\x00\x00" + request))
	f.Add(append([]byte(v2+"\x21\x31\x00\xd8/tmp/a"), make([]byte, 210)...))
	f.Add([]byte(request))
	proxy, stranger := netip.MustParseAddrPort("127.0.0.9:1"), netip.MustParseAddrPort("127.0.0.8:1")
	s := &Server{opt: Options{TrustedProxies: []netip.Prefix{netip.PrefixFrom(proxy.Addr(), 32)}}, log: slog.New(slog.DiscardHandler)}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, from := range []netip.AddrPort{proxy, stranger} {
			conn, err := s.listen(oneConn{conn: &writtenConn{from: net.TCPAddrFromAddrPort(from), r: bytes.NewReader(b)}}).Accept()
			if err != nil {
				t.Fatal(err)
			}
			r := (&http.Request{RemoteAddr: conn.RemoteAddr().String(), Header: http.Header{}}).WithContext(rememberConn(t.Context(), conn))
			got, err := io.ReadAll(conn)
			if from == stranger && (!bytes.Equal(got, b) || err != nil) {
				t.Fatalf("of a stranger %q becomes %q, %v", b, got, err)
			}
			if !bytes.HasSuffix(b, got) {
				t.Fatalf("%q is not the end of %q", got, b)
			}
			if err != nil {
				continue // the request is refused
			}
			if ip := s.clientIP(r); !ip.IsValid() || from == stranger && ip != stranger.Addr() {
				t.Fatalf("%q of %s is a request of %s", b, from, ip)
			}
			_ = s.isHTTPS(r) || fromThisMachine(r) // they read the header's other fields
		}
	})
}
