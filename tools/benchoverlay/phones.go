package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/cookiejar"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// answer has the fields that a phone reads of the server's frames.
type answer struct {
	Type, Ref, Outcome, ID, Code string
	WaitMS                       int64 `json:"wait_ms"`
}

// phone is one member of the audience, with a socket.
type phone struct {
	conn  *websocket.Conn
	mu    sync.Mutex // for writing
	heard chan answer
}

// dial opens the i-th phone's socket, from one of twenty addresses of this machine; the jar
// has its identity.
func (s *server) dial(ctx context.Context, i int, jar http.CookieJar) (*phone, error) {
	from := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(1+i%20))}}
	dialer := websocket.Dialer{Jar: jar, Subprotocols: []string{"danmaku.v1"}, HandshakeTimeout: 20 * time.Second, NetDialContext: from.DialContext}
	conn, _, err := dialer.DialContext(ctx, "ws"+strings.TrimPrefix(s.base, "http")+"/api/rooms/live/socket?role=audience&brief=1", nil)
	if err != nil {
		return nil, fmt.Errorf("open a phone's socket: %w", err)
	}
	p := &phone{conn: conn, heard: make(chan answer, 64)}
	go p.read()
	return p, nil
}

// read passes on answers, and answers heartbeats, until the socket is closed.
func (p *phone) read() {
	defer close(p.heard)
	for {
		_, b, err := p.conn.ReadMessage()
		if err != nil {
			return
		}
		var a answer
		if json.Unmarshal(b, &a) != nil {
			return
		}
		switch a.Type {
		case "beat":
			_ = p.write(map[string]any{"type": "beat"}) // the next read returns the error
		case "ack", "hello":
			select {
			case p.heard <- a:
			default: // the reader is busy: drop it
			}
		}
	}
}

func (p *phone) write(frame any) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.conn.WriteJSON(frame)
}

// ask sends a frame until the answer is not a request to retry, and returns that answer.
func (p *phone) ask(ctx context.Context, frame map[string]any) (answer, error) {
	for {
		if err := p.write(frame); err != nil {
			return answer{}, err
		}
		a, err := p.next(ctx, frame["ref"].(string))
		if err != nil || a.Code != "slow_down" && a.Code != "busy" {
			return a, err
		}
		if err := wait(ctx, time.Duration(max(a.WaitMS, 100))*time.Millisecond); err != nil {
			return a, err
		}
	}
}

// next waits for the answer to a ref; an empty one is the hello.
func (p *phone) next(ctx context.Context, ref string) (answer, error) {
	for {
		select {
		case a, ok := <-p.heard:
			if !ok {
				return a, errors.New("the server closed a phone's socket")
			}
			if a.Ref == ref {
				return a, nil
			}
		case <-ctx.Done():
			return answer{}, ctx.Err()
		}
	}
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// audience is the people who stay for the whole show, and what they did.
type audience struct {
	srv           *server
	written, taps atomic.Int64
	newest        atomic.Pointer[string] // ID of a shown comment

	mu    sync.Mutex
	other map[string]int // comments that were not shown, by the answer
}

const (
	writers  = 40
	comments = 8  // a second, of all of them
	reacting = 50 // reactions a second, of all of them
)

var (
	emoji = []string{"👏", "❤️", "🎉"}
	lines = []string{
		"这一段配乐太好听了", "前方高能，非战斗人员撤离", "that dodge was clean", "first time here, hello from Lyon", "ここの音楽ほんと好き", "초견입니다 잘 부탁드려요",
		"主播稳住，我们能赢", "phase two has HOW much health", "哈哈哈哈哈哈 😂😂", "is this the hard route?", "respect 🔥", "lol",
		"this is one of the long ones, of somebody who has a lot to tell about how the last stage went",
	}
	// Few use the other modes, because a lane that they claim must be empty first.
	modes  = slices.Concat(slices.Repeat([]string{"scroll"}, 45), []string{"top", "top", "bottom", "bottom", "reverse"})
	sizes  = slices.Concat(slices.Repeat([]string{"medium"}, 8), []string{"small", "big"})
	colors = []string{"#ffffff", "#ffffff", "#ff6b5e", "#ffc24a", "#fff16b", "#b6f25c", "#66e0ff", "#9db2ff", "#ff9bd2"}
)

// stay makes one member of the audience write and react until the show is over.
func (a *audience) stay(ctx context.Context, i int) error {
	jar, err := a.srv.guest(ctx)
	if err != nil {
		return err
	}
	p, err := a.srv.dial(ctx, i, jar)
	if err != nil {
		return err
	}
	defer p.conn.Close()
	if _, err := p.next(ctx, ""); err != nil {
		return err
	}
	// Evenly, not all at the same moment.
	if wait(ctx, time.Second*writers/comments*time.Duration(i)/writers) != nil {
		return nil
	}
	write := time.NewTicker(time.Second * writers / comments)
	tap := time.NewTicker(time.Second * writers / reacting)
	defer write.Stop()
	defer tap.Stop()
	for n := 0; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-tap.C:
			if err := p.write(map[string]any{"type": "react", "taps": map[string]int{emoji[rand.IntN(len(emoji))]: 1}}); err != nil {
				return fmt.Errorf("react: %w", err)
			}
			a.taps.Add(1)
		case <-write.C:
			n++
			said, err := p.ask(ctx, map[string]any{
				"type": "send", "ref": strconv.Itoa(n), "text": fmt.Sprintf("%s %d.%d", lines[rand.IntN(len(lines))], i, n), "name": fmt.Sprint("guest ", i),
				"mode": modes[rand.IntN(len(modes))], "size": sizes[rand.IntN(len(sizes))], "color": colors[rand.IntN(len(colors))],
			})
			switch {
			case ctx.Err() != nil:
				return nil
			case err != nil:
				return err
			case said.Outcome == "shown":
				a.written.Add(1)
				a.newest.Store(&said.ID)
			default:
				a.mu.Lock()
				a.other[said.Outcome+" "+said.Code]++
				a.mu.Unlock()
			}
		}
	}
}

// vote makes n new people vote, evenly over a time: one half by a button and one by a message,
// and every tenth again from a second page. The i-th chooses option i % options.
func (a *audience) vote(ctx context.Context, poll string, n, options int, within time.Duration) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	turns := make(chan int)
	var all sync.WaitGroup
	for range 32 {
		all.Go(func() {
			for i := range turns {
				if err := a.ballot(ctx, poll, i, i%options); err != nil {
					cancel(err)
				}
			}
		})
	}
	began := time.Now()
	for i := 0; i < n && ctx.Err() == nil; i++ {
		if err := wait(ctx, time.Until(began.Add(within*time.Duration(i)/time.Duration(n)))); err == nil {
			turns <- i
		}
	}
	close(turns)
	all.Wait()
	return context.Cause(ctx)
}

// guest opens the audience's page like a phone that has scanned the code, and returns its
// cookies.
func (s *server) guest(ctx context.Context) (http.CookieJar, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+"/r/live", nil)
	if err != nil {
		return nil, err
	}
	resp, err := (&http.Client{Jar: jar}).Do(req)
	if err != nil {
		return nil, fmt.Errorf("open the audience's page: %w", err)
	}
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return nil, errors.Join(err, resp.Body.Close())
	}
	return jar, resp.Body.Close()
}

// ballot casts the vote of one person.
func (a *audience) ballot(ctx context.Context, poll string, i, choice int) error {
	jar, err := a.srv.guest(ctx)
	if err != nil {
		return err
	}
	times := 1
	if i%10 == 0 {
		times = 2
	}
	for range times {
		p, err := a.srv.dial(ctx, i, jar)
		if err != nil {
			return err
		}
		defer p.conn.Close()
		if _, err := p.next(ctx, ""); err != nil {
			return err
		}
		frame := map[string]any{"type": "take_part", "ref": "v", "item": poll, "choice": strconv.Itoa(choice)}
		if i%2 == 1 {
			frame = map[string]any{"type": "send", "ref": "v", "text": strconv.Itoa(choice + 1), "name": fmt.Sprint("voter ", i)}
		}
		said, err := p.ask(ctx, frame)
		if err != nil {
			return err
		}
		if said.Outcome != "counted" {
			return fmt.Errorf("vote %d is answered %+v", i, said)
		}
	}
	return nil
}
