package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"syscall"
	"time"
)

// crowd has as many phones in one room as descriptors allow: memory by the slope from
// 5,000 on, what 20 comments a second cost, and what those inside notice of half of
// them that leave and come back at once.
func (b bench) crowd(ctx context.Context) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("descriptors: %w", err)
	}
	n := (int(min(limit.Cur, 100_000)) - 500) / 1000 * 1000 // the server keeps 100, and as many for plain requests
	data, err := os.MkdirTemp(b.dir, "data")
	if err != nil {
		return err
	}
	defer os.RemoveAll(data)
	p, err := startOurs(ctx, b.program, data)
	if err != nil {
		return err
	}
	defer p.stop()
	pid := p.cmd.Process.Pid
	line := &timeline{gap: time.Second / 20, start: time.Now(), accepted: map[int]bool{}}
	s, err := newSwarm(p.base, "/api/rooms/live/socket?role=audience", n, line)
	if err != nil {
		return err
	}
	s.resume, s.offer = true, "permessage-deflate"
	reading, stop := context.WithCancel(ctx)
	defer func() { stop(); s.close() }()
	go s.read(reading)
	const first = 5000
	var small int64
	for from, to := 0, first; from < n; from, to = to, n {
		which := make([]int, 0, n)
		for i := from; i < min(to, n); i++ {
			which = append(which, i)
		}
		if err := s.openAll(ctx, which); err != nil {
			return err
		}
		if err := s.greetAll(ctx, int64(min(to, n)), time.Minute); err != nil {
			return err
		}
		if err := sleep(ctx, 25*time.Second); err != nil { // two beats go to all, and the server tidies up
			return err
		}
		if to == first {
			small = resident(pid)
		}
	}
	fmt.Fprintf(b.out, "crowd: %d phones on real sockets, %d MB resident, %.1f KB for each one from %d on (at most 12)\n",
		n, resident(pid)>>20, float64(resident(pid)-small)/float64(max(n-first, 1))/1024, first)

	line.start = time.Now()
	post, posted, err := begin(ctx, p, line, load{})
	if err != nil {
		return err
	}
	defer func() { post.cancel(); <-posted }()
	phase := func(name string, during func() error) error {
		if err := sleep(ctx, warm); err != nil {
			return err
		}
		s.fresh.Store(true)
		began, server := time.Now(), cpu(pid)
		s.counting.Store(true)
		if err := during(); err != nil {
			return err
		}
		s.counting.Store(false)
		took := time.Since(began)
		fmt.Fprintf(b.out, "crowd, %s: p50 %v and p99 %v of those inside, %.2f cores of the server, over %.1f s\n",
			name, round(s.delays.quantile(0.5)), round(s.delays.quantile(0.99)), (cpu(pid)-server).Seconds()/took.Seconds(), took.Seconds())
		return nil
	}
	if err := phase("20 comments a second", func() error { return sleep(ctx, b.measure) }); err != nil {
		return err
	}
	for i, c := range s.clients {
		if c.outside.Store(i%2 == 1); i%2 == 1 {
			_ = syscall.Shutdown(c.fd, syscall.SHUT_RDWR)
		}
	}
	for s.closed.Load() < int64(n/2) {
		if err := sleep(ctx, 10*time.Millisecond); err != nil {
			return err
		}
	}
	return phase(fmt.Sprintf("%d come back at once", n/2), func() error {
		before := s.greeted.Load()
		if _, err := s.returnAll(ctx); err != nil {
			return err
		}
		return s.greetAll(ctx, before+int64(n/2), time.Minute)
	})
}

// rooms compares 2,000 rooms of five phones with one of 10,000, idle and with the same
// comments to each phone, and with rooms in which nobody is.
func (b bench) rooms(ctx context.Context) error {
	const phones = 10_000
	fmt.Fprintln(b.out, "| rooms | phones in each | MB resident | KB a phone | idle, CPU ms a second | to greet, s of CPU |")
	fmt.Fprintln(b.out, "|---|---|---|---|---|---|")
	for _, way := range []struct{ rooms, each int }{{1, 0}, {2000, 0}, {1, phones}, {2000, phones / 2000}} {
		err := b.ours(ctx, func(p *process) error {
			pid := p.cmd.Process.Pid
			for i := range way.rooms - 1 {
				if err := p.post(ctx, "/api/rooms", map[string]string{"id": fmt.Sprint("room-", i+1)}); err != nil {
					return err
				}
			}
			if err := sleep(ctx, 2*time.Second); err != nil {
				return err
			}
			empty, server := resident(pid), cpu(pid)
			line := &timeline{gap: time.Second, start: time.Now(), accepted: map[int]bool{}}
			s, err := newSwarm(p.base, "", way.rooms*way.each, line)
			if err != nil {
				return err
			}
			s.pathOf = func(i int) string {
				room := "live"
				if k := i % way.rooms; k > 0 {
					room = fmt.Sprint("room-", k)
				}
				return "/api/rooms/" + room + "/socket?role=audience"
			}
			reading, stop := context.WithCancel(ctx)
			defer func() { stop(); s.close() }()
			if err := s.connect(reading); err != nil {
				return err
			}
			if err := s.greetAll(ctx, int64(len(s.clients)), time.Minute); err != nil {
				return err
			}
			greeting := cpu(pid) - server
			if err := sleep(ctx, 25*time.Second); err != nil { // two beats go to all, and the server tidies up
				return err
			}
			began, server := time.Now(), cpu(pid)
			if err := sleep(ctx, 20*time.Second); err != nil {
				return err
			}
			fmt.Fprintf(b.out, "| %d | %d | %d | %.1f | %.1f | %.2f |\n", way.rooms, way.each, resident(pid)>>20,
				float64(resident(pid)-empty)/float64(max(len(s.clients), 1))/1024, (cpu(pid)-server).Seconds()*1000/time.Since(began).Seconds(), greeting.Seconds())
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// post asks as the owner.
func (p *process) post(ctx context.Context, path string, body any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.base+path, bytes.NewReader(b))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+p.owner)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode >= 300 {
		return fmt.Errorf("%s answers %d", path, resp.StatusCode)
	}
	return nil
}
