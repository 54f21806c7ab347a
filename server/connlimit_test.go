package server

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"danmaku/room"
	"danmaku/server/socket"
)

// rawClient is the client end of a plain connection.
type rawClient struct {
	t    *testing.T
	conn net.Conn
	r    *bufio.Reader
}

// dialRaw opens a connection from an address of this machine.
func (s *testServer) dialRaw(t *testing.T, from string) *rawClient {
	t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: patience}
	conn, err := d.Dial("tcp", s.base)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	return &rawClient{t, conn, bufio.NewReader(conn)}
}

// request sends a request and returns the status of the answer, 0 when the connection is
// closed.
func (v *rawClient) request() int {
	v.t.Helper()
	fmt.Fprint(v.conn, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
	return v.readStatus()
}

func (v *rawClient) readStatus() int {
	v.t.Helper()
	resp, err := http.ReadResponse(v.r, nil)
	if err != nil {
		if e, ok := err.(net.Error); ok && e.Timeout() {
			v.t.Fatal("the connection is neither answered nor closed")
		}
		return 0
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

// sendHalf sends a part of a request, which makes the connection busy.
func (v *rawClient) sendHalf() { fmt.Fprint(v.conn, "GET /healthz HTTP/1.1\r\n") }

func (v *rawClient) sendRest() int {
	v.t.Helper()
	fmt.Fprint(v.conn, "Host: x\r\n\r\n")
	return v.readStatus()
}

func (l *connLimiter) counts() (plain, idle int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.plain), l.idle.Len()
}

// newLimitedServer returns a house that accepts few connections.
func newLimitedServer(t *testing.T, sockets, perAddress int, proxies ...string) (*testServer, *connLimiter) {
	t.Helper()
	h := newTestServerWith(t, func(o *Options) {
		o.MaxSockets, o.MaxPerAddress = sockets, perAddress
		for _, p := range proxies {
			o.TrustedProxies = append(o.TrustedProxies, netip.MustParsePrefix(p))
		}
	})
	return h, h.conns
}

// An address that has used all of its connections gets another one by closing the one that
// has been idle for longest; other addresses are not affected.
func TestIdleConnectionsMakeWay(t *testing.T) {
	h, l := newLimitedServer(t, 0, 2)
	var all []*rawClient
	for i := range 4 {
		v := h.dialRaw(t, "127.0.0.2")
		if got := v.request(); got != http.StatusOK {
			t.Fatalf("connection %d is answered %d", i, got)
		}
		all = append(all, v)
		eventually(t, "an idle connection", func() bool { _, idle := l.counts(); return idle == i+1 })
	}
	other := h.dialRaw(t, "127.0.0.3")
	if got := other.request(); got != http.StatusOK {
		t.Fatalf("another address is answered %d", got)
	}
	if got := all[0].request(); got != http.StatusOK { // no longer idle for longest
		t.Fatalf("the first is answered %d", got)
	}
	eventually(t, "five idle connections", func() bool { _, idle := l.counts(); return idle == 5 })
	fifth := h.dialRaw(t, "127.0.0.2")
	if got := fifth.request(); got != http.StatusOK {
		t.Errorf("one more is answered %d", got)
	}
	for i, want := range []int{200, 0, 200, 200} {
		if got := all[i].request(); got != want {
			t.Errorf("connection %d is answered %d, want %d", i, got, want)
		}
	}
	if plain, _ := l.counts(); plain != 5 {
		t.Errorf("%d connections are counted", plain)
	}
	if got := other.request(); got != http.StatusOK {
		t.Errorf("another address is answered %d", got)
	}
}

// When all connections are busy a new one is refused, until one has ended; a trusted proxy
// may open any number.
func TestConnectionsAtWorkAreBounded(t *testing.T) {
	h, l := newLimitedServer(t, 0, 1, "127.0.0.9/32")
	a, b := h.dialRaw(t, "127.0.0.2"), h.dialRaw(t, "127.0.0.2")
	a.sendHalf()
	b.sendHalf()
	eventually(t, "two connections", func() bool { plain, _ := l.counts(); return plain == 2 })
	if got := h.dialRaw(t, "127.0.0.2").readStatus(); got != http.StatusServiceUnavailable {
		t.Errorf("one too many is answered %d", got)
	}
	var proxied []*rawClient
	for range 5 {
		v := h.dialRaw(t, "127.0.0.9")
		v.sendHalf()
		proxied = append(proxied, v)
	}
	eventually(t, "all of the proxy's", func() bool { plain, _ := l.counts(); return plain == 2+len(proxied) })
	for i, v := range proxied {
		if got := v.sendRest(); got != http.StatusOK {
			t.Errorf("connection %d of a proxy is answered %d", i, got)
		}
	}
	if got := a.sendRest(); got != http.StatusOK {
		t.Errorf("the work ends with %d", got)
	}
	eventually(t, "an idle connection of it", func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.networks[netip.MustParsePrefix("127.0.0.2/32")].idle.Len() == 1
	})
	if got := h.dialRaw(t, "127.0.0.2").request(); got != http.StatusOK {
		t.Errorf("after that a new one is answered %d", got)
	}
	if got := b.sendRest(); got != http.StatusOK {
		t.Errorf("the other work ends with %d", got)
	}
}

// A socket is no longer a plain connection, and the count decreases.
func TestSocketsDoNotCountAsPlainConnections(t *testing.T) {
	h, l := newLimitedServer(t, 0, 100)
	for range 3 {
		next(t, h.phone(), "hello")
	}
	eventually(t, "no plain connection", func() bool { plain, _ := l.counts(); return plain == 0 })
	v := h.dialRaw(t, "127.0.0.2")
	v.request()
	eventually(t, "an idle connection", func() bool { _, idle := l.counts(); return idle == 1 })
	v.conn.Close()
	eventually(t, "no plain connection again", func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		return len(l.plain) == 0 && l.idle.Len() == 0 && len(l.networks) == 0
	})
}

// In total there may be as many as the sockets leave, plus a few, plus some more for this
// machine.
func TestAllConnectionsAreBounded(t *testing.T) {
	h, l := newLimitedServer(t, 10, 0, "127.0.0.0/8")
	elsewhere, here := netip.MustParseAddr("203.0.113.1"), netip.MustParseAddr("::1")
	if got := l.most(l.limits(), elsewhere); got != 10+spare {
		t.Errorf("%d plain connections without sockets", got)
	}
	if got := l.most(l.limits(), here); got != 10+spare+ownSpare {
		t.Errorf("%d plain connections for this machine", got)
	}
	for range 4 {
		next(t, h.phone(), "hello")
	}
	if got := l.most(l.limits(), elsewhere); got != 6+spare {
		t.Errorf("%d plain connections besides four sockets", got)
	}
	l.mu.Lock()
	l.most = func(connLimits, netip.Addr) int { return 2 }
	l.mu.Unlock()
	a, b := h.dialRaw(t, "127.0.0.2"), h.dialRaw(t, "127.0.0.3")
	if a.request() != http.StatusOK {
		t.Fatal("the first is not answered")
	}
	b.sendHalf()
	eventually(t, "one of two idle", func() bool { plain, idle := l.counts(); return plain == 2 && idle == 1 })
	c := h.dialRaw(t, "127.0.0.4")
	c.sendHalf()
	eventually(t, "none idle", func() bool { plain, idle := l.counts(); return plain == 2 && idle == 0 })
	if got := a.readStatus(); got != 0 {
		t.Errorf("the idle one is answered %d", got)
	}
	if got := h.dialRaw(t, "127.0.0.5").readStatus(); got != http.StatusServiceUnavailable {
		t.Errorf("one too many is answered %d", got)
	}
	if b.sendRest() != http.StatusOK || c.sendRest() != http.StatusOK {
		t.Error("those at work are not answered")
	}
}

// dialFrom opens a socket from an address of this machine.
func (s *testServer) dialFrom(t *testing.T, from, query string) (*websocket.Conn, *http.Response, error) {
	t.Helper()
	d := websocket.Dialer{
		HandshakeTimeout: patience, Subprotocols: []string{socket.Subprotocol},
		NetDial: (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: patience}).Dial,
	}
	conn, resp, err := d.Dial("ws://"+s.base+"/api/rooms/live/socket?role="+query, nil)
	if err == nil {
		t.Cleanup(func() { conn.Close() })
		_ = conn.SetReadDeadline(time.Now().Add(patience))
	}
	return conn, resp, err
}

// getsHello opens a socket and reports whether it got a hello.
func (s *testServer) getsHello(t *testing.T, from, query string) bool {
	t.Helper()
	conn, _, err := s.dialFrom(t, from, query)
	if err != nil {
		return false
	}
	_, b, err := conn.ReadMessage()
	return err == nil && strings.HasPrefix(string(b), `{"type":"hello"`)
}

// One address gets three quarters of all. The last places are for overlays and consoles,
// from any address.
func TestOneAddressLeavesSocketsForOthers(t *testing.T) {
	h, _ := newLimitedServer(t, 40, 2000)
	count := func(from string) (n int) {
		for h.getsHello(t, from, "audience") {
			n++
		}
		return n
	}
	if n := count("127.0.0.2"); n != 30 {
		t.Errorf("one address got %d of 40 sockets, want 30", n)
	}
	if n := count("127.0.0.3"); n != 6 {
		t.Errorf("the next got %d, want all that are not kept for screens", n)
	}
	key, err := h.Service.ScreenKey("live", room.Overlay)
	if err != nil {
		t.Fatal(err)
	}
	if h.getsHello(t, "127.0.0.4", "overlay&key="+strings.Repeat("A", 24)) {
		t.Error("an overlay without a good key gets in")
	}
	for i, from := range []string{"127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.4"} {
		if !h.getsHello(t, from, "overlay&key="+key) {
			t.Errorf("overlay %d gets no socket", i)
		}
	}
	if h.getsHello(t, "127.0.0.4", "overlay&key="+key) {
		t.Error("there are more sockets than there may be")
	}
}

// A loopback address is not exempt: a proxy on this machine counts as one address, whatever
// clients it reports, unless the config trusts it. Then each client has its own share.
func TestOnlyATrustedProxyOnThisMachineIsExempt(t *testing.T) {
	for name, tt := range map[string]struct {
		trusted []string
		want    int
	}{"not trusted": {nil, 2}, "trusted": {[]string{"127.0.0.1/32"}, 5}} {
		t.Run(name, func(t *testing.T) {
			h, _ := newLimitedServer(t, 0, 2, tt.trusted...)
			got := 0
			for client := range 5 {
				d := websocket.Dialer{HandshakeTimeout: patience, Subprotocols: []string{socket.Subprotocol}}
				header := http.Header{"X-Forwarded-For": {fmt.Sprintf("203.0.113.%d", client+1)}}
				conn, _, err := d.Dial("ws://"+h.base+"/api/rooms/live/socket?role=audience", header)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { conn.Close() })
				_ = conn.SetReadDeadline(time.Now().Add(patience))
				if _, b, err := conn.ReadMessage(); err == nil && strings.HasPrefix(string(b), `{"type":"hello"`) {
					got++
				}
			}
			if got != tt.want {
				t.Errorf("%d of 5 phones behind the proxy got a socket, want %d", got, tt.want)
			}
		})
	}
}

// The same applies to plain connections, together with the sockets of an address.
func TestOneAddressLeavesPlainConnectionsForOthers(t *testing.T) {
	h, l := newLimitedServer(t, 40, 2000)
	begin := func(from string, n int) (all []*rawClient) {
		for range n {
			v := h.dialRaw(t, from)
			v.sendHalf()
			all = append(all, v)
		}
		return all
	}
	all := begin("127.0.0.2", 30)
	eventually(t, "its thirty connections", func() bool { plain, _ := l.counts(); return plain == 30 })
	if got := h.dialRaw(t, "127.0.0.2").readStatus(); got != http.StatusServiceUnavailable {
		t.Errorf("one too many is answered %d", got)
	}
	if got := h.dialRaw(t, "127.0.0.3").request(); got != http.StatusOK {
		t.Errorf("another address is answered %d", got)
	}
	for _, v := range all {
		v.conn.Close()
	}
	eventually(t, "no connection of it", func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.networks[netip.MustParsePrefix("127.0.0.2/32")] == nil
	})
	for i := range 10 {
		if !h.getsHello(t, "127.0.0.2", "audience") {
			t.Fatalf("socket %d is refused", i)
		}
	}
	begin("127.0.0.2", 20)
	eventually(t, "twenty beside ten sockets", func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		here := l.networks[netip.MustParsePrefix("127.0.0.2/32")]
		return here != nil && here.n == 20
	})
	if got := h.dialRaw(t, "127.0.0.2").readStatus(); got != http.StatusServiceUnavailable {
		t.Errorf("one too many besides sockets is answered %d", got)
	}
}

// fakeConn is a connection from any address.
type fakeConn struct {
	net.Conn
	from net.Addr
}

func (c *fakeConn) RemoteAddr() net.Addr { return c.from }
func (c *fakeConn) Close() error         { return nil }

// For IPv6 a /56 counts as one address, and a /48 has its own share.
func TestConnectionsAreCountedByNetwork(t *testing.T) {
	h, l := newLimitedServer(t, 100, 20)
	come := func(ip string) bool {
		return l.admit(&fakeConn{from: &net.TCPAddr{IP: net.ParseIP(ip), Port: 1}})
	}
	register := func(ip string) bool { return h.counts.add(netip.MustParseAddr(ip), room.ViewAudience, h.connLimits()) }
	for _, tt := range []struct {
		name string
		do   func(ip string) bool
		of   int // allowed for a /56
	}{{"plain connections", come, 2 * 20}, {"sockets", register, 20}} {
		n := 0
		for i := range 100 {
			if tt.do(fmt.Sprintf("2001:db8:0:%x::%x", i%256, i)) { // all /64 of one /56
				n++
			}
		}
		if n != tt.of {
			t.Errorf("a /56 got %d %s, want %d", n, tt.name, tt.of)
		}
	}
	n := 0
	for i := range 100 {
		if register(fmt.Sprintf("2001:db8:1:%x00::1", i)) { // one /56 for each /48
			n++
		}
	}
	if n != 75 {
		t.Errorf("a /48 got %d of 100 sockets, want 75", n)
	}
	for i := range 200 {
		ip := fmt.Sprintf("2001:db8:0:%x::%x", i%256, i)
		if i < 20 {
			h.counts.remove(netip.MustParseAddr(ip))
		}
		if i < 75 {
			h.counts.remove(netip.MustParseAddr(fmt.Sprintf("2001:db8:1:%x00::1", i)))
		}
	}
	if n := len(h.counts.byNetwork); n != 0 {
		t.Errorf("%d networks are still counted", n)
	}
}
