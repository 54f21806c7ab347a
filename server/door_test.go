package server

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"testing"
	"time"
)

// visitor is a client's end of a plain connection.
type visitor struct {
	t    *testing.T
	conn net.Conn
	r    *bufio.Reader
}

// comes opens a connection from an address of this machine.
func (h *house) comes(t *testing.T, from string) *visitor {
	t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: patience}
	conn, err := d.Dial("tcp", h.base)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	return &visitor{t, conn, bufio.NewReader(conn)}
}

// asks sends a request, or the first half of one, and gives the answer's status,
// 0 when the connection is closed.
func (v *visitor) asks() int {
	v.t.Helper()
	fmt.Fprint(v.conn, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
	return v.answer()
}

func (v *visitor) answer() int {
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

// begins sends a part of a request, which the server then works on.
func (v *visitor) begins() { fmt.Fprint(v.conn, "GET /healthz HTTP/1.1\r\n") }

func (v *visitor) ends() int {
	v.t.Helper()
	fmt.Fprint(v.conn, "Host: x\r\n\r\n")
	return v.answer()
}

func (d *door) counts() (plain, idle int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.plain), d.idle.Len()
}

// newDoorHouse is a house whose door is small.
func newDoorHouse(t *testing.T, sockets, perAddress int, proxies ...string) (*house, *door) {
	t.Helper()
	h := newHouse(t)
	d := h.door
	d.mu.Lock()
	defer d.mu.Unlock()
	h.opt.MaxSockets, h.opt.MaxPerAddress = sockets, perAddress
	for _, p := range proxies {
		h.opt.TrustedProxies = append(h.opt.TrustedProxies, netip.MustParsePrefix(p))
	}
	d.mostFrom = plainPerSocket * perAddress
	return h, d
}

// An address that has taken all of its connections gets a further one in place
// of the one that has been idle for longest; others do not notice.
func TestIdleConnectionsMakeWay(t *testing.T) {
	h, d := newDoorHouse(t, 0, 2)
	var all []*visitor
	for i := range 4 {
		v := h.comes(t, "127.0.0.2")
		if got := v.asks(); got != http.StatusOK {
			t.Fatalf("connection %d is answered %d", i, got)
		}
		all = append(all, v)
		eventually(t, "an idle connection", func() bool { _, idle := d.counts(); return idle == i+1 })
	}
	other := h.comes(t, "127.0.0.3")
	if got := other.asks(); got != http.StatusOK {
		t.Fatalf("another address is answered %d", got)
	}
	if got := all[0].asks(); got != http.StatusOK { // no longer idle for longest
		t.Fatalf("the first is answered %d", got)
	}
	eventually(t, "five idle connections", func() bool { _, idle := d.counts(); return idle == 5 })
	fifth := h.comes(t, "127.0.0.2")
	if got := fifth.asks(); got != http.StatusOK {
		t.Errorf("one more is answered %d", got)
	}
	for i, want := range []int{200, 0, 200, 200} {
		if got := all[i].asks(); got != want {
			t.Errorf("connection %d is answered %d, want %d", i, got, want)
		}
	}
	if plain, _ := d.counts(); plain != 5 {
		t.Errorf("%d connections are counted", plain)
	}
	if got := other.asks(); got != http.StatusOK {
		t.Errorf("another address is answered %d", got)
	}
}

// Where every one is at work a new one is refused, and that is over as soon as
// one has ended; a proxy that is trusted brings as many as it likes.
func TestConnectionsAtWorkAreBounded(t *testing.T) {
	h, d := newDoorHouse(t, 0, 1, "127.0.0.9/32")
	a, b := h.comes(t, "127.0.0.2"), h.comes(t, "127.0.0.2")
	a.begins()
	b.begins()
	eventually(t, "two connections", func() bool { plain, _ := d.counts(); return plain == 2 })
	if got := h.comes(t, "127.0.0.2").answer(); got != http.StatusServiceUnavailable {
		t.Errorf("one too many is answered %d", got)
	}
	var proxied []*visitor
	for range 5 {
		v := h.comes(t, "127.0.0.9")
		v.begins()
		proxied = append(proxied, v)
	}
	eventually(t, "all of the proxy's", func() bool { plain, _ := d.counts(); return plain == 2+len(proxied) })
	for i, v := range proxied {
		if got := v.ends(); got != http.StatusOK {
			t.Errorf("connection %d of a proxy is answered %d", i, got)
		}
	}
	if got := a.ends(); got != http.StatusOK {
		t.Errorf("the work ends with %d", got)
	}
	eventually(t, "an idle connection of it", func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		return d.byAddr[netip.MustParsePrefix("127.0.0.2/32")].idle.Len() == 1
	})
	if got := h.comes(t, "127.0.0.2").asks(); got != http.StatusOK {
		t.Errorf("after that a new one is answered %d", got)
	}
	if got := b.ends(); got != http.StatusOK {
		t.Errorf("the other work ends with %d", got)
	}
}

// A socket is no plain connection any more; what it leaves is counted off.
func TestSocketsLeaveTheDoor(t *testing.T) {
	h, d := newDoorHouse(t, 0, 100)
	for range 3 {
		next(t, h.phone(), "hello")
	}
	eventually(t, "an empty door", func() bool { plain, _ := d.counts(); return plain == 0 })
	v := h.comes(t, "127.0.0.2")
	v.asks()
	eventually(t, "an idle connection", func() bool { _, idle := d.counts(); return idle == 1 })
	v.conn.Close()
	eventually(t, "an empty door again", func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		return len(d.plain) == 0 && d.idle.Len() == 0 && len(d.byAddr) == 0
	})
}

// In total there may be as many as the sockets leave, and a few.
func TestAllConnectionsAreBounded(t *testing.T) {
	h, d := newDoorHouse(t, 10, 0)
	if got := d.mostHere(); got != 10+spare {
		t.Errorf("%d plain connections beside no sockets", got)
	}
	for range 4 {
		next(t, h.phone(), "hello")
	}
	if got := d.mostHere(); got != 6+spare {
		t.Errorf("%d plain connections beside four sockets", got)
	}
	d.mu.Lock()
	d.mostHere = func() int { return 2 }
	d.mu.Unlock()
	a, b := h.comes(t, "127.0.0.2"), h.comes(t, "127.0.0.3")
	if a.asks() != http.StatusOK {
		t.Fatal("the first is not answered")
	}
	b.begins()
	eventually(t, "one of two idle", func() bool { plain, idle := d.counts(); return plain == 2 && idle == 1 })
	c := h.comes(t, "127.0.0.4")
	c.begins()
	eventually(t, "none idle", func() bool { plain, idle := d.counts(); return plain == 2 && idle == 0 })
	if got := a.answer(); got != 0 {
		t.Errorf("the idle one is answered %d", got)
	}
	if got := h.comes(t, "127.0.0.5").answer(); got != http.StatusServiceUnavailable {
		t.Errorf("one too many is answered %d", got)
	}
	if b.ends() != http.StatusOK || c.ends() != http.StatusOK {
		t.Error("those at work are not answered")
	}
}
