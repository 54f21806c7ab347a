package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// resumeFlood is a flood of clients that resume from far behind, each at another position, and
// leave at once, while a moderator works.
type resumeFlood struct {
	program string
	rows    int // comments in the log
	rate    int // handshakes a second
	sources int // addresses that they come from
	measure time.Duration
}

// resumeCommand measures the effect of a flood of resumes on moderation.
func resumeCommand(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("flood resume", flag.ContinueOnError)
	var f resumeFlood
	flags.StringVar(&f.program, "program", "", "the danmaku to measure; built from this folder when empty")
	flags.IntVar(&f.rows, "rows", 30_000, "comments in the log")
	flags.IntVar(&f.rate, "rate", 200, "handshakes a second")
	flags.IntVar(&f.sources, "sources", 1, "addresses that they come from, up to 250")
	flags.DurationVar(&f.measure, "measure", 15*time.Second, "how long the flood lasts")
	if err := flags.Parse(args); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "flood")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if f.sources < 1 || f.sources > 250 || f.rate < 1 {
		return fmt.Errorf("-sources: use 1 to 250; -rate: use 1 or more")
	}
	if f.program == "" {
		if f.program, err = buildDanmaku(ctx, dir); err != nil {
			return err
		}
	}
	return f.run(ctx, filepath.Join(dir, "data"))
}

func (f resumeFlood) run(ctx context.Context, data string) error {
	p, err := startOurs(ctx, f.program, data)
	if err != nil {
		return err
	}
	began := time.Now()
	filler := &senders{base: p.base, key: p.key, room: p.room, workers: 32, line: &timeline{start: began, accepted: map[int]bool{}, gap: time.Second / 4000}}
	filling, stop := context.WithTimeout(ctx, time.Duration(f.rows)*filler.line.gap)
	filler.run(filling)
	stop()
	// After a restart only the newest thousand events are in memory.
	p.stop()
	if p, err = startOurs(ctx, f.program, data); err != nil {
		return err
	}
	defer p.stop()
	fmt.Printf("%d comments in the log; %d handshakes a second from %d addresses for %v, each from another position, each closed at once\n",
		filler.accepted.Load(), f.rate, f.sources, f.measure)
	m := &moderator{base: p.base, room: p.room, key: p.owner, web: &http.Client{Timeout: time.Minute}}
	head, epoch, err := m.head(ctx, p.path)
	if err != nil {
		return err
	}
	fmt.Println("| | remove p50 | p99 | max | history p50 | p99 | max |\n|---|---|---|---|---|---|---|")
	if err := m.work(ctx, "quiet", 5*time.Second); err != nil {
		return err
	}
	flooding, end := context.WithTimeout(ctx, f.measure)
	defer end()
	var audience sync.WaitGroup
	var sent, failed atomic.Int64
	audience.Go(func() {
		tick := time.NewTicker(time.Second / time.Duration(f.rate))
		defer tick.Stop()
		for {
			select {
			case <-flooding.Done():
				return
			case <-tick.C:
			}
			back := 1100 + rand.Int64N(min(18_000, max(head-1100, 1)))
			audience.Go(func() {
				if err := dropIn(p.base, byte(1+rand.IntN(f.sources)), fmt.Sprintf("/api/rooms/%s/socket?role=audience&since=%s:%d", p.room, epoch, head-back)); err != nil {
					failed.Add(1)
					return
				}
				sent.Add(1)
			})
		}
	})
	err = m.work(flooding, "flood", f.measure)
	audience.Wait()
	if err != nil {
		return err
	}
	fmt.Printf("%d handshakes were sent, %d connections failed\n", sent.Load(), failed.Load())
	return m.work(ctx, "after", 5*time.Second)
}

// dropIn sends a handshake from 127.0.0.source and leaves a moment later, without
// reading.
func dropIn(base string, source byte, path string) error {
	host := strings.TrimPrefix(base, "http://")
	dialer := net.Dialer{Timeout: 5 * time.Second, LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, source)}}
	conn, err := dialer.Dial("tcp", host)
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n", path, host)
	time.Sleep(20 * time.Millisecond) // so that the server has read it
	return err
}

// moderator removes comments and reads the history, one request after the other, and measures
// the time of each.
type moderator struct {
	base, room, key string
	web             *http.Client
	ids             []string // of comments that can be removed
}

// head returns the end of the log and its epoch.
func (m *moderator) head(ctx context.Context, overlay string) (int64, string, error) {
	conn, err := net.Dial("tcp", strings.TrimPrefix(m.base, "http://"))
	if err != nil {
		return 0, "", err
	}
	defer conn.Close()
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n", overlay)
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	var got []byte
	for position := ""; ; {
		b := make([]byte, 4096)
		n, err := conn.Read(b)
		got = append(got, b[:n]...)
		if position = string(until(got, positionMark, '"')); position != "" && bytes.Contains(got, []byte(`"position":"`+position+`"`)) {
			var seq int64
			epoch, number, _ := strings.Cut(position, ":")
			if _, err := fmt.Sscan(number, &seq); err != nil {
				return 0, "", fmt.Errorf("position %q: %w", position, err)
			}
			return seq, epoch, nil
		}
		if err != nil || ctx.Err() != nil {
			return 0, "", fmt.Errorf("read the position: %w", err)
		}
	}
}

func (m *moderator) do(method, path string) ([]byte, time.Duration, error) {
	req, err := http.NewRequest(method, m.base+"/api/rooms/"+m.room+path, nil)
	if err != nil {
		return nil, 0, err
	}
	req.Header.Set("Authorization", "Bearer "+m.key)
	began := time.Now()
	resp, err := m.web.Do(req)
	if err != nil {
		return nil, 0, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	took := time.Since(began)
	if err == nil && resp.StatusCode >= 300 {
		err = fmt.Errorf("%s %s answers %d: %.200s", method, path, resp.StatusCode, body)
	}
	return body, took, err
}

// work moderates for a while and prints a row of the table.
func (m *moderator) work(ctx context.Context, name string, long time.Duration) error {
	var removals, reads delays
	for end := time.Now().Add(long); time.Now().Before(end) && ctx.Err() == nil; time.Sleep(20 * time.Millisecond) {
		body, took, err := m.do(http.MethodGet, "/comments?limit=50&status=shown")
		if err != nil {
			return err
		}
		reads.add(took)
		if len(m.ids) == 0 {
			var page struct {
				Comments []struct {
					ID     string `json:"id"`
					Status string `json:"status"`
				} `json:"comments"`
			}
			if err := json.Unmarshal(body, &page); err != nil {
				return fmt.Errorf("read the history: %w", err)
			}
			for _, c := range page.Comments {
				if c.Status == "" || c.Status == "shown" {
					m.ids = append(m.ids, c.ID)
				}
			}
			if len(m.ids) == 0 {
				return fmt.Errorf("no comment left to remove: %.200s", body)
			}
		}
		id := m.ids[len(m.ids)-1]
		m.ids = m.ids[:len(m.ids)-1]
		if _, took, err = m.do(http.MethodPost, "/comments/"+id+"/remove"); err != nil {
			return err
		}
		removals.add(took)
	}
	ms := func(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }
	fmt.Printf("| %s | %s | %s | %s | %s | %s | %s |\n", name, ms(removals.quantile(0.5)), ms(removals.quantile(0.99)), ms(removals.max),
		ms(reads.quantile(0.5)), ms(reads.quantile(0.99)), ms(reads.max))
	return nil
}
