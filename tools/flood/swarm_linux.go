package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// client is one socket of the swarm.
type client struct {
	fd       int
	rest     []byte // of an incomplete frame
	last     int64  // seq of the newest comment
	got      int64  // comments
	doubled  int64
	sum      uint64
	greeted  bool
	closed   bool
	sleeper  bool // never reads
	leaving  atomic.Bool
	outside  atomic.Bool // its delays are not measured
	position string
	window   []byte // the end of its compression window
}

// swarm is many sockets and one goroutine that reads them all: epoll and one read(2) per
// frame; net.Conn would need two and a switch of goroutines.
type swarm struct {
	addr    syscall.SockaddrInet4
	host    string
	path    string              // of the request, with its query
	pathOf  func(i int) string  // … of a client; nil: path
	from    func(i int) [4]byte // the address of a client; nil takes 127.0.0.1 to 127.0.0.20 in turn
	full    bool                // do not ask for brief frames
	offer   string              // compression, as in Sec-WebSocket-Extensions
	resume  bool                // reconnect at the last position if closed
	line    *timeline
	ack     func(frame []byte) // called with answers; may be nil
	clients []*client
	epoll   int
	byFD    sync.Map // int -> *client

	counting atomic.Bool
	fresh    atomic.Bool // restart the measurement of delays
	greeted  atomic.Int64
	closed   atomic.Int64
	returned atomic.Int64
	left     chan *client // clients that had to leave and are gone
	frames   atomic.Int64
	bytes    atomic.Int64
	all      atomic.Int64 // comments delivered
	told     atomic.Int64 // delivered while counting
	delays   delays       // for the reader alone
	seen     [8]*parsed   // the newest frames
	unpacked [8]unpacked  // the newest compressed ones
	packs    int
	next     int
	done     chan struct{}
}

// newSwarm prepares n clients of a server on this machine.
func newSwarm(base, path string, n int, line *timeline) (*swarm, error) {
	host := strings.TrimPrefix(base, "http://")
	tcp, err := net.ResolveTCPAddr("tcp4", host)
	if err != nil {
		return nil, fmt.Errorf("server address: %w", err)
	}
	s := &swarm{host: host, path: path, line: line, left: make(chan *client, 1), done: make(chan struct{})}
	s.addr.Port = tcp.Port
	copy(s.addr.Addr[:], tcp.IP.To4())
	if s.epoll, err = syscall.EpollCreate1(syscall.EPOLL_CLOEXEC); err != nil {
		return nil, fmt.Errorf("epoll: %w", err)
	}
	for range n {
		s.clients = append(s.clients, &client{fd: -1})
	}
	return s, nil
}

// connect opens all sockets, some at a time, from 127.0.0.1 to 127.0.0.20, and starts reading.
func (s *swarm) connect(ctx context.Context) error {
	go s.read(ctx)
	all := make([]int, len(s.clients))
	for i := range all {
		all[i] = i
	}
	return s.openAll(ctx, all)
}

// returnAll opens every closed socket again and returns how many there were.
func (s *swarm) returnAll(ctx context.Context) (int, error) {
	var gone []int
	for i, c := range s.clients {
		if c.closed {
			c.greeted = false
			gone = append(gone, i)
		}
	}
	return len(gone), s.openAll(ctx, gone)
}

func (s *swarm) openAll(ctx context.Context, which []int) error {
	work := make(chan int)
	var workers sync.WaitGroup
	var failed atomic.Pointer[error]
	for range 32 {
		workers.Go(func() {
			for i := range work {
				if err := s.open(s.clients[i], i); err != nil {
					failed.CompareAndSwap(nil, &err)
				}
			}
		})
	}
	for _, i := range which {
		if failed.Load() != nil || ctx.Err() != nil {
			break
		}
		work <- i
	}
	close(work)
	workers.Wait()
	if err := failed.Load(); err != nil {
		return fmt.Errorf("open a socket: %w", *err)
	}
	return ctx.Err()
}

// open connects and shakes hands, blocking, and adds the socket to epoll.
func (s *swarm) open(c *client, i int) error {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	from := syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, byte(1 + i%20)}}
	if s.from != nil {
		from.Addr = s.from(i)
	}
	if err := syscall.Bind(fd, &from); err != nil {
		return fmt.Errorf("bind: %w", err)
	}
	patience := syscall.Timeval{Sec: 20}
	_ = syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &patience)
	if err := syscall.Connect(fd, &s.addr); err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	path := s.path
	if s.pathOf != nil {
		path = s.pathOf(i)
	}
	if !s.full {
		path += "&brief=1" // like the pages
	}
	if c.position != "" {
		path += "&since=" + c.position
	}
	req := "GET " + path + " HTTP/1.1\r\nHost: " + s.host + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: danmaku.v1\r\n"
	if s.offer != "" {
		req += "Sec-WebSocket-Extensions: " + s.offer + "\r\n"
	}
	req += "\r\n"
	if _, err := syscall.Write(fd, []byte(req)); err != nil {
		return fmt.Errorf("handshake: %w", err)
	}
	buf := make([]byte, 0, 4096)
	for {
		n, err := syscall.Read(fd, buf[len(buf):cap(buf)])
		if err == syscall.EINTR { // with a timeout the kernel does not restart the call
			continue
		}
		if err != nil || n == 0 {
			return fmt.Errorf("handshake: the server closed (%v)", err)
		}
		buf = buf[:len(buf)+n]
		if end := bytes.Index(buf, []byte("\r\n\r\n")); end >= 0 {
			if !bytes.HasPrefix(buf, []byte("HTTP/1.1 101")) {
				return fmt.Errorf("handshake: %s", bytes.SplitN(buf, []byte("\r\n"), 2)[0])
			}
			c.rest, c.window = append(c.rest[:0], buf[end+4:]...), c.window[:0]
			break
		}
	}
	if err := syscall.SetNonblock(fd, true); err != nil {
		return err
	}
	c.fd, c.closed = fd, false
	if c.sleeper {
		return nil
	}
	s.byFD.Store(fd, c)
	ev := syscall.EpollEvent{Events: syscall.EPOLLIN | syscall.EPOLLRDHUP, Fd: int32(fd)}
	// If the bytes after the handshake are the last for a while, a wake-up for writing makes
	// the reader process them.
	if len(c.rest) > 0 {
		ev.Events |= syscall.EPOLLOUT
	}
	return syscall.EpollCtl(s.epoll, syscall.EPOLL_CTL_ADD, fd, &ev)
}

// read is the reader.
func (s *swarm) read(ctx context.Context) {
	defer close(s.done)
	events := make([]syscall.EpollEvent, 512)
	buf := make([]byte, 256<<10)
	for ctx.Err() == nil {
		n, err := syscall.EpollWait(s.epoll, events, 100)
		if err != nil && err != syscall.EINTR {
			return
		}
		for _, ev := range events[:max(n, 0)] {
			v, ok := s.byFD.Load(int(ev.Fd))
			if !ok {
				continue
			}
			c := v.(*client)
			if ev.Events&syscall.EPOLLOUT != 0 {
				in := syscall.EpollEvent{Events: syscall.EPOLLIN | syscall.EPOLLRDHUP, Fd: ev.Fd}
				_ = syscall.EpollCtl(s.epoll, syscall.EPOLL_CTL_MOD, int(ev.Fd), &in)
				s.take(c, nil)
			}
			if ev.Events&(syscall.EPOLLIN|syscall.EPOLLHUP|syscall.EPOLLERR|syscall.EPOLLRDHUP) == 0 {
				continue
			}
			switch n, err := syscall.Read(c.fd, buf); {
			case n > 0:
				s.take(c, buf[:n])
			case err == syscall.EAGAIN || err == syscall.EINTR:
			default:
				s.drop(c)
			}
		}
	}
}

// take reads the frames in b, after the rest of the previous read.
func (s *swarm) take(c *client, b []byte) {
	if len(c.rest) > 0 {
		c.rest = append(c.rest, b...)
		b = c.rest
	}
	for {
		op, payload, n := unframe(b)
		if n == 0 {
			break
		}
		if b[0]&0x40 != 0 {
			payload = s.unpack(c, payload)
		}
		b = b[n:]
		s.frames.Add(1)
		s.bytes.Add(int64(n))
		switch op {
		case 1:
			s.text(c, payload)
		case 9:
			s.write(c, 0x8a, payload)
		case 8:
			s.drop(c)
			return
		}
	}
	c.rest = append(c.rest[:0], b...)
}

// drop closes a client's socket.
func (s *swarm) drop(c *client) {
	if c.closed {
		return
	}
	c.closed = true
	s.closed.Add(1)
	s.byFD.Delete(c.fd)
	_ = syscall.Close(c.fd)
	if c.leaving.Swap(false) {
		s.left <- c
	}
}

// churn makes perSecond clients a second, chosen at random, leave and resume.
func (s *swarm) churn(ctx context.Context, perSecond int) {
	tick := time.NewTicker(time.Second / time.Duration(perSecond))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		i := rand.IntN(len(s.clients))
		c := s.clients[i]
		if c.sleeper {
			continue
		}
		c.leaving.Store(true)
		if err := syscall.Shutdown(c.fd, syscall.SHUT_RDWR); err != nil {
			if !c.leaving.Swap(false) { // the server closed first, and the reader has reported it
				<-s.left
			}
			continue
		}
		select {
		case <-s.left: // the reader has read it to its end
		case <-s.done:
			return
		}
		if err := s.open(c, i); err != nil {
			fmt.Fprintln(os.Stderr, "flood: a client could not come back:", err)
			continue
		}
		s.returned.Add(1)
	}
}

// close ends all sockets, after the reader.
func (s *swarm) close() {
	<-s.done
	for _, c := range s.clients {
		if c.fd >= 0 && !c.closed {
			_ = syscall.Close(c.fd)
		}
	}
	_ = syscall.Close(s.epoll)
}
