package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// serverFrame has the fields that these clients read of a frame.
type serverFrame struct {
	Type, Position, Ref, Outcome, ID, Code string
	Resumed                                bool
	WaitMS                                 int64 `json:"wait_ms"`
	Events, Recent                         []struct{ Type, ID string }
}

// screen is an overlay that must get everything, once.
type screen struct {
	mu       sync.Mutex
	seen     map[string]int // how often each comment came, by its ID
	doubled  int
	resumed  int
	fresh    int // starts without a resume, including the first
	position string
}

// watch follows the room until ctx ends. It leaves at random, and comes back at its position.
func (sc *screen) watch(ctx context.Context, s *promises) {
	for ctx.Err() == nil {
		p := s.server()
		conn, _, err := websocket.DefaultDialer.DialContext(ctx, "ws"+strings.TrimPrefix(p.base, "http")+p.path+"&since="+sc.position, nil)
		if err != nil {
			_ = sleep(ctx, 200*time.Millisecond)
			continue
		}
		leave := time.AfterFunc(5*time.Second+time.Duration(rand.Int64N(int64(20*time.Second))), func() { _ = conn.NetConn().Close() })
		end := context.AfterFunc(ctx, func() { _ = conn.NetConn().Close() })
		for {
			var f serverFrame
			if conn.ReadJSON(&f) != nil {
				break
			}
			if f.Type == "beat" {
				_ = conn.WriteJSON(map[string]string{"type": "beat"}) // the next read returns the error
			}
			sc.take(f)
		}
		leave.Stop()
		end()
		_ = conn.Close()
	}
}

func (sc *screen) take(f serverFrame) {
	sc.mu.Lock()
	defer sc.mu.Unlock()
	switch f.Type {
	case "hello":
		sc.position = f.Position
		if f.Resumed {
			sc.resumed++
			return
		}
		sc.fresh++
		for _, c := range f.Recent {
			sc.seen[c.ID] = max(sc.seen[c.ID], 1)
		}
	case "events":
		for _, e := range f.Events {
			if e.Type != "comment" {
				continue
			}
			if sc.seen[e.ID]++; sc.seen[e.ID] > 1 {
				sc.doubled++
			}
		}
		sc.position = f.Position
	}
}

// missing counts acknowledged comments that have not arrived.
func (sc *screen) missing(a *accounts) (n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	sc.mu.Lock()
	defer sc.mu.Unlock()
	for id := range a.byID {
		if sc.seen[id] == 0 {
			n++
		}
	}
	return n
}

// phone writes until ctx ends, as the audience's page does: it resends a comment without an
// answer with the same ref. It waits for the last answer.
func (s *promises) phone(ctx context.Context) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return
	}
	visitor := &http.Client{Jar: jar, Timeout: 10 * time.Second}
	dialer := &websocket.Dialer{Jar: jar, HandshakeTimeout: 10 * time.Second}
	until := time.Now().Add(s.whole + time.Minute) // for the last answer
	var conn *websocket.Conn
	defer func() {
		if conn != nil {
			_ = conn.Close()
		}
	}()
	for sleep(ctx, time.Duration(rand.Int64N(int64(2*s.pause)))) == nil {
		n := int(s.numbers.Add(1))
		s.sent.Add(1)
		for answered := false; !answered && time.Now().Before(until); {
			if conn == nil {
				if conn = s.enter(visitor, dialer); conn == nil {
					time.Sleep(300 * time.Millisecond)
					continue
				}
			}
			answered, err = s.write(conn, n)
			if err != nil || rand.IntN(20) == 0 { // the connection broke, or the phone leaves
				_ = conn.Close()
				conn = nil
			}
		}
	}
}

func (s *promises) enter(visitor *http.Client, dialer *websocket.Dialer) *websocket.Conn {
	base := s.server().base
	if resp, err := visitor.Get(base + "/r/live"); err != nil {
		return nil
	} else {
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}
	conn, _, err := dialer.Dial("ws"+strings.TrimPrefix(base, "http")+"/api/rooms/live/socket?role=audience", nil)
	if err != nil {
		return nil
	}
	return conn
}

// write sends a comment and waits for its answer; answered is false if it must be sent again.
func (s *promises) write(conn *websocket.Conn, n int) (answered bool, err error) {
	ref := fmt.Sprint("n", n)
	if err := conn.WriteJSON(map[string]string{"type": "send", "ref": ref, "text": string(appendText(nil, n))}); err != nil {
		return false, err
	}
	_ = conn.SetReadDeadline(time.Now().Add(15 * time.Second))
	for {
		var f serverFrame
		if err := conn.ReadJSON(&f); err != nil {
			return false, err
		}
		switch {
		case f.Type == "beat":
			_ = conn.WriteJSON(map[string]string{"type": "beat"})
		case f.Type == "ack" && f.Ref == ref:
			switch {
			case f.Outcome == "shown":
				s.acked.put(n, f.ID)
				return true, nil
			case f.Code == "busy" || f.Code == "slow_down":
				s.busy.Add(1)
				time.Sleep(max(time.Duration(f.WaitMS)*time.Millisecond, 300*time.Millisecond))
				return false, nil
			}
			return true, nil // held or refused: it is answered, and on no screen
		}
	}
}

// sleeper keeps overlays connected that never read.
func (s *promises) sleeper(ctx context.Context) {
	for sleep(ctx, 3*time.Second) == nil {
		p := s.server()
		dialer := websocket.Dialer{HandshakeTimeout: 5 * time.Second, NetDialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := (&net.Dialer{}).DialContext(ctx, network, addr)
			if tcp, ok := conn.(*net.TCPConn); ok {
				err = errors.Join(err, tcp.SetReadBuffer(4096))
			}
			return conn, err
		}}
		conn, _, err := dialer.DialContext(ctx, "ws"+strings.TrimPrefix(p.base, "http")+p.path, nil)
		if err != nil {
			continue
		}
		s.sleepers.Add(1)
		time.AfterFunc(40*time.Second, func() { _ = conn.Close() })
		context.AfterFunc(ctx, func() { _ = conn.Close() })
	}
}

// attacker sends what no page sends: broken and huge frames, floods of pings, incomplete
// requests.
func (s *promises) attacker(ctx context.Context) {
	for sleep(ctx, 300*time.Millisecond) == nil {
		p := s.server()
		if conn, err := net.DialTimeout("tcp", s.addr, time.Second); err == nil {
			_, _ = io.WriteString(conn, "POST /api/rooms/live/comments HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n{")
			time.AfterFunc(5*time.Second, func() { _ = conn.Close() })
		}
		conn, _, err := websocket.DefaultDialer.DialContext(ctx, "ws"+strings.TrimPrefix(p.base, "http")+"/api/rooms/live/socket?role=audience", nil)
		if err != nil {
			continue
		}
		s.hostile.Add(1)
		for _, frame := range []string{"{", `{"type":"send"}`, "\xff\xfe", `{"type":"send","ref":"x","text":"` + strings.Repeat("x", 3000) + `"}`, strings.Repeat("[", 4000)} {
			_ = conn.WriteMessage(websocket.TextMessage, []byte(frame))
		}
		for range 200 {
			if conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second)) != nil {
				break
			}
		}
		_ = conn.WriteMessage(websocket.BinaryMessage, make([]byte, 1<<20))
		_ = conn.Close()
	}
}

// report writes the table. Errors: the broken promises.
func (s *promises) report(out io.Writer, screens []*screen, logged map[string]bool, atStart, atEnd health) error {
	s.acked.mu.Lock()
	lost, doubled := 0, s.acked.dup
	for id := range s.acked.byID {
		if !logged[id] {
			lost++
		}
	}
	acked := len(s.acked.byID)
	s.acked.mu.Unlock()
	fmt.Fprintf(out, "%v, %d phones, %d overlays: %d kills, the disk full %d times, %d answers busy, %d chat messages, %d replays begun, %d sleepers, %d attacks\n\n",
		s.whole, s.phones, s.overlays, s.kills.Load(), s.fulls.Load(), s.busy.Load(), s.said.Load(), s.replays.Load(), s.sleepers.Load(), s.hostile.Load())
	fmt.Fprintln(out, "| | comments | lost | doubled |\n|---|---|---|---|")
	fmt.Fprintf(out, "| sent by phones | %d | | |\n| acknowledged as shown | %d | | %d |\n| of these in the log | %d | %d | 0 |\n", s.sent.Load(), acked, doubled, acked-lost, lost)
	var broken []error
	if lost > 0 || doubled > 0 {
		broken = append(broken, fmt.Errorf("the log lost %d and doubled %d", lost, doubled))
	}
	for i, sc := range screens {
		missing := sc.missing(&s.acked)
		fmt.Fprintf(out, "| overlay %d: %d resumed, %d fresh | %d | %d | %d |\n", i+1, sc.resumed, sc.fresh, len(sc.seen), missing, sc.doubled)
		if missing > 0 || sc.doubled > 0 {
			broken = append(broken, fmt.Errorf("overlay %d lost %d and doubled %d", i+1, missing, sc.doubled))
		}
	}
	fmt.Fprintf(out, "\n| | start | end |\n|---|---|---|\n| resident, MB | %.0f | %.0f |\n| descriptors | %d | %d |\n", atStart.megabytes, atEnd.megabytes, atStart.files, atEnd.files)
	if atEnd.files > atStart.files+filesSlack {
		broken = append(broken, fmt.Errorf("%d descriptors are left, after %d at the start", atEnd.files, atStart.files))
	}
	if acked == 0 {
		broken = append(broken, errors.New("nothing was acknowledged"))
	}
	return errors.Join(broken...)
}
