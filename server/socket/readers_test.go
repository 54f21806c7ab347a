package socket

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"danmaku/room"

	"github.com/gorilla/websocket"
	"github.com/olahol/melody"

	"danmaku/server/wire"
)

// How the readers of TestEveryReaderGetsAGaplessStream differ.
const (
	eager    = iota // reads at once
	lazy            // reads a few bytes at a time
	sleepy          // lets frames accumulate, then reads them all
	asking          // meanwhile sends pings and messages that get answers
	deaf            // reads only at the end
	fleeting        // disconnects in the middle
	kinds
)

// How their frames may be compressed.
const (
	plain   = iota // not at all
	alone          // each frame by itself, and their own messages, like gorilla's client
	chained        // like browsers
	ways
)

const (
	walkers   = 3  // writers to a reader: one broadcasts, one announces, one writes to each individually
	eachSends = 40 // frames by each of them
	backlog   = 45 // most frames that a reader may be behind; its answers need space in the queue, too
	nap       = 30 // frames that a sleepy reader lets accumulate
	asks      = 8  // not a flood
)

// reader is a client that checks everything it receives.
type reader struct {
	kind int
	way  int
	conn *websocket.Conn
	sess *melody.Session

	read         atomic.Int64 // frames of walkers
	next         [walkers]int // number of each walker's next frame
	answers      atomic.Int64 // to its messages
	pongs        int          // to its pings
	bye          string       // the last frame, when there was one
	code         int          // of the close frame
	err          error        // what is wrong with the received frames
	broken       error        // how it ended without a close frame
	disconnected atomic.Bool
	sent         func() int64 // how many frames were sent
}

// slowConn reads a few bytes at a time, and has little buffer space.
type slowConn struct{ net.Conn }

func (c slowConn) Read(b []byte) (int, error) { return c.Conn.Read(b[:min(len(b), 1000)]) }

// chainedConn asks for compression and unpacks frames, like browsers and unlike gorilla's
// client.
type chainedConn struct {
	net.Conn
	window  window
	asked   bool
	greeted bool   // the answer to the handshake has been read
	in, out []byte // received bytes, and bytes to read next
}

func (c *chainedConn) Write(b []byte) (int, error) {
	if c.asked {
		return c.Conn.Write(b)
	}
	c.asked = true
	request, _ := bytes.CutSuffix(b, []byte("\r\n"))
	_, err := c.Conn.Write(append(bytes.Clone(request), extension+": permessage-deflate\r\n\r\n"...))
	return len(b), err
}

func (c *chainedConn) Read(b []byte) (int, error) {
	for len(c.out) == 0 {
		n, err := c.Conn.Read(b)
		c.in = append(c.in, b[:n]...)
		if unpacking := c.unpack(); unpacking != nil {
			return 0, unpacking
		}
		if err != nil && len(c.out) == 0 {
			return 0, err
		}
	}
	n := copy(b, c.out)
	c.out = c.out[n:]
	return n, nil
}

var agreed = []byte(extension + ": permessage-deflate; client_no_context_takeover\r\n")

// unpack unpacks the complete frames that were received.
func (c *chainedConn) unpack() error {
	if !c.greeted {
		end := bytes.Index(c.in, []byte("\r\n\r\n"))
		if end < 0 {
			return nil
		}
		head := c.in[:end+4]
		if !bytes.Contains(head, agreed) {
			return fmt.Errorf("compression is answered %q", head)
		}
		c.out, c.in, c.greeted = bytes.Replace(head, agreed, nil, 1), c.in[end+4:], true
	}
	for len(c.in) > 1 {
		head, size := 2, uint64(c.in[1])
		switch {
		case size == 126 && len(c.in) >= 4:
			head, size = 4, uint64(binary.BigEndian.Uint16(c.in[2:]))
		case size == 127 && len(c.in) >= 10:
			head, size = 10, binary.BigEndian.Uint64(c.in[2:])
		case size > 125:
			return nil
		}
		if uint64(len(c.in)-head) < size {
			return nil
		}
		first, payload := c.in[0], c.in[head:head+int(size)]
		c.in = c.in[head+int(size):]
		if first&packedBit != 0 {
			message, err := c.window.unpack(payload)
			if err != nil {
				return fmt.Errorf("a compressed frame of %d bytes: %w", size, err)
			}
			first, payload = first&^packedBit, message
		}
		c.out = appendFrame(append(make([]byte, 0, len(c.out)+len(payload)+10), c.out...), first, payload)
	}
	return nil
}

// reader opens a reader's socket. Its kernel buffer is small, so that the server's is often
// full, and writes only a part.
func (h *testServer) reader(kind, way int, sent func() int64) *reader {
	h.t.Helper()
	m := h.handler.group(groupKey{"live", room.ViewAudience})
	before := map[*stream]bool{}
	for _, at := range m.list() {
		before[at] = true
	}
	d := websocket.Dialer{
		HandshakeTimeout: patience, Subprotocols: []string{Subprotocol}, EnableCompression: way == alone,
		NetDialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			_ = conn.(*net.TCPConn).SetReadBuffer(64 << 10)
			if kind == lazy {
				conn = slowConn{conn}
			}
			if way == chained {
				conn = &chainedConn{Conn: conn}
			}
			return conn, nil
		},
	}
	conn, _, err := d.Dial("ws://"+h.base+"/api/rooms/live/socket?role=audience", nil)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { conn.Close() })
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	next(h.t, conn, "hello")
	r := &reader{kind: kind, way: way, conn: conn, sent: sent}
	conn.SetPongHandler(func(data string) error { // one may be dropped while a write waits for this client
		var n int
		if _, err := fmt.Sscanf(data, "ping %d", &n); err != nil || n < r.pongs {
			r.err = fmt.Errorf("pong %q came after %d others", data, r.pongs)
		}
		r.pongs++
		return nil
	})
	eventually(h.t, "its place", func() bool { return len(m.list()) > len(before) }) // it registers right after its hello
	for _, at := range m.list() {
		if !before[at] {
			h.hub.each(func(sess *melody.Session) {
				if streamOf(sess) == at {
					r.sess = sess
				}
			})
		}
	}
	return r
}

// run reads to the end.
func (r *reader) run(over <-chan struct{}, woken *sync.Cond) {
	defer func() {
		r.disconnected.Store(true)
		woken.L.Lock()
		woken.Broadcast()
		woken.L.Unlock()
	}()
	if r.kind == deaf {
		<-over
	}
	if r.kind == asking {
		for n := range asks {
			r.err = errors.Join(r.err,
				r.conn.WriteControl(websocket.PingMessage, fmt.Append(nil, "ping ", n), time.Now().Add(patience)),
				r.conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"what"}`)))
		}
	}
	for r.err == nil {
		if r.kind == sleepy && rand.IntN(10) == 0 {
			woken.L.Lock()
			for {
				all := r.sent()
				if all-r.read.Load() >= nap || all == walkers*eachSends {
					break
				}
				woken.Wait()
			}
			woken.L.Unlock()
		}
		_ = r.conn.SetReadDeadline(time.Now().Add(patience))
		_, b, err := r.conn.ReadMessage()
		if err != nil {
			r.ends(err)
			return
		}
		r.err = errors.Join(r.err, r.check(b))
		woken.L.Lock()
		woken.Broadcast()
		woken.L.Unlock()
		if r.kind == fleeting && r.read.Load() > walkers*eachSends/2 {
			r.conn.Close()
			return
		}
	}
}

func (r *reader) ends(err error) {
	var ce *websocket.CloseError
	if errors.As(err, &ce) && ce.Code != websocket.CloseAbnormalClosure {
		r.code = ce.Code
		return
	}
	r.broken = err
	var late net.Error
	if errors.As(err, &late) && late.Timeout() {
		r.err = err
	}
}

func (r *reader) check(b []byte) error {
	var f struct {
		Type, Code, Pad string
		By, N           int
	}
	if err := json.Unmarshal(b, &f); err != nil {
		return fmt.Errorf("%.60q: %w", b, err)
	}
	if r.bye != "" {
		return fmt.Errorf("after a bye came %.60q", b)
	}
	switch f.Type {
	case "error":
		r.answers.Add(1)
	case "bye":
		r.bye = f.Code
	case "test":
		if f.N != r.next[f.By] {
			return fmt.Errorf("frame %d of walker %d came, want %d", f.N, f.By, r.next[f.By])
		}
		r.next[f.By]++
		r.read.Add(1)
	}
	return nil
}

// frame returns one of a walker's frames: most are small, some larger than gorilla's
// buffer, and some larger than what the kernel accepts at once. Its bytes are those that
// control frames begin with.
func frame(by, n int) []byte {
	size := 0
	switch rand.IntN(4) {
	case 0:
		size = rand.IntN(300)
	case 1:
		size = 4<<10 + rand.IntN(300)
	case 2:
		size = rand.IntN(60 << 10)
	}
	pad := make([]rune, size/2) // compressible to half
	for i := range pad {
		pad[i] = 0x80 + rune(rand.IntN(32))
	}
	return fmt.Appendf(nil, `{"type":"test","by":%d,"n":%d,"pad":"%s"}`, by, n, string(pad))
}

// However a client reads, and however many goroutines write to it, it gets a stream of
// complete frames without a gap. Clients that keep up get all frames, those of each writer
// in order, and the bye last.
func TestEveryReaderGetsAGaplessStream(t *testing.T) {
	h := newTestServer(t)
	h.hub.linger = patience // a reader that waits for a processor is not deaf
	var mu sync.Mutex
	woken := sync.NewCond(&mu)
	var count atomic.Int64
	sent := func() int64 { return count.Load() }
	m := h.handler.group(groupKey{"live", room.ViewAudience})
	var all, careful []*reader
	for n := range 2 * kinds {
		way := plain
		if n >= kinds {
			way = alone + rand.IntN(ways-alone)
		}
		r := h.reader(n%kinds, way, sent)
		all = append(all, r)
		if r.kind < deaf {
			careful = append(careful, r)
		}
	}
	over := make(chan struct{})
	var reading, sending sync.WaitGroup
	for _, r := range all {
		reading.Go(func() { r.run(over, woken) })
	}
	// catchUp waits until every client that keeps up has space for another frame.
	catchUp := func() {
		mu.Lock()
		defer mu.Unlock()
		for {
			var most int64
			for _, r := range careful {
				if !r.disconnected.Load() {
					most = max(most, sent()-r.read.Load())
				}
			}
			if most < backlog {
				count.Add(1)
				woken.Broadcast()
				return
			}
			woken.Wait()
		}
	}
	for by := range walkers {
		sending.Go(func() {
			for n := range eachSends {
				catchUp()
				b := frame(by, n)
				switch by {
				case 0:
					h.broadcast(b)
					continue
				case 1:
					h.hub.Announce("live", room.ViewAudience, b)
					m.releaseIdleChains() // at any time
					continue
				}
				for _, r := range all {
					if !clientOf(r.sess).disconnected.Load() { // it may have missed one
						h.hub.write(r.sess, b)
					}
				}
			}
		})
	}
	sending.Wait()
	// A connection that is closed over its client's unread bytes is reset, and the client
	// loses what it has not read yet: all its messages must be read.
	for _, r := range all {
		if r.kind == asking {
			eventually(t, "all answers", func() bool { return r.answers.Load() == asks || r.disconnected.Load() })
		}
	}
	for n, r := range all {
		if r.kind == eager && n > kinds {
			h.hub.disconnect(r.sess, reasonFlooding)
		} else {
			h.hub.bye(r.sess, closeWith(wire.Bye{Code: "revoked"}, closeKey))
		}
	}
	close(over)
	reading.Wait()
	for n, r := range all {
		if r.err != nil {
			t.Errorf("reader %d, kind %d, way %d: %v", n, r.kind, r.way, r.err)
			continue
		}
		switch {
		case r.kind == deaf: // whatever it received is a stream without a gap
			if r.code == 0 && r.broken == nil {
				t.Errorf("deaf reader %d did not end", n)
			}
		case r.kind == fleeting:
		case r.kind == eager && n > kinds:
			if r.code != websocket.ClosePolicyViolation {
				t.Errorf("reader %d was cut with %d, %v", n, r.code, r.broken)
			}
		default:
			if r.read.Load() != walkers*eachSends || r.bye != "revoked" || r.code != closeKey {
				t.Errorf("reader %d, kind %d, way %d, got %d frames, bye %q and code %d, %v", n, r.kind, r.way, r.read.Load(), r.bye, r.code, r.broken)
			}
		}
	}
}
