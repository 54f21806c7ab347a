package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// soak alternates load and quiet, to check that memory is released.
type soak struct {
	program       string
	phones, rate  int // new phones for each time of load, and their comments a second
	overlays      int // they watch all the time; some leave and resume every second
	load, quiet   time.Duration
	whole         time.Duration
	out           io.Writer
	reconnectRate int
}

// soakCommand measures the memory of a server over many times of load.
func soakCommand(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("flood soak", flag.ContinueOnError)
	s := soak{out: os.Stdout}
	flags.StringVar(&s.program, "program", "", "the danmaku to measure; built from this folder when empty")
	minutes := flags.Int("minutes", 60, "how long in all")
	flags.IntVar(&s.phones, "phones", 600, "new phones in each time of load")
	flags.IntVar(&s.rate, "rate", 100, "their comments a second")
	flags.IntVar(&s.overlays, "overlays", 20, "overlays that watch")
	flags.IntVar(&s.reconnectRate, "reconnects", 5, "overlays that leave and resume, a second")
	flags.DurationVar(&s.load, "load", 4*time.Minute, "how long a load lasts")
	flags.DurationVar(&s.quiet, "quiet", 2*time.Minute, "how long the quiet behind it lasts; a beat or more (20s)")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if s.phones < 1 || s.rate < 1 || s.overlays < 1 || s.reconnectRate < 1 || *minutes < 1 {
		return fmt.Errorf("every number must be 1 or more")
	}
	s.whole = time.Duration(*minutes) * time.Minute
	dir, err := os.MkdirTemp("", "flood")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if s.program == "" {
		if s.program, err = buildDanmaku(ctx, dir); err != nil {
			return err
		}
	}
	return s.run(ctx, filepath.Join(dir, "data"))
}

// run prints a line for each load and the following quiet.
func (s soak) run(ctx context.Context, data string) error {
	heap := &collections{}
	p, err := startTraced(ctx, heap, []string{"GODEBUG=gctrace=1"}, s.program, data)
	if err != nil {
		return err
	}
	defer p.stop()
	pid := p.cmd.Process.Pid
	row := func(name string, loaded, quiet memory, shown, refused int) {
		fmt.Fprintf(s.out, "| %s | %d | %d | %d | %d | %d | %d | %d | %d |\n", name,
			loaded.resident>>20, loaded.heap, quiet.resident>>20, quiet.heap, quiet.anonymous>>20, quiet.descriptors, shown, refused)
	}
	fmt.Fprintf(s.out, "%d phones and %d comments a second for %v, then %v of quiet; MB\n\n", s.phones, s.rate, s.load, s.quiet)
	fmt.Fprintln(s.out, "| minute | resident, load | heap | resident, quiet | heap | of it anonymous | descriptors | shown | not shown |")
	fmt.Fprintln(s.out, "|---|---|---|---|---|---|---|---|---|")
	start := memoryOf(pid, heap)
	row("0", start, start, 0, 0)
	began := time.Now()
	for n := 0; time.Since(began) < s.whole; n++ {
		shown, refused, loaded, err := s.once(ctx, p, n, heap)
		if err != nil {
			return err
		}
		if err := sleep(ctx, s.quiet); err != nil {
			return err
		}
		row(strconv.Itoa(int(time.Since(began).Minutes())), loaded, memoryOf(pid, heap), shown, refused)
	}
	return nil
}

// once runs one load, and returns the memory at its end, while all clients are connected.
func (s soak) once(ctx context.Context, p *process, n int, heap *collections) (shown, refused int, loaded memory, err error) {
	reading, stop := context.WithCancel(ctx)
	defer stop()
	line := &timeline{gap: time.Second / time.Duration(s.rate), accepted: map[int]bool{}}
	overlays, err := newSwarm(p.base, p.path, s.overlays, line)
	if err != nil {
		return 0, 0, memory{}, err
	}
	overlays.resume = true
	if err := overlays.connect(reading); err != nil {
		return 0, 0, memory{}, err
	}
	defer overlays.close()
	phones, err := newSwarm(p.base, "/api/rooms/live/socket?role=audience", s.phones, line)
	if err != nil {
		stop()
		return 0, 0, memory{}, err
	}
	w := newWave(phones, line)
	w.first = n * 10_000_000
	if err := phones.connect(reading); err != nil {
		stop()
		return 0, 0, memory{}, err
	}
	defer phones.close()
	defer stop() // before the swarms are closed, because that waits for their readers
	if err := phones.greetAll(ctx, int64(s.phones), 30*time.Second); err != nil {
		return 0, 0, memory{}, err
	}
	sending, enough := context.WithTimeout(ctx, s.load)
	defer enough()
	left := make(chan struct{})
	go func() { defer close(left); overlays.churn(sending, s.reconnectRate) }()
	line.start = time.Now()
	w.run(sending)
	loaded = memoryOf(p.cmd.Process.Pid, heap)
	<-left
	shown = w.count("shown")
	return shown, int(w.offered.Load()) - shown, loaded, ctx.Err()
}

// memory is the memory of a process.
type memory struct {
	resident, anonymous int64 // bytes; anonymous leaves out mapped files
	heap                int64 // live megabytes after the last collection
	descriptors         int
}

func memoryOf(pid int, heap *collections) memory {
	m := memory{resident: resident(pid), heap: heap.live.Load()}
	if b, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid)); err == nil {
		for line := range strings.Lines(string(b)) {
			if f := strings.Fields(line); len(f) > 1 && f[0] == "Anonymous:" {
				kilobytes, _ := strconv.ParseInt(f[1], 10, 64)
				m.anonymous = kilobytes << 10
			}
		}
	}
	if list, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid)); err == nil {
		m.descriptors = len(list)
	}
	return m
}

// collections parses the runtime's report of each collection with GODEBUG=gctrace=1, and
// passes on all other lines.
type collections struct {
	live atomic.Int64 // megabytes after the last collection
	rest []byte
}

// Write receives the output of the process; one goroutine of os/exec calls it.
func (c *collections) Write(b []byte) (int, error) {
	c.rest = append(c.rest, b...)
	for {
		line, rest, ok := strings.Cut(string(c.rest), "\n")
		if !ok {
			return len(b), nil
		}
		c.rest = append(c.rest[:0], rest...)
		if live, ok := liveHeap(line); ok {
			c.live.Store(live)
			continue
		}
		if !strings.HasPrefix(line, "scvg") {
			fmt.Fprintln(os.Stderr, line)
		}
	}
}

// liveHeap parses the live heap in megabytes from a line of the runtime: "gc 7 @2.1s 0%: … ms
// cpu, 6->7->3 MB, 8 MB goal, …".
func liveHeap(line string) (int64, bool) {
	line, isGC := strings.CutPrefix(line, "gc ")
	sizes, _, found := strings.Cut(line, " MB, ")
	if !isGC || !found {
		return 0, false
	}
	parts := strings.Split(sizes[strings.LastIndexByte(sizes, ' ')+1:], "->")
	if len(parts) != 3 {
		return 0, false
	}
	live, err := strconv.ParseInt(parts[2], 10, 64)
	return live, err == nil
}
