package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"
)

// goals are what the fan-out must reach, as ratios to the bare loop.
var goals = []struct {
	name string
	load load
	most float64
	p99  time.Duration
}{
	{"1,000 × 100/s", load{clients: 1000, rate: 100}, 1.25, 80 * time.Millisecond},
	{"5,000 × 100/s", load{clients: 5000, rate: 100}, 1.15, 250 * time.Millisecond},
	{"10,000 × 20/s", load{clients: 10000, rate: 20}, 1.05, 0},
}

// bench is one run of the measurements.
type bench struct {
	program string
	before  string // another build of danmaku, measured alternately with this one; may be empty
	dir     string // for data folders
	out     io.Writer
	rounds  int
	measure time.Duration
}

func benchCommand(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("flood bench", flag.ContinueOnError)
	rounds := flags.Int("rounds", 3, "rounds of each measurement; the median counts")
	measure := flags.Duration("measure", 8*time.Second, "how long each load is measured")
	only := flags.String("only", "fanout,bytes,idle,crowd,rooms,storm,phones,slow,overload", "which measurements")
	program := flags.String("program", "", "the danmaku to measure; it is built when this is empty")
	before := flags.String("before", "", "another build of danmaku, measured in turn with it in fanout and idle")
	if err := flags.Parse(args); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "flood")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := bench{program: *program, before: *before, dir: dir, out: os.Stdout, rounds: *rounds, measure: *measure}
	if b.program == "" {
		if b.program, err = buildDanmaku(ctx, dir); err != nil {
			return err
		}
	}
	fmt.Fprintln(b.out, about(ctx, *before, append([]string{"bench"}, args...)))
	all := map[string]func(context.Context) error{
		"fanout": b.fanout, "idle": b.idle, "slow": b.slow, "overload": b.overload, "storm": b.storm, "phones": b.phones, "bytes": b.bytes, "crowd": b.audience, "rooms": b.rooms,
	}
	for name := range strings.SplitSeq(*only, ",") {
		measure, ok := all[name]
		if !ok {
			return fmt.Errorf("%q is not one of the measurements", name)
		}
		if err := measure(ctx); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// ours runs fn with a new danmaku.
func (b bench) ours(ctx context.Context, fn func(*process) error, more ...string) error {
	data, err := os.MkdirTemp(b.dir, "data")
	if err != nil {
		return err
	}
	defer os.RemoveAll(data)
	p, err := startOurs(ctx, b.program, data, more...)
	if err != nil {
		return err
	}
	defer p.stop()
	return fn(p)
}

func (b bench) trial(ctx context.Context, kind string, l load) (r result, err error) {
	if kind == "before" {
		b.program = b.before
	}
	if kind == "ours" || kind == "before" {
		err = b.ours(ctx, func(p *process) error { r, err = try(ctx, p, l); return err })
		return r, err
	}
	p, err := startBaseline(ctx, kind)
	if err != nil {
		return result{}, err
	}
	defer p.stop()
	return try(ctx, p, l)
}

// fanout measures our server, the bare loop and plain melody one after the other in each
// round, because the machine changes from minute to minute.
func (b bench) fanout(ctx context.Context) error {
	fmt.Fprintln(b.out, "| load | bare loop, CPU s / million | ours | plain melody | ours : bare | melody : bare | ours p99 | lost | delivered / s |")
	fmt.Fprintln(b.out, "|---|---|---|---|---|---|---|---|---|")
	for _, g := range goals {
		l := g.load
		l.measure = b.measure
		var oursRatio, beforeRatio, melodyRatio []float64
		byKind := map[string][]result{}
		for range b.rounds {
			kinds := []string{"bare", "ours", "melody"}
			if b.before != "" {
				kinds = []string{"bare", "before", "ours", "melody"}
			}
			for _, kind := range kinds {
				r, err := b.trial(ctx, kind, l)
				if err != nil {
					return fmt.Errorf("%s, %s: %w", g.name, kind, err)
				}
				fmt.Fprintf(os.Stderr, "%s %-6s %v\n", g.name, kind, r)
				byKind[kind] = append(byKind[kind], r)
			}
			last := len(byKind["bare"]) - 1
			bare := byKind["bare"][last].perMillion.Seconds()
			oursRatio = append(oursRatio, byKind["ours"][last].perMillion.Seconds()/bare)
			if b.before != "" {
				beforeRatio = append(beforeRatio, byKind["before"][last].perMillion.Seconds()/bare)
			}
			melodyRatio = append(melodyRatio, byKind["melody"][last].perMillion.Seconds()/bare)
		}
		seconds := func(kind string) float64 {
			return median(each(byKind[kind], func(r result) float64 { return r.perMillion.Seconds() }))
		}
		ours := byKind["ours"]
		lost := int64(0)
		for _, r := range ours {
			lost += r.lost + r.doubled
		}
		fmt.Fprintf(b.out, "| %s | %.2f | %.2f | %.2f | %.2f (at most %.2f) | %.2f | %v | %d | %.0f |\n",
			g.name, seconds("bare"), seconds("ours"), seconds("melody"), median(oursRatio), g.most, median(melodyRatio),
			round(time.Duration(median(each(ours, func(r result) float64 { return float64(r.p99) })))), lost,
			median(each(ours, func(r result) float64 { return r.delivered })))
		if old := byKind["before"]; len(old) > 0 {
			fmt.Fprintf(b.out, "| %s, before | | %.2f | | %.2f | | %v | | %.0f |\n", g.name, seconds("before"), median(beforeRatio),
				round(time.Duration(median(each(old, func(r result) float64 { return float64(r.p99) })))), median(each(old, func(r result) float64 { return r.delivered })))
		}
	}
	return nil
}

// idle measures the cost of a client that only listens.
func (b bench) idle(ctx context.Context) error {
	if b.before != "" {
		old := b
		old.program, old.before = b.before, ""
		fmt.Fprint(b.out, "before: ")
		if err := old.idle(ctx); err != nil {
			return err
		}
	}
	const n = 10_000
	return b.ours(ctx, func(p *process) error {
		before := resident(p.cmd.Process.Pid)
		s, stop, err := phones(ctx, p, n)
		if err != nil {
			return err
		}
		defer stop()
		if err := s.greetAll(ctx, n, 30*time.Second); err != nil {
			return err
		}
		if err := sleep(ctx, 25*time.Second); err != nil { // two heartbeats go to all, and the server's cleanup runs
			return err
		}
		after := resident(p.cmd.Process.Pid)
		fmt.Fprintf(b.out, "idle: %d phones, %.1f KB resident for each (%d MB before, %d MB after; at most 12 KB)\n",
			n, float64(after-before)/n/1024, before>>20, after>>20)
		return nil
	})
}

// phones opens n audience sockets.
func phones(ctx context.Context, p *process, n int) (*swarm, func(), error) {
	line := &timeline{gap: time.Second, start: time.Now(), accepted: map[int]bool{}}
	s, err := newSwarm(p.base, "/api/rooms/live/socket?role=audience", n, line)
	if err != nil {
		return nil, nil, err
	}
	reading, stop := context.WithCancel(ctx)
	if err := s.connect(reading); err != nil {
		stop()
		return nil, nil, err
	}
	return s, func() { stop(); s.close() }, nil
}

func (s *swarm) greetAll(ctx context.Context, n int64, patience time.Duration) error {
	for end := time.Now().Add(patience); s.greeted.Load() < n; {
		if time.Now().After(end) {
			return fmt.Errorf("only %d of %d clients were greeted", s.greeted.Load(), n)
		}
		if err := sleep(ctx, 10*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// slow measures what 100 clients that never read cost the other 900.
func (b bench) slow(ctx context.Context) error {
	var with, without []float64
	var disconnected []string
	for range b.rounds {
		// Both run until the last slow client is disconnected: a longer measurement includes
		// more of the machine's other activity.
		l := load{clients: 900, rate: 100, measure: max(b.measure, 20*time.Second)}
		r, err := b.trial(ctx, "ours", l)
		if err != nil {
			return err
		}
		fmt.Fprintln(os.Stderr, "alone:", r)
		without = append(without, float64(r.p99))
		l.clients, l.sleepers = 1000, 100
		err = b.ours(ctx, func(p *process) error {
			gone := make(chan string, 1)
			watching, stop := context.WithCancel(ctx)
			defer stop()
			go func() { gone <- b.watchSlow(watching, p, 100) }()
			r, err = try(ctx, p, l)
			stop()
			disconnected = append(disconnected, <-gone)
			return err
		})
		if err != nil {
			return err
		}
		with = append(with, float64(r.p99))
		fmt.Fprintln(os.Stderr, "slow:", r, disconnected[len(disconnected)-1])
	}
	fmt.Fprintf(b.out, "slow: p99 of 900 readers %v alone, %v beside 100 that never read (%.2f times; at most 1.2); %s\n",
		round(time.Duration(median(without))), round(time.Duration(median(with))), median(with)/median(without), strings.Join(disconnected, "; "))
	return nil
}

// watchSlow polls the server until it has disconnected the wanted number of slow clients.
func (b bench) watchSlow(ctx context.Context, p *process, want int64) string {
	began := time.Now()
	var stats struct{ Slow int64 }
	for stats.Slow < want {
		if sleep(ctx, 100*time.Millisecond) != nil {
			return fmt.Sprintf("%d of %d cut", stats.Slow, want)
		}
		_ = p.get(ctx, "/api/rooms/live/stats", &stats) // the loop asks again anyway
	}
	return fmt.Sprintf("all %d cut after %.1f s", want, time.Since(began).Seconds())
}

// get sends a request as the owner.
func (p *process) get(ctx context.Context, path string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.base+path, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+p.owner)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %d", path, resp.StatusCode)
	}
	return json.NewDecoder(resp.Body).Decode(into)
}

// storm makes 10,000 phones return at once after a restart.
func (b bench) storm(ctx context.Context) error {
	const n = 10_000
	data, err := os.MkdirTemp(b.dir, "data")
	if err != nil {
		return err
	}
	p, err := startOurs(ctx, b.program, data)
	if err != nil {
		return err
	}
	s, stop, err := phones(ctx, p, n)
	if err != nil {
		p.stop()
		return err
	}
	defer stop()
	s.resume = true
	if err := s.greetAll(ctx, n, 30*time.Second); err != nil {
		return err
	}
	p.stop()
	for s.closed.Load() < n {
		if err := sleep(ctx, 10*time.Millisecond); err != nil {
			return err
		}
	}
	again, err := startOurs(ctx, b.program, data, "--listen", strings.TrimPrefix(p.base, "http://"))
	if err != nil {
		return err
	}
	defer again.stop()
	began, server := time.Now(), cpu(again.cmd.Process.Pid)
	s.greeted.Store(0)
	if _, err := s.returnAll(ctx); err != nil {
		return err
	}
	if err := s.greetAll(ctx, n, 30*time.Second); err != nil {
		return err
	}
	fmt.Fprintf(b.out, "storm: %d phones back and greeted %.1f s after a restart, %.1f s of the server's CPU (at most 10 s)\n",
		n, time.Since(began).Seconds(), (cpu(again.cmd.Process.Pid) - server).Seconds())
	return nil
}

// phones measures that the cost of a phone does not grow with the room.
func (b bench) phones(ctx context.Context) error {
	for _, rate := range []int{20, 500} {
		err := b.ours(ctx, func(p *process) error {
			p.path = "/api/rooms/live/socket?role=audience"
			before := cpu(p.cmd.Process.Pid)
			r, err := try(ctx, p, load{clients: 10_000, rate: rate, workers: 16, measure: b.measure})
			if err != nil {
				return err
			}
			fmt.Fprintf(b.out, "phones: 10,000 in a room with %d comments a second: %.2f s of CPU a second (with all it took to get in: %.1f s), %.0f comments a second to each\n",
				rate, r.perMillion.Seconds()*r.delivered/1e6, (cpu(p.cmd.Process.Pid) - before).Seconds(), r.delivered/10_000)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func each[T, U any](list []T, fn func(T) U) (out []U) {
	for _, v := range list {
		out = append(out, fn(v))
	}
	return out
}

func median(list []float64) float64 {
	if len(list) == 0 {
		return 0
	}
	list = slices.Sorted(slices.Values(list))
	return list[len(list)/2]
}
