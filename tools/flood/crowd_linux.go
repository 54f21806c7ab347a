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

// audience opens as many phones in one room as descriptors allow. It measures memory by the
// slope from 5,000 on, the cost of 20 comments a second, and the effect on the others when
// half of them leave and come back at once.
func (b bench) audience(ctx context.Context) error {
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
		if err := sleep(ctx, 25*time.Second); err != nil { // two heartbeats go to all, and the server's cleanup runs
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

// housing is the distribution of idle phones over rooms.
type housing struct {
	rooms, phones int  // in each room
	mixed         bool // they come to each room in turn, otherwise room by room
}

func (h housing) String() string {
	switch {
	case h.phones == 0 || h.rooms == 1:
		return fmt.Sprintf("%d | %d", h.rooms, h.phones)
	case h.mixed:
		return fmt.Sprintf("%d | %d, a phone to each room in turn", h.rooms, h.phones)
	}
	return fmt.Sprintf("%d | %d, room by room", h.rooms, h.phones)
}

// rooms compares 2,000 rooms of five phones with one of 10,000, all idle, and with empty
// rooms: one after the other in each round, because the machine changes from minute to minute.
// The order in which phones come determines where the kernel places their sockets, and so the
// processor's cache hits when the server iterates over a room's phones.
func (b bench) rooms(ctx context.Context) error {
	fmt.Fprintln(b.out, "| rooms | phones in each | MB resident | KB a phone | idle, CPU ms a second | to greet, s of CPU |")
	fmt.Fprintln(b.out, "|---|---|---|---|---|---|")
	for _, h := range []housing{{rooms: 1}, {rooms: 2000}} {
		i, err := b.idleRooms(ctx, h)
		if err != nil {
			return err
		}
		fmt.Fprintf(b.out, "| %s | %.0f | | %.1f | |\n", h, i.megabytes, i.perSecond)
	}
	kinds := []string{"ours"}
	if b.before != "" {
		kinds = []string{"before", "ours"}
	}
	one := housing{rooms: 1, phones: 10_000}
	many := []housing{{rooms: 2000, phones: 5}, {rooms: 2000, phones: 5, mixed: true}}
	all := map[string]map[housing][]idleness{"ours": {}, "before": {}}
	for range b.rounds {
		for _, kind := range kinds {
			run := b
			if kind == "before" {
				run.program = b.before
			}
			for _, h := range append([]housing{one}, many...) {
				i, err := run.idleRooms(ctx, h)
				if err != nil {
					return err
				}
				fmt.Fprintf(os.Stderr, "%s, %s: %+v\n", kind, h, i)
				all[kind][h] = append(all[kind][h], i)
			}
		}
	}
	megabytes := func(i idleness) float64 { return i.megabytes }
	kilobytes := func(i idleness) float64 { return i.kilobytes }
	perSecond := func(i idleness) float64 { return i.perSecond }
	greeting := func(i idleness) float64 { return i.greeting }
	for _, kind := range kinds {
		name := ""
		if kind == "before" {
			name = ", before"
		}
		of := func(h housing, what func(idleness) float64) float64 { return median(each(all[kind][h], what)) }
		for _, h := range append([]housing{one}, many...) {
			fmt.Fprintf(b.out, "| %s%s | %.0f | %.1f | %.1f | %.2f |\n", h, name, of(h, megabytes), of(h, kilobytes), of(h, perSecond), of(h, greeting))
		}
		for _, h := range many {
			ratios := make([]float64, b.rounds)
			for i := range ratios {
				ratios[i] = all[kind][h][i].perSecond / all[kind][one][i].perSecond
			}
			fmt.Fprintf(b.out, "rooms%s: %s, cost %.2f times one of 10,000 when idle (at most 1.00), %.2f to greet; the median of the rounds %.2f\n", name, h,
				of(h, perSecond)/of(one, perSecond), of(h, greeting)/of(one, greeting), median(ratios))
		}
	}
	return nil
}

// idleness is the cost of a server with idle phones.
type idleness struct {
	megabytes, kilobytes float64 // resident, and for each phone
	perSecond            float64 // ms of CPU while idle
	greeting             float64 // seconds of CPU
}

// idleRooms measures a server with idle phones in rooms.
func (b bench) idleRooms(ctx context.Context, h housing) (out idleness, err error) {
	const window = 20 * time.Second // two heartbeats
	err = b.ours(ctx, func(p *process) error {
		pid := p.cmd.Process.Pid
		for i := range h.rooms - 1 {
			if err := p.post(ctx, "/api/rooms", map[string]string{"id": fmt.Sprint("room-", i+1)}); err != nil {
				return err
			}
		}
		if err := sleep(ctx, 2*time.Second); err != nil {
			return err
		}
		empty, before := resident(pid), cpu(pid)
		line := &timeline{gap: time.Second, start: time.Now(), accepted: map[int]bool{}}
		s, err := newSwarm(p.base, "", h.rooms*h.phones, line)
		if err != nil {
			return err
		}
		s.pathOf = func(i int) string {
			room, k := "live", i/h.phones
			if h.mixed {
				k = i % h.rooms
			}
			if k > 0 {
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
		out.greeting = (cpu(pid) - before).Seconds()
		if err := sleep(ctx, 20*time.Second); err != nil { // two heartbeats go to all, and the server's cleanup runs
			return err
		}
		// Between two heartbeats, so that none is at an end of the window.
		for seen := s.frames.Load(); h.phones > 0 && s.frames.Load() == seen; {
			if err := sleep(ctx, 50*time.Millisecond); err != nil {
				return err
			}
		}
		if err := sleep(ctx, 5*time.Second); err != nil {
			return err
		}
		before = cpu(pid)
		began := time.Now()
		if err := sleep(ctx, window); err != nil {
			return err
		}
		out.perSecond = (cpu(pid) - before).Seconds() * 1000 / time.Since(began).Seconds()
		out.megabytes = float64(resident(pid)) / (1 << 20)
		out.kilobytes = float64(resident(pid)-empty) / float64(max(len(s.clients), 1)) / 1024
		return nil
	})
	return out, err
}

// post sends a POST as the owner.
func (p *process) post(ctx context.Context, path string, body any) error {
	return p.send(ctx, http.MethodPost, path, body)
}

// send sends JSON as the owner.
func (p *process) send(ctx context.Context, method, path string, body any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, p.base+path, bytes.NewReader(b))
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
