package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Bounds for the cost of a cluster. The ratios are of medians in one run.
const (
	leastThroughput = 0.5 // of one machine's
	mostWait        = 3.0 // times the median of one machine's answers, at pacedBar
	mostUnused      = 1.03
	mostBytes       = 13 << 20
)

// pacedBar is the pace at which mostWait counts, comments a second.
const pacedBar = 1000

// writersAtOnce is the number of phones of -bench; each waits for its answer.
const writersAtOnce = 512

// paces are the comments offered per second; 0: as many as are answered.
var paces = []int{0, 100, 300, 1000}

// parsePaces reads some of the paces.
func parsePaces(text string) (some []int, err error) {
	for word := range strings.SplitSeq(text, ",") {
		pace, err := strconv.Atoi(word)
		if err != nil || !slices.Contains(paces, pace) {
			return nil, fmt.Errorf("-paces: %q is none of %v", word, paces)
		}
		some = append(some, pace)
	}
	return some, nil
}

// way is the machine, or all machines, to which a measurement sends its comments.
type way struct {
	name   string
	addrs  []string
	home   *process
	others []*process           // other machines that it also sends to
	got    map[int][]paceResult // by pace, one for each round
}

type paceResult struct {
	each         float64 // answers a second
	p50, p99     time.Duration
	home, others time.Duration // processor time for each comment, of the home and of the other machines
}

// clusterBench measures one machine and three alternately, and the cost of the cluster's code
// on a single machine.
func clusterBench(ctx context.Context, dir, program string, o benchOptions) error {
	var err error
	if program == "" {
		if program, err = buildDanmaku(ctx, dir); err != nil {
			return err
		}
	}
	err = benchMachines(ctx, dir, program, o)
	if o.beside == "" {
		err = errors.Join(err, benchUnused(ctx, dir, program, o.rounds))
	}
	return err
}

// benchOptions say how long to measure, and which second program.
type benchOptions struct {
	rounds int
	beside string // another program
	paces  []int
}

// benchMachines measures one machine alone, and three through the home, through another one,
// and through all. It alternates with a second program, if there is one.
func benchMachines(ctx context.Context, dir, program string, o benchOptions) error {
	names := []string{program}
	if o.beside != "" {
		names = append(names, o.beside)
	}
	var programs [][]*way
	for i, program := range names {
		ways, stop, err := startWays(ctx, filepath.Join(dir, fmt.Sprint("bench", i)), program)
		defer stop()
		if err != nil {
			return err
		}
		programs = append(programs, ways)
	}
	first := 0
	for round := range o.rounds {
		for _, pace := range o.paces {
			for k := range programs[0] {
				for i := range programs {
					i = (i + round) % len(programs) // alternate which one is second
					w := programs[i][k]
					r, err := w.measure(ctx, pace, &first)
					if err != nil {
						return fmt.Errorf("%s: %w", w.name, err)
					}
					fmt.Fprintf(os.Stderr, "%s: %s, %d: %.0f a second, p50 %v, p99 %v, processors %v + %v\n", filepath.Base(names[i]), w.name, pace, r.each, fine(r.p50), fine(r.p99), fine(r.home), fine(r.others))
					w.got[pace] = append(w.got[pace], r)
				}
			}
		}
	}
	var missed []error
	for i, ways := range programs {
		if len(programs) > 1 {
			fmt.Printf("%s:\n\n", names[i])
		}
		missed = append(missed, compareTransports(ways))
	}
	return errors.Join(missed...)
}

// startWays starts a single machine, and a cluster of three.
func startWays(ctx context.Context, dir, program string) (ways []*way, stop func(), err error) {
	s := &clusterTrial{program: program, dir: dir}
	stop = s.stopAll
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, stop, err
	}
	alone, err := startOurs(ctx, program, filepath.Join(dir, "alone"), noLimits...)
	if err != nil {
		return nil, stop, err
	}
	stop = func() { s.stopAll(); alone.stop() }
	if err := s.startAll(ctx); err != nil {
		return nil, stop, err
	}
	st, err := s.status(ctx)
	if err != nil {
		return nil, stop, err
	}
	_, home := s.node(st.Home)
	if home == nil {
		return nil, stop, fmt.Errorf("no machine %q", st.Home)
	}
	var other *clusterNode
	var others []*process
	var all []string
	for _, n := range s.nodes {
		all = append(all, "http://"+n.addr)
		if n != home {
			other, others = n, append(others, n.process)
		}
	}
	ways = []*way{
		{name: "one machine alone", addrs: []string{alone.base}, home: alone},
		{name: "three, through the home", addrs: []string{"http://" + home.addr}, home: home.process, others: others},
		{name: "three, through another", addrs: []string{"http://" + other.addr}, home: home.process, others: others},
		{name: "three, through all", addrs: all, home: home.process, others: others},
	}
	for _, w := range ways {
		w.got = map[int][]paceResult{}
	}
	return ways, stop, nil
}

// compareTransports writes the table, and returns the missed bounds.
func compareTransports(ways []*way) error {
	fmt.Printf("Medians; answers of %d phones at once. All on one machine with the phones, so three share the processors that one has alone.\n\n", writersAtOnce)
	fmt.Println("| comments go to | comments a second, at most | of one alone (at least 0.5)" + forEachPace(func(pace int) string {
		bar := ""
		if pace == pacedBar {
			bar = fmt.Sprintf(" (at most %.0f)", mostWait)
		}
		return fmt.Sprintf(" | %d/s: p50 | of one alone%s | p99", pace, bar)
	}) + " |")
	fmt.Println("|---|---|---" + forEachPace(func(int) string { return "|---|---|---" }) + "|")
	var missed []error
	alone := ways[0]
	for _, w := range ways {
		// 0/0 of what was not measured misses no bar.
		share := w.each(0) / alone.each(0)
		slower := func(pace int) float64 { return float64(w.wait(pace, 50)) / float64(alone.wait(pace, 50)) }
		fmt.Printf("| %s | %.0f | %.2f%s |\n", w.name, w.each(0), share, forEachPace(func(pace int) string {
			return fmt.Sprintf(" | %v | %.2f | %v", fine(w.wait(pace, 50)), slower(pace), fine(w.wait(pace, 99)))
		}))
		if share < leastThroughput {
			missed = append(missed, fmt.Errorf("%s: %.2f of one machine's throughput", w.name, share))
		}
		if slower(pacedBar) > mostWait {
			missed = append(missed, fmt.Errorf("%s: an answer takes %.2f times one machine's", w.name, slower(pacedBar)))
		}
	}
	fmt.Println("\nTime of the processors for each comment, of all machines together and of the home alone:")
	fmt.Println("\n| comments go to | as many as are answered | of one alone | home | 1,000/s | of one alone | home |\n|---|---|---|---|---|---|---|")
	for _, w := range ways {
		row := "| " + w.name + " |"
		for _, pace := range []int{0, 1000} {
			home, others := w.processors(pace)
			one, _ := alone.processors(pace)
			row += fmt.Sprintf(" %v | %.2f | %v |", (home + others).Round(time.Microsecond), float64(home+others)/float64(one), home.Round(time.Microsecond))
		}
		fmt.Println(row)
	}
	fmt.Println()
	return errors.Join(missed...)
}

// forEachPace returns the cells of a row for the paces at which answers are timed.
func forEachPace(cells func(pace int) string) (row string) {
	for _, pace := range paces[1:] {
		row += cells(pace)
	}
	return row
}

// processors returns the processor time for each comment, of the home and of the others.
func (w *way) processors(pace int) (home, others time.Duration) {
	of := func(pick func(paceResult) time.Duration) time.Duration {
		return time.Duration(median(each(w.got[pace], func(r paceResult) float64 { return float64(pick(r)) })))
	}
	return of(func(r paceResult) time.Duration { return r.home }), of(func(r paceResult) time.Duration { return r.others })
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

// measure makes phones write for some seconds. first is the number of the next comment.
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
	home, others := w.used()
	r, err := h.run(ctx, pace, first)
	homeThen, othersThen := w.used()
	if n := time.Duration(h.delays.total); n > 0 {
		r.home, r.others = (homeThen-home)/n, (othersThen-others)/n
	}
	return r, err
}

// used returns the processor time that the processes have used.
func (w *way) used() (home, others time.Duration) {
	if w.home == nil {
		return 0, 0
	}
	for _, p := range w.others {
		others += cpu(p.cmd.Process.Pid)
	}
	return cpu(w.home.cmd.Process.Pid), others
}

// writer is a phone that waits for an answer before it writes again.
type writer struct {
	*swarm
	client *client
	due    time.Time
}

// answers counts the answers of a measurement.
type answers struct {
	free chan *writer

	mu     sync.Mutex
	asked  map[int]*writer // by the number of the comment waiting for an answer
	delays delays
	other  string // an answer other than shown
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
