package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// hostileCases are the attacks of one address on a server while innocent phones watch. Each
// repeats until ctx ends.
var hostileCases = []struct {
	name string
	one  func(ctx context.Context, p *process) // one repetition
}{
	{"floods of pings", func(ctx context.Context, p *process) {
		withSocket(ctx, p, func(conn *websocket.Conn) {
			for conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second)) == nil && ctx.Err() == nil {
			}
		})
	}},
	{"broken and binary frames", func(ctx context.Context, p *process) {
		withSocket(ctx, p, func(conn *websocket.Conn) {
			for conn.WriteMessage(websocket.TextMessage, []byte(`{"type":`)) == nil && conn.WriteMessage(websocket.BinaryMessage, []byte{0}) == nil && ctx.Err() == nil {
			}
		})
	}},
	{"frames of a megabyte", func(ctx context.Context, p *process) {
		withSocket(ctx, p, func(conn *websocket.Conn) { _ = conn.WriteMessage(websocket.TextMessage, make([]byte, 1<<20)) })
	}},
	{"comments without a pause", func(ctx context.Context, p *process) {
		withSocket(ctx, p, func(conn *websocket.Conn) {
			for n := 0; ctx.Err() == nil; n++ {
				if conn.WriteJSON(map[string]string{"type": "send", "ref": fmt.Sprint(n), "text": strings.Repeat("傻 逼", 20)}) != nil {
					return
				}
			}
		})
	}},
	{"connections that come and go", func(ctx context.Context, p *process) { withSocket(ctx, p, func(*websocket.Conn) {}) }},
	{"requests that end half-way", func(ctx context.Context, p *process) {
		conn, err := net.DialTimeout("tcp", strings.TrimPrefix(p.base, "http://"), time.Second)
		if err != nil {
			return
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, "POST /api/rooms/live/comments HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n{")
		_ = sleep(ctx, time.Second)
	}},
	{"overlays that never read", func(ctx context.Context, p *process) {
		conn, _, err := websocket.DefaultDialer.DialContext(ctx, "ws"+strings.TrimPrefix(p.base, "http")+p.path, nil)
		if err != nil {
			return
		}
		defer conn.Close()
		_ = sleep(ctx, 10*time.Second)
	}},
	{"pages asked for without a pause", func(ctx context.Context, p *process) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.base+"/r/live", nil)
		if err != nil {
			return
		}
		if resp, err := http.DefaultClient.Do(req); err == nil {
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		}
	}},
}

// withSocket runs fn with a phone's socket, and discards received frames meanwhile.
func withSocket(ctx context.Context, p *process, fn func(*websocket.Conn)) {
	conn, _, err := websocket.DefaultDialer.DialContext(ctx, "ws"+strings.TrimPrefix(p.base, "http")+"/api/rooms/live/socket?role=audience", nil)
	if err != nil {
		_ = sleep(ctx, 10*time.Millisecond)
		return
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		for {
			if _, _, err := conn.NextReader(); err != nil {
				return
			}
		}
	}()
	fn(conn)
	_ = conn.Close()
	<-read
}

// hostileCommand compares how long innocent phones wait for comments, alternately without an
// attack and beside each one.
func hostileCommand(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("flood hostile", flag.ContinueOnError)
	program := flags.String("program", "", "the danmaku to measure; built from this folder when empty")
	rounds := flags.Int("rounds", 3, "of quiet and hostile in turn, for each case")
	measure := flags.Duration("measure", 5*time.Second, "how long each is measured")
	phones := flags.Int("phones", 200, "innocent phones")
	attackers := flags.Int("attackers", 4, "that do it at once")
	bar := flags.Float64("bar", 2, "how many times the quiet p99 is too much")
	only := flags.String("only", "", "a part of the name of the cases")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *rounds < 1 || *measure < time.Second || *phones < 1 || *attackers < 1 || *bar <= 1 {
		return errors.New("-rounds, -phones and -attackers: 1 or more; -measure: 1s or more; -bar: above 1")
	}
	dir, err := os.MkdirTemp("", "flood")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if *program == "" {
		if *program, err = buildDanmaku(ctx, dir); err != nil {
			return err
		}
	}
	l := load{clients: *phones, rate: 10, workers: 2, measure: *measure}
	fmt.Printf("%d phones, 10 comments a second, %d attackers; medians of %d rounds in turn\n\n", *phones, *attackers, *rounds)
	fmt.Println("| case | p99 quiet | p99 beside it | times |\n|---|---|---|---|")
	var broken []error
	for _, c := range hostileCases {
		if !strings.Contains(c.name, *only) {
			continue
		}
		var quiet, beside []time.Duration
		for n := range *rounds {
			for _, hostile := range []bool{n%2 == 1, n%2 == 0} {
				attack, many := c.one, *attackers
				if !hostile {
					many = 0
				}
				p99, err := besideAttack(ctx, *program, dir, l, attack, many)
				if err != nil {
					return err
				}
				if hostile {
					beside = append(beside, p99)
				} else {
					quiet = append(quiet, p99)
				}
			}
		}
		slices.Sort(quiet)
		slices.Sort(beside)
		q, b := quiet[len(quiet)/2], beside[len(beside)/2]
		times := float64(b) / float64(max(q, 1))
		fmt.Printf("| %s | %v | %v | %.2f |\n", c.name, round(q), round(b), times)
		if times > *bar {
			broken = append(broken, fmt.Errorf("%s: %.2f times the quiet p99, at most %.2f", c.name, times, *bar))
		}
	}
	return errors.Join(broken...)
}

// besideAttack measures the p99 of phones at a new server while other clients attack it. All
// connect from one address here, so the limit of the address is off; all other limits have
// their defaults.
func besideAttack(ctx context.Context, program, dir string, l load, attack func(context.Context, *process), many int) (time.Duration, error) {
	data, err := os.MkdirTemp(dir, "data")
	if err != nil {
		return 0, err
	}
	p, err := startOurs(ctx, program, filepath.Join(data, "data"), "--user-rate", "0.5", "--user-burst", "3")
	if err != nil {
		return 0, err
	}
	defer p.stop()
	attacking, stop := context.WithCancel(ctx)
	var all sync.WaitGroup
	defer all.Wait()
	defer stop()
	for range many {
		all.Go(func() {
			for attacking.Err() == nil {
				attack(attacking, p)
			}
		})
	}
	innocent := *p
	innocent.path = "/api/rooms/live/socket?role=audience"
	r, err := try(ctx, &innocent, l)
	if err == nil && r.p99 == 0 {
		err = errors.New("no comment reached a phone")
	}
	return r.p99, err
}
