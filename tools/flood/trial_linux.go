package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
)

// load is the load of a trial.
type load struct {
	clients, rate int // rate in comments a second
	sleepers      int // clients that never read
	workers       int // connections that post comments
	reconnects    int // clients that leave and resume, per second
	measure       time.Duration
	full          bool   // frames that are not brief
	offer         string // of compression
	authors       int    // of the comments; one when 0
}

// result is the result of a load.
type result struct {
	delivered     float64 // comments a second, over all clients
	perMillion    time.Duration
	own           time.Duration // our own CPU for a million deliveries
	p50, p99, max time.Duration
	lost, doubled int64
	closed        int64   // by the server
	returned      int64   // left by choice, and back
	frame         float64 // bytes
	bytes         float64 // for each comment
	offered       int64
	accepted      int64
	answers       string
	memory        int64 // resident at the end of measuring
}

func (r result) String() string {
	return fmt.Sprintf("%8.0f/s  CPU %.2f s/M  own %.2f s/M  p50 %v p99 %v max %v  lost %d doubled %d closed %d back %d  frame %.0f B  %d MB%s",
		r.delivered, r.perMillion.Seconds(), r.own.Seconds(), round(r.p50), round(r.p99), round(r.max),
		r.lost, r.doubled, r.closed, r.returned, r.frame, r.memory>>20, r.answers)
}

func round(d time.Duration) time.Duration { return d.Round(100 * time.Microsecond) }

// warm is how long a load runs before the measurement.
const warm = 2 * time.Second

// try puts load on a server and reports the result.
func try(ctx context.Context, p *process, l load) (result, error) {
	list, err := tryRooms(ctx, []*process{p}, l)
	if err != nil {
		return result{}, err
	}
	return list[0], nil
}

// trial is a load on one room.
type trial struct {
	*swarm
	process      *process
	post         posting
	posted       chan struct{}
	frames, size int64 // when the measurement began
}

// tryRooms puts load on several rooms of one server at once; each process names one of them.
// It divides the CPU of all among all deliveries.
func tryRooms(ctx context.Context, rooms []*process, l load) ([]result, error) {
	reading, stopReading := context.WithCancel(ctx)
	defer stopReading()
	var trials []*trial
	for _, p := range rooms {
		line := &timeline{gap: time.Second / time.Duration(l.rate), accepted: map[int]bool{}}
		s, err := newSwarm(p.base, p.path, l.clients, line)
		if err != nil {
			return nil, err
		}
		s.resume, s.full, s.offer = l.reconnects > 0, l.full, l.offer
		for i := range l.sleepers {
			s.clients[i].sleeper = true
		}
		if err := s.connect(reading); err != nil {
			return nil, err
		}
		trials = append(trials, &trial{swarm: s, process: p})
	}
	start := time.Now().Add(500 * time.Millisecond)
	var err error
	for _, t := range trials {
		t.line.start = start
		if t.post, t.posted, err = begin(ctx, t.process, t.line, l); err != nil {
			return nil, err
		}
		defer t.post.cancel()
	}
	leaving, stay := context.WithCancel(ctx)
	defer stay()
	var leavers sync.WaitGroup
	if l.reconnects > 0 {
		for _, t := range trials {
			leavers.Go(func() { t.churn(leaving, l.reconnects) })
		}
	}
	if err := sleep(ctx, time.Until(start)+warm); err != nil {
		return nil, err
	}
	pid := rooms[0].cmd.Process.Pid
	for _, t := range trials {
		t.frames, t.size = t.swarm.frames.Load(), t.bytes.Load()
	}
	began, server, own := time.Now(), cpu(pid), cpu(0)
	for _, t := range trials {
		t.counting.Store(true)
	}
	if err := sleep(ctx, l.measure); err != nil {
		return nil, err
	}
	for _, t := range trials {
		t.counting.Store(false)
	}
	took, server, own := time.Since(began), cpu(pid)-server, cpu(0)-own
	memory, told := resident(pid), int64(0)
	list := make([]result, len(trials))
	for i, t := range trials {
		told += t.told.Load()
		list[i] = result{memory: memory, closed: t.closed.Load() - t.returned.Load(), returned: t.returned.Load()}
		list[i].delivered = float64(t.told.Load()) / took.Seconds()
		list[i].bytes = float64(t.bytes.Load()-t.size) / float64(max(t.told.Load(), 1))
		list[i].frame = float64(t.bytes.Load()-t.size) / float64(max(t.swarm.frames.Load()-t.frames, 1))
	}
	stay()
	leavers.Wait()
	for _, t := range trials {
		t.post.cancel()
	}
	for _, t := range trials {
		<-t.posted
		t.awaitFrames(ctx, int64(len(t.line.accepted))*int64(l.clients-l.sleepers))
	}
	stopReading()
	for i, t := range trials {
		t.close()
		r := &list[i]
		r.perMillion = time.Duration(float64(server) / float64(told) * 1e6)
		r.own = time.Duration(float64(own) / float64(told) * 1e6)
		r.p50, r.p99, r.max = t.delays.quantile(0.5), t.delays.quantile(0.99), t.delays.max
		t.account(r, t.process.key != "")
		if t.post.senders != nil {
			r.offered, r.accepted = t.post.offered.Load(), t.post.accepted.Load()
			r.answers = t.post.summary()
		}
	}
	return list, nil
}

// posting sends comments, for a server that does not generate them.
type posting struct {
	*senders
	cancel context.CancelFunc
}

func (p posting) summary() string {
	var b strings.Builder
	p.answers.Range(func(status, _ any) bool {
		if status != 201 {
			fmt.Fprintf(&b, "  answered %d: %d", status, p.count(status.(int)))
		}
		return true
	})
	if n := p.failed.Load(); n > 0 {
		fmt.Fprintf(&b, "  no answer: %d", n)
	}
	return b.String()
}

// begin starts the comments; posted is closed once all have been answered.
func begin(ctx context.Context, p *process, line *timeline, l load) (posting, chan struct{}, error) {
	posted := make(chan struct{})
	ctx, cancel := context.WithCancel(ctx)
	if p.key == "" {
		close(posted)
		_, err := fmt.Fprintf(p.stdin, "%d %d\n", line.start.UnixNano(), line.gap.Nanoseconds())
		return posting{cancel: cancel}, posted, err
	}
	post := posting{&senders{base: p.base, key: p.key, room: p.room, line: line, workers: max(l.workers, 4), authors: max(l.authors, 1)}, cancel}
	go func() {
		defer close(posted)
		post.run(ctx)
	}()
	return post, posted, nil
}

// awaitFrames waits until as many comments have come as were accepted, or no more come.
func (s *swarm) awaitFrames(ctx context.Context, want int64) {
	for last := int64(-1); s.all.Load() < want && s.all.Load() != last; {
		last = s.all.Load()
		if sleep(ctx, time.Second) != nil {
			return
		}
	}
}

// account compares each client's comments with the accepted ones. A server that generates its
// comments does not report them, so there the client with the most counts.
func (s *swarm) account(r *result, accepted bool) {
	var most *client
	for _, c := range s.clients {
		if !c.sleeper && (most == nil || c.got > most.got) {
			most = c
		}
	}
	want, sum := most.got, most.sum
	if accepted {
		want, sum = int64(len(s.line.accepted)), s.line.sum
	}
	for _, c := range s.clients {
		if c.sleeper {
			continue
		}
		r.doubled += c.doubled
		switch {
		case c.got != want:
			r.lost += max(want-c.got, 0)
		case c.sum != sum:
			r.lost++ // as many, but not the same
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
