package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// metricsCommand compares the server's CPU for a million deliveries with --metrics and
// without, alternately.
func metricsCommand(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("flood metrics", flag.ContinueOnError)
	program := flags.String("program", "", "the danmaku to measure; built from this folder when empty")
	rounds := flags.Int("rounds", 9, "of each, in turn")
	measure := flags.Duration("measure", 5*time.Second, "how long each is measured")
	clients := flags.Int("clients", 1000, "overlays")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *rounds < 1 || *measure < time.Second || *clients < 1 {
		return errors.New("-rounds and -clients: 1 or more; -measure: 1s or more")
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
	cost := map[bool][]time.Duration{}
	for n := range 2 * *rounds {
		on := n%4 == 1 || n%4 == 2 // off, on, on, off: neither is always the second
		var more []string
		if on {
			more = []string{"--metrics", "127.0.0.1:0"}
		}
		p, err := startOurs(ctx, *program, filepath.Join(dir, fmt.Sprint("data", n)), more...)
		if err != nil {
			return err
		}
		r, err := try(ctx, p, load{clients: *clients, rate: 100, workers: 4, measure: *measure})
		p.stop()
		if err != nil {
			return err
		}
		cost[on] = append(cost[on], r.perMillion)
	}
	for _, list := range cost {
		slices.Sort(list)
	}
	off, on := cost[false][*rounds/2], cost[true][*rounds/2]
	fmt.Printf("%d overlays, 100 comments a second, medians of %d rounds of each in turn\n\n| metrics | CPU s / million deliveries | least | most |\n|---|---|---|---|\n", *clients, *rounds)
	for _, is := range []bool{false, true} {
		list := cost[is]
		fmt.Printf("| %s | %.3f | %.3f | %.3f |\n", map[bool]string{false: "off", true: "on"}[is], list[len(list)/2].Seconds(), list[0].Seconds(), list[len(list)-1].Seconds())
	}
	fmt.Printf("\non : off %.3f\n", float64(on)/float64(off))
	return nil
}
