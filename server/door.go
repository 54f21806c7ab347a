package server

import (
	queues "container/list"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// The caps of plain connections: those that are no sockets (yet). They carry a
// page and its parts, a handshake, a request of the API, and are then kept open
// for the next one by the client's wish alone.
const (
	// plainPerSocket is how many of them an address may have for each socket that
	// it may have: a browser opens up to six while it loads a page, for a moment.
	plainPerSocket = 2
	// maxPlain bounds what they cost, some 20 KB each; a whole hall that comes
	// back at once needs one for each phone.
	maxPlain = 20_000
	// spare is how many there may be when sockets have taken all that
	// [Options.MaxSockets] allows, which leaves twice as many descriptors.
	spare = 50
)

// door lets plain connections in. A client that waits in the door with nothing
// to say makes way for others: the one that has been idle for longest is closed
// first, which a browser takes for what it is and opens another when it needs
// one. Only when every one of them is at work is a new one refused.
type door struct {
	net.Listener
	mostHere func() int // in total, now; 0 is no cap
	mostFrom int        // one address; 0 is no cap
	exempt   func(netip.Addr) bool
	log      *slog.Logger
	full     sync.Once

	mu     sync.Mutex
	plain  map[net.Conn]*visit
	byAddr map[netip.Prefix]*visitors
	idle   queues.List // of *visit, the longest idle first
}

// visitors are the plain connections of one address.
type visitors struct {
	n    int
	idle queues.List // of *visit, the longest idle first
}

// visit is one plain connection.
type visit struct {
	conn           net.Conn
	from           netip.Prefix
	inAll, inTheir *queues.Element // while it is idle
}

// newDoor watches over a server's connections; its listener comes later.
func (s *Server) newDoor() *door {
	return &door{
		log: s.log, exempt: s.proxy,
		mostFrom: plainPerSocket * s.opt.MaxPerAddress,
		mostHere: func() int {
			if s.opt.MaxSockets == 0 {
				return maxPlain
			}
			return min(maxPlain, max(s.opt.MaxSockets-int(s.sockets.total.Load()), 0)+spare)
		},
		plain: map[net.Conn]*visit{}, byAddr: map[netip.Prefix]*visitors{},
	}
}

// Accept implements net.Listener.
func (d *door) Accept() (net.Conn, error) {
	for {
		conn, err := d.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if d.admit(conn) {
			return conn, nil
		}
		d.full.Do(func() {
			d.log.Warn("too many connections at once; some are refused. Behind a proxy start with --trusted-proxy, " +
				"else raise --max-sockets-per-address")
		})
		refuse(conn)
	}
}

// refuse answers without reading a request. A fresh connection has room for it.
func refuse(conn net.Conn) {
	_ = conn.SetWriteDeadline(time.Now().Add(time.Second))
	_, _ = conn.Write([]byte("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))
	_ = conn.Close()
}

// admit counts a connection in, in place of an idle one where it has to be.
func (d *door) admit(conn net.Conn) bool {
	addr, from := networkOf(conn.RemoteAddr())
	d.mu.Lock()
	defer d.mu.Unlock()
	v := d.byAddr[from]
	if v == nil {
		v = &visitors{}
	}
	if d.mostFrom > 0 && v.n >= d.mostFrom && !d.exempt(addr) && !d.replace(&v.idle) {
		return false
	}
	if most := d.mostHere(); most > 0 && len(d.plain) >= most && !d.replace(&d.idle) {
		return false
	}
	d.byAddr[from] = v // where the last of an address made way, it had been forgotten
	v.n++
	d.plain[conn] = &visit{conn: conn, from: from}
	return true
}

// replace closes the connection that has been idle for longest, if there is one.
func (d *door) replace(idle *queues.List) bool {
	oldest := idle.Front()
	if oldest == nil {
		return false
	}
	v := oldest.Value.(*visit)
	d.forget(v)
	_ = v.conn.Close()
	return true
}

// watch is the server's ConnState.
func (d *door) watch(conn net.Conn, state http.ConnState) {
	d.mu.Lock()
	defer d.mu.Unlock()
	v := d.plain[conn]
	if v == nil {
		return
	}
	switch state {
	case http.StateIdle:
		v.inAll, v.inTheir = d.idle.PushBack(v), d.byAddr[v.from].idle.PushBack(v)
	case http.StateActive:
		d.rouse(v)
	case http.StateHijacked, http.StateClosed:
		d.forget(v)
	}
}

// rouse takes a connection from the idle ones.
func (d *door) rouse(v *visit) {
	if v.inAll != nil {
		d.idle.Remove(v.inAll)
		d.byAddr[v.from].idle.Remove(v.inTheir)
		v.inAll, v.inTheir = nil, nil
	}
}

func (d *door) forget(v *visit) {
	d.rouse(v)
	delete(d.plain, v.conn)
	their := d.byAddr[v.from]
	if their.n--; their.n == 0 {
		delete(d.byAddr, v.from)
	}
}

// networkOf gives a peer's address, and masked to what one household shares, as
// [live.Keys.Address] does.
func networkOf(a net.Addr) (netip.Addr, netip.Prefix) {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.Addr{}, netip.Prefix{}
	}
	addr := tcp.AddrPort().Addr().Unmap().WithZone("")
	bits := 64
	if addr.Is4() {
		bits = 32
	}
	p, _ := addr.Prefix(bits) // of an address there is one
	return addr, p
}
