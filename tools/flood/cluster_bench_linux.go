package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

// Bounds of what a cluster may cost. The ratios are of medians in one run.
const (
	leastThroughput = 0.5 // of one machine's
	mostWait        = 3.0 // times the median of one machine's answers, at 1,000 a second
	mostUnused      = 1.03
	mostBytes       = 13 << 20
)

// writersAtOnce is how many phones of -bench there are; each waits for its answer.
const writersAtOnce = 512

// paces are the comments a second that are offered; 0: as many as are answered.
var paces = []int{0, 100, 1000}

// way is the machine, or all machines, that the comments of a measurement are sent to.
type way struct {
	name  string
	addrs []string
	got   map[int][]paceResult // by pace, one for each round
}

type paceResult struct {
	each     float64 // answers a second
	p50, p99 time.Duration
}

// clusterBench measures one machine and three in turn, and what the code of a cluster
// costs one machine that has none.
func clusterBench(ctx context.Context, dir, program string, rounds int) error {
	var err error
	if program == "" {
		if program, err = buildDanmaku(ctx, dir); err != nil {
			return err
		}
	}
	return errors.Join(benchMachines(ctx, dir, program, rounds), benchUnused(ctx, dir, program, rounds))
}

// benchMachines measures one machine alone, and three through the home, through another
// one, and through all.
func benchMachines(ctx context.Context, dir, program string, rounds int) error {
	alone, err := startOurs(ctx, program, filepath.Join(dir, "alone"), noLimits...)
	if err != nil {
		return err
	}
	defer alone.stop()
	s := clusterTrial{program: program, dir: dir}
	defer s.stopAll()
	if err := s.startAll(ctx); err != nil {
		return err
	}
	st, err := s.status(ctx)
	if err != nil {
		return err
	}
	_, home := s.node(st.Home)
	if home == nil {
		return fmt.Errorf("no machine %q", st.Home)
	}
	other := s.nodes[0]
	if other == home {
		other = s.nodes[1]
	}
	ways := []*way{
		{name: "one machine alone", addrs: []string{alone.base}},
		{name: "three, through the home", addrs: []string{"http://" + home.addr}},
		{name: "three, through another", addrs: []string{"http://" + other.addr}},
		{name: "three, through all", addrs: []string{"http://" + s.nodes[0].addr, "http://" + s.nodes[1].addr, "http://" + s.nodes[2].addr}},
	}
	first := 0
	for range rounds {
		for _, pace := range paces {
			for _, w := range ways {
				r, err := w.measure(ctx, pace, &first)
				if err != nil {
					return fmt.Errorf("%s: %w", w.name, err)
				}
				fmt.Fprintf(os.Stderr, "%s, %d: %.0f a second, p50 %v, p99 %v\n", w.name, pace, r.each, round(r.p50), round(r.p99))
				if w.got == nil {
					w.got = map[int][]paceResult{}
				}
				w.got[pace] = append(w.got[pace], r)
			}
		}
	}
	return compareTransports(ways)
}

// compareTransports writes the table, and returns which bars are missed.
func compareTransports(ways []*way) error {
	fmt.Printf("Medians; answers of %d phones at once. All on one machine with the phones, so three share the processors that one has alone.\n\n", writersAtOnce)
	fmt.Println("| comments go to | comments a second, at most | of one alone (at least 0.5) | 100/s: p50 | p99 | 1,000/s: p50 | of one alone (at most 3) | p99 |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
	var missed []error
	var alone *way
	for _, w := range ways {
		if alone == nil {
			alone = w
		}
		share := w.each(0) / alone.each(0)
		slower := float64(w.wait(1000, 50)) / float64(alone.wait(1000, 50))
		fmt.Printf("| %s | %.0f | %.2f | %v | %v | %v | %.2f | %v |\n", w.name, w.each(0), share,
			fine(w.wait(100, 50)), fine(w.wait(100, 99)), fine(w.wait(1000, 50)), slower, fine(w.wait(1000, 99)))
		if share < leastThroughput {
			missed = append(missed, fmt.Errorf("%s: %.2f of one machine's throughput", w.name, share))
		}
		if slower > mostWait {
			missed = append(missed, fmt.Errorf("%s: an answer takes %.2f times one machine's", w.name, slower))
		}
	}
	fmt.Println()
	return errors.Join(missed...)
}

func fine(d time.Duration) time.Duration { return d.Round(10 * time.Microsecond) }

func (w *way) each(pace int) float64 {
	return median(each(w.got[pace], func(r paceResult) float64 { return r.each }))
}

func (w *way) wait(pace, percent int) time.Duration {
	return time.Duration(median(each(w.got[pace], func(r paceResult) float64 {
		if percent == 50 {
			return float64(r.p50)
		}
		return float64(r.p99)
	})))
}

// measuredFor is how long one way is measured at one pace.
const measuredFor = 5 * time.Second

// measure has phones write for some seconds. first is the number of the next comment.
func (w *way) measure(ctx context.Context, pace int, first *int) (paceResult, error) {
	h := &answers{free: make(chan *writer, writersAtOnce), asked: map[int]*writer{}}
	reading, stop := context.WithCancel(ctx)
	var swarms []*swarm
	defer func() {
		stop()
		for _, s := range swarms {
			s.close()
		}
	}()
	line := &timeline{gap: time.Second, start: time.Now(), accepted: map[int]bool{}}
	for _, base := range w.addrs {
		n := writersAtOnce / len(w.addrs)
		s, err := newSwarm(base, "/api/rooms/live/socket?role=audience", n, line)
		if err != nil {
			return paceResult{}, err
		}
		s.ack = h.take
		if err := s.connect(reading); err != nil {
			return paceResult{}, err
		}
		swarms = append(swarms, s)
		if err := s.greetAll(ctx, int64(n), 30*time.Second); err != nil {
			return paceResult{}, err
		}
	}
	for i := range writersAtOnce / len(w.addrs) { // to each machine in turn
		for _, s := range swarms {
			h.free <- &writer{swarm: s, client: s.clients[i]}
		}
	}
	return h.run(ctx, pace, first)
}

// writer is a phone that waits for an answer before it writes again.
type writer struct {
	*swarm
	client *client
	due    time.Time
}

// answers are what a measurement counts.
type answers struct {
	free chan *writer

	mu     sync.Mutex
	asked  map[int]*writer // by the number of the comment that waits for an answer
	delays delays
	other  string // an answer that is not shown
}

// take counts an answer. The readers of all swarms call it.
func (h *answers) take(frame []byte) {
	n, err := strconv.Atoi(string(until(frame, refMark, '"')))
	if err != nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	w := h.asked[n]
	if w == nil {
		return
	}
	delete(h.asked, n)
	if string(until(frame, outcomeMark, '"')) == "shown" {
		h.delays.add(time.Since(w.due))
	} else if h.other == "" {
		h.other = string(frame)
	}
	h.free <- w
}

// run writes, and waits for the last answers.
func (h *answers) run(ctx context.Context, pace int, first *int) (paceResult, error) {
	began := time.Now()
	for k := 0; time.Since(began) < measuredFor; k++ {
		due := began
		if pace > 0 {
			due = began.Add(time.Duration(k) * time.Second / time.Duration(pace))
			if err := sleep(ctx, time.Until(due)); err != nil {
				return paceResult{}, err
			}
		}
		var w *writer
		select {
		case w = <-h.free:
		case <-time.After(30 * time.Second):
			return paceResult{}, errors.New("no answer within 30 s")
		}
		if w.due = due; pace == 0 {
			w.due = time.Now()
		}
		n := *first
		*first++
		h.mu.Lock()
		h.asked[n] = w
		h.mu.Unlock()
		frame := strconv.AppendInt([]byte(`{"type":"send","ref":"`), int64(n), 10)
		w.write(w.client, 0x81, append(appendText(append(frame, `","text":"`...), n), `"}`...))
	}
	took := time.Since(began)
	for end := time.Now().Add(30 * time.Second); ; {
		h.mu.Lock()
		waiting, other, d := len(h.asked), h.other, h.delays
		h.mu.Unlock()
		switch {
		case other != "":
			return paceResult{}, fmt.Errorf("a comment is answered with %s", other)
		case waiting == 0:
			return paceResult{each: float64(d.total) / took.Seconds(), p50: d.quantile(0.5), p99: d.quantile(0.99)}, nil
		case time.Now().After(end):
			return paceResult{}, fmt.Errorf("%d comments are not answered", waiting)
		}
		if err := sleep(ctx, 10*time.Millisecond); err != nil {
			return paceResult{}, err
		}
	}
}
