package main

import (
	"bufio"
	"context"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/olahol/melody"
)

// tick is the time between two frames, of our server and of the baselines.
const tick = 40 * time.Millisecond

// serveCommand is a server that generates its comments: the least that sending them can cost.
// Standard input sets when to begin and how fast: "START-NANOSECONDS GAP-NANOSECONDS".
func serveCommand(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("flood serve bare|melody", flag.ContinueOnError)
	if len(args) == 0 {
		return errors.New("say bare or melody")
	}
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	defer l.Close()
	var send func([]byte)
	switch args[0] {
	case "bare":
		send = serveBare(l)
	case "melody":
		send = serveMelody(l)
	default:
		return fmt.Errorf("%q is neither bare nor melody", args[0])
	}
	fmt.Printf("http://%s\n", l.Addr())
	var start, gap int64
	if _, err := fmt.Fscan(os.Stdin, &start, &gap); err != nil {
		return fmt.Errorf("read when to start: %w", err)
	}
	line := &timeline{start: time.Unix(0, start), gap: time.Duration(gap)}
	stdin := make(chan struct{})
	go func() { _, _ = io.Copy(io.Discard, os.Stdin); close(stdin) }()
	beat := time.NewTicker(tick)
	defer beat.Stop()
	for n := 0; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-stdin:
			return nil
		case now := <-beat.C:
			var frame []byte
			if frame, n = eventsUntil(line, n, now); frame != nil {
				send(frame)
			}
		}
	}
}

// eventsUntil returns the frame of the due comments from n on, in the form of our brief
// frames.
func eventsUntil(line *timeline, n int, now time.Time) ([]byte, int) {
	var b []byte
	first := n
	for ; !line.due(n).After(now); n++ {
		if b == nil {
			b = append(b, `{"type":"events","source":"replay","events":[{"seq":`...)
			b = strconv.AppendInt(b, int64(n+1), 10)
			b = append(b, ',')
		} else {
			b = append(b, `,{`...)
		}
		b = append(b, `"id":"0we5z8000000e","text":"`...)
		b = appendText(b, n)
		b = append(b, `","user":"abcdefgh"}`...)
	}
	if n == first {
		return nil, n
	}
	return append(b, "]}"...), n
}

// serveBare is the bare loop: one ready frame a tick and one write(2) for each socket, from
// one goroutine, on descriptors outside Go's poller. A server cannot do less and still send.
func serveBare(l net.Listener) func([]byte) {
	var mu sync.Mutex
	var sockets []int
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			if fd, err := shake(conn.(*net.TCPConn)); err == nil {
				mu.Lock()
				sockets = append(sockets, fd)
				mu.Unlock()
			}
		}
	}()
	return func(payload []byte) {
		frame := header(payload)
		mu.Lock()
		defer mu.Unlock()
		for _, fd := range sockets {
			_, _ = syscall.Write(fd, frame) // a full socket loses the frame, and the client reports it
		}
	}
}

func header(payload []byte) []byte {
	n := len(payload)
	switch {
	case n < 126:
		return append([]byte{0x81, byte(n)}, payload...)
	case n < 1<<16:
		return append([]byte{0x81, 126, byte(n >> 8), byte(n)}, payload...)
	}
	return append([]byte{0x81, 127, 0, 0, 0, 0, byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}, payload...)
}

// shake answers the handshake and takes the socket out of Go's control.
func shake(conn *net.TCPConn) (int, error) {
	defer conn.Close()
	req, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return 0, err
	}
	sum := sha1.Sum([]byte(req.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	_, err = fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Accept: %s\r\n\r\n", base64.StdEncoding.EncodeToString(sum[:]))
	if err != nil {
		return 0, err
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0, err
	}
	fd := -1
	if e := raw.Control(func(p uintptr) { fd, err = syscall.Dup(int(p)) }); e != nil {
		return 0, e
	}
	if err != nil {
		return 0, err
	}
	return fd, syscall.SetNonblock(fd, true)
}

// serveMelody is melody as in its README, in one room, with the same ticks.
func serveMelody(l net.Listener) func([]byte) {
	m := melody.New()
	go func() {
		_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/api") {
				_ = m.HandleRequest(w, r)
			}
		}))
	}()
	return func(payload []byte) { _ = m.Broadcast(payload) }
}
