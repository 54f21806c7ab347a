package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// shareFlood is one address that floods a room with made-up identities, and people who send at
// a normal rate.
type shareFlood struct {
	program            string
	identities, rate   int           // of the flood, and its comments a second
	people, neighbours int           // at their own addresses, and at the flood's
	pause              time.Duration // between two comments of a person
	measure            time.Duration
}

// shareCommand measures how much of a room a flood leaves to others.
func shareCommand(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("flood share", flag.ContinueOnError)
	var f shareFlood
	flags.StringVar(&f.program, "program", "", "the danmaku to measure; built from this folder when empty")
	flags.IntVar(&f.identities, "identities", 200, "identities of the flood")
	flags.IntVar(&f.rate, "rate", 200, "comments a second of the flood")
	flags.IntVar(&f.people, "people", 60, "people at addresses of their own, up to 250")
	flags.IntVar(&f.neighbours, "neighbours", 20, "people at the flood's address")
	flags.DurationVar(&f.pause, "pause", 3*time.Second, "between two comments of a person")
	flags.DurationVar(&f.measure, "measure", time.Minute, "how long the flood lasts")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if f.identities < 1 || f.rate < 1 || f.neighbours < 1 || f.people < 1 || f.people > 250 {
		return fmt.Errorf("-people: use 1 to 250; all other numbers: 1 or more")
	}
	dir, err := os.MkdirTemp("", "flood")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if f.program == "" {
		if f.program, err = buildDanmaku(ctx, dir); err != nil {
			return err
		}
	}
	return f.run(ctx, filepath.Join(dir, "data"))
}

func (f shareFlood) run(ctx context.Context, data string) error {
	p, err := startOurs(ctx, f.program, data, asShipped...)
	if err != nil {
		return err
	}
	defer p.stop()
	reading, stop := context.WithCancel(ctx)
	defer stop()
	flooding := [4]byte{127, 0, 1, 1}
	groups := []struct {
		name    string
		clients int
		gap     time.Duration
		from    func(i int) [4]byte
	}{
		{"the flood", f.identities, time.Second / time.Duration(f.rate), func(int) [4]byte { return flooding }},
		{"people at its address", f.neighbours, f.pause / time.Duration(f.neighbours), func(int) [4]byte { return flooding }},
		{"people elsewhere", f.people, f.pause / time.Duration(f.people), func(i int) [4]byte { return [4]byte{127, 0, 2, byte(1 + i)} }},
	}
	var waves []*wave
	for i, g := range groups {
		line := &timeline{gap: g.gap, accepted: map[int]bool{}}
		s, err := newSwarm(p.base, "/api/rooms/live/socket?role=audience", g.clients, line)
		if err != nil {
			return err
		}
		s.from = g.from
		w := newWave(s, line)
		w.first = i * 10_000_000
		if err := s.connect(reading); err != nil {
			return err
		}
		if err := s.greetAll(ctx, int64(g.clients), 30*time.Second); err != nil {
			return err
		}
		waves = append(waves, w)
	}
	sending, enough := context.WithTimeout(ctx, f.measure)
	defer enough()
	var all sync.WaitGroup
	for _, w := range waves {
		w.line.start = time.Now()
		all.Go(func() { w.run(sending) })
	}
	all.Wait()
	stop()
	fmt.Printf("| %d identities at %d a second from one address, %v | sent | shown | share | a second |\n|---|---|---|---|---|\n", f.identities, f.rate, f.measure)
	for i, w := range waves {
		w.close()
		sent, shown := w.offered.Load(), w.count("shown")
		fmt.Printf("| %s | %d | %d | %.1f %% | %.1f |\n", groups[i].name, sent, shown, 100*float64(shown)/float64(max(sent, 1)), float64(shown)/f.measure.Seconds())
	}
	return nil
}
