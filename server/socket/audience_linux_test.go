package socket

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"danmaku/live"
	"danmaku/room"
	"danmaku/server/wire"
)

// memoryConn is a connection without a client: written bytes count as read at once, and
// none ever arrive.
type memoryConn struct {
	net.Conn // nil
	gone     chan struct{}
	once     sync.Once
}

func (c *memoryConn) Read([]byte) (int, error) { <-c.gone; return 0, net.ErrClosed }

func (c *memoryConn) Write(b []byte) (int, error) { return len(b), nil }

func (c *memoryConn) Close() error { c.once.Do(func() { close(c.gone) }); return nil }

func (c *memoryConn) SetDeadline(time.Time) error      { return nil }
func (c *memoryConn) SetWriteDeadline(time.Time) error { return nil }

// nowhere is a descriptor that accepts everything, so that a write is still a system call.
type nowhere uintptr

func (n nowhere) Control(fn func(uintptr)) error { fn(uintptr(n)); return nil }
func (nowhere) Read(func(uintptr) bool) error    { return errors.ErrUnsupported }
func (nowhere) Write(func(uintptr) bool) error   { return errors.ErrUnsupported }

// audience holds phones in memory, distributed over the rooms.
type audience struct {
	*testServer
	rooms []string
	sink  nowhere
	conns []*memoryConn
	users []string
	since room.Position
}

// connect connects all phones, at once, and waits until they are welcomed.
func (c *audience) connect(n int) {
	c.conns = make([]*memoryConn, n)
	r, _ := http.NewRequest(http.MethodGet, "http://danmaku.example/api/rooms/live/socket?role=audience", nil)
	for name, v := range map[string]string{"Connection": "Upgrade", "Upgrade": "websocket", "Sec-Websocket-Version": "13",
		"Sec-Websocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==", "Sec-Websocket-Protocol": Subprotocol, "Sec-Websocket-Extensions": "permessage-deflate"} {
		r.Header.Set(name, v)
	}
	for i := range c.conns {
		if !c.hub.Reserve(0) {
			c.t.Fatal("no room")
		}
		conn := &memoryConn{gone: make(chan struct{})}
		c.conns[i] = conn
		taken := &hijacked{conn: newStream(conn), buf: bufio.NewReadWriter(bufio.NewReaderSize(conn, 16), bufio.NewWriterSize(conn, 16)), header: http.Header{}}
		taken.conn.raw = c.sink
		user := c.users[i]
		a := Arrival{
			Client: live.Client{Room: c.rooms[i%len(c.rooms)], View: room.ViewAudience, User: user, Address: user[:8]}, Brief: true,
			Author: live.Author{Role: room.Audience, User: user}, User: &wire.User{ID: user},
		}
		if c.since.Epoch != "" {
			a.Resume = c.Service.Resume(c.t.Context(), "live", room.ViewAudience, user[:8], c.since)
		}
		c.handler.serve(taken, r, newClient(a, c.hub.elapsed()), c.hub.Release)
	}
	eventually(c.t, "all phones", func() bool {
		there := 0
		for _, m := range c.hub.all() {
			there += len(m.list())
		}
		return there == n
	})
}

func (c *audience) disconnect() {
	for _, conn := range c.conns {
		conn.Close()
	}
	eventually(c.t, "an empty room", func() bool { return c.hub.Len() == 0 })
}

// publishComments writes comments at a rate.
func (c *audience) publishComments(perSecond, n int) {
	tick := time.NewTicker(time.Second / time.Duration(perSecond))
	defer tick.Stop()
	for i := range n {
		c.publishComment(i)
		<-tick.C
	}
}

func processorTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func residentBytes(tb testing.TB) int64 {
	debug.FreeOSMemory()
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		tb.Fatal(err)
	}
	pages, _ := strconv.ParseInt(strings.Fields(string(b))[1], 10, 64)
	return pages * int64(os.Getpagesize())
}

// BenchmarkHundredThousandPhones has 100,000 phones in one room, without a kernel's
// sockets: all join, receive 20 comments a second, and leave and return at once. Use it
// with -benchtime 1x.
func BenchmarkHundredThousandPhones(b *testing.B) { benchmarkAudience(b, 100_000) }

func benchmarkAudience(b *testing.B, n int) {
	h := newTestServer(b)
	sink, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		b.Fatal(err)
	}
	defer sink.Close()
	c := &audience{testServer: h, rooms: []string{"live"}, sink: nowhere(sink.Fd()), users: make([]string, n)}
	for i := range c.users {
		c.users[i] = rand.Text()
	}
	for b.Loop() {
		before, began, cpu := residentBytes(b), time.Now(), processorTime()
		c.connect(n)
		b.ReportMetric(time.Since(began).Seconds(), "s-to-greet")
		b.ReportMetric((processorTime() - cpu).Seconds(), "cpu-s-to-greet")
		b.ReportMetric(float64(residentBytes(b)-before)/float64(n)/1024, "KB/phone")

		const rate, seconds = 20, 5
		frames := h.handler.group(groupKey{"live", room.ViewAudience}).traffic.frames.Load()
		began, cpu = time.Now(), processorTime()
		c.publishComments(rate, rate*seconds)
		took := time.Since(began).Seconds()
		frames = h.handler.group(groupKey{"live", room.ViewAudience}).traffic.frames.Load() - frames
		b.ReportMetric((processorTime()-cpu).Seconds()/took, "cores")
		b.ReportMetric(float64(frames)/took, "frames/s")

		if err := h.Service.Still("live", room.ViewAudience, func(p room.Position) { c.since = p }); err != nil {
			b.Fatal(err)
		}
		c.disconnect()
		began, cpu = time.Now(), processorTime()
		c.connect(n)
		b.ReportMetric(time.Since(began).Seconds(), "s-to-return")
		b.ReportMetric((processorTime() - cpu).Seconds(), "cpu-s-to-return")
		b.StopTimer()
		c.disconnect()
		c.since = room.Position{}
		b.StartTimer()
	}
	b.ReportMetric(0, "ns/op")
}

// BenchmarkIdleRooms is a heartbeat and five checks of overlays for 10,000 phones: in one
// room, in 2,000 rooms, and for 2,000 rooms that everybody has left.
func BenchmarkIdleRooms(b *testing.B) {
	for _, tt := range []struct{ rooms, phones int }{{1, 10_000}, {2000, 10_000}, {2000, 0}} {
		b.Run(fmt.Sprint(tt.rooms, "x", tt.phones/tt.rooms), func(b *testing.B) {
			h := newTestServer(b)
			sink, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
			if err != nil {
				b.Fatal(err)
			}
			defer sink.Close()
			c := &audience{testServer: h, sink: nowhere(sink.Fd()), rooms: []string{"live"}}
			for i := range tt.rooms - 1 {
				c.rooms = append(c.rooms, fmt.Sprint("room-", i))
				if _, err := h.Service.NewRoom(b.Context(), room.Actor{Role: room.Owner}, room.New(c.rooms[i+1])); err != nil {
					b.Fatal(err)
				}
			}
			for range max(tt.phones, tt.rooms) {
				c.users = append(c.users, rand.Text())
			}
			c.connect(len(c.users))
			if tt.phones == 0 {
				c.disconnect()
			}
			debug.FreeOSMemory()
			cpu := processorTime()
			for b.Loop() {
				h.handler.beat()
				for range 5 {
					h.handler.stats()
					h.handler.broadcastOnAir()
				}
			}
			b.StopTimer()
			b.ReportMetric(float64((processorTime()-cpu).Microseconds())/1000/float64(b.N), "cpu-ms/op")
			if tt.phones > 0 {
				c.disconnect()
			}
		})
	}
}

// A small audience goes through all of it, as a test.
func TestManyPhonesConnectAndDisconnect(t *testing.T) {
	h := newTestServer(t)
	sink, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer sink.Close()
	c := &audience{testServer: h, rooms: []string{"live"}, sink: nowhere(sink.Fd())}
	for range 500 {
		c.users = append(c.users, rand.Text())
	}
	c.connect(500)
	h.publishComment(1)
	m := h.handler.group(groupKey{"live", room.ViewAudience})
	eventually(t, "a frame for all", func() bool { return m.traffic.frames.Load() == 1 })
	if m.Len() != 500 {
		t.Errorf("%d phones are there", m.Len())
	}
	c.disconnect()
	c.connect(500)
	c.disconnect()
}
