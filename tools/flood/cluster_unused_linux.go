package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// unusedRounds is how often each build is measured for each of -rounds, because the difference
// is small.
const unusedRounds = 2

// unusedCost is the processor time of one process.
type unusedCost struct{ delivery, comment []float64 } // ns

// benchUnused measures the cost of the cluster's code on a single machine, alternating with a
// build without it. It counts processor time, which depends less on the machine's other
// activity.
func benchUnused(ctx context.Context, dir, with string, rounds int) error {
	without := filepath.Join(dir, "without")
	if err := goTool(ctx, "nocluster", "build", "-trimpath", "-o", without, "."); err != nil {
		return err
	}
	programs := map[bool]string{true: with, false: without}
	costs := map[bool]*unusedCost{true: {}, false: {}}
	first := 0
	for n := range 2 * rounds * unusedRounds {
		present := n%4 == 0 || n%4 == 3 // with, without, without, with: neither is always the second
		if err := costs[present].add(ctx, programs[present], filepath.Join(dir, fmt.Sprint("unused", n)), &first); err != nil {
			return err
		}
		c := costs[present]
		fmt.Fprintf(os.Stderr, "with a cluster's code: %v: a delivery %.0f ns, a comment %.1f µs\n", present, c.delivery[len(c.delivery)-1], c.comment[len(c.comment)-1]/1e3)
	}
	fmt.Printf("The code of a cluster, present and not used, beside a build with the tag nocluster; medians of %d of each.\n\n", rounds*unusedRounds)
	fmt.Println("| | with | without | with : without (at most 1.03) |\n|---|---|---|---|")
	var missed []error
	row := func(name string, a, b float64) {
		fmt.Printf("| %s | %v | %v | %.3f |\n", name, time.Duration(a).Round(time.Nanosecond), time.Duration(b).Round(time.Nanosecond), a/b)
		if a/b > mostUnused {
			missed = append(missed, fmt.Errorf("%s costs %.3f times what it costs without the code of a cluster", name, a/b))
		}
	}
	row("fan-out, a delivery to one of 1,000 overlays", median(costs[true].delivery), median(costs[false].delivery))
	row("a comment of 512 phones, with the journal", median(costs[true].comment), median(costs[false].comment))
	return errors.Join(append(missed, benchSizes(ctx, dir))...)
}

// add measures one process.
func (c *unusedCost) add(ctx context.Context, program, data string, first *int) error {
	p, err := startOurs(ctx, program, data, noLimits...)
	if err != nil {
		return err
	}
	defer p.stop()
	r, err := try(ctx, p, load{clients: 1000, rate: 100, workers: 4, measure: measuredFor})
	if err != nil {
		return err
	}
	w := &way{addrs: []string{p.base}}
	before, numbers := cpu(p.cmd.Process.Pid), *first
	if _, err := w.measure(ctx, 0, first); err != nil {
		return err
	}
	c.delivery = append(c.delivery, float64(r.perMillion)/1e6)
	c.comment = append(c.comment, float64(cpu(p.cmd.Process.Pid)-before)/float64(*first-numbers))
	return nil
}

// benchSizes compares the sizes of the release programs.
func benchSizes(ctx context.Context, dir string) error {
	with, err := sizeOf(ctx, dir, "")
	if err != nil {
		return err
	}
	without, err := sizeOf(ctx, dir, "nocluster")
	if err != nil {
		return err
	}
	fmt.Printf("\nThe program, stripped: %.1f MB with, %.1f MB without: %.1f MB more (at most 13).\n", float64(with)/(1<<20), float64(without)/(1<<20), float64(with-without)/(1<<20))
	deps, err := exec.CommandContext(ctx, "go", "list", "-deps", "-tags", "nocluster", ".").Output()
	switch {
	case err != nil:
		return fmt.Errorf("list what a build without a cluster has: %w", err)
	case strings.Contains(string(deps), "github.com/nats-io/"):
		return errors.New("a build with the tag nocluster has NATS in it")
	case with-without > mostBytes:
		return fmt.Errorf("the program is %d bytes larger", with-without)
	}
	return nil
}

// sizeOf returns the size of the release program, with a tag or without.
func sizeOf(ctx context.Context, dir, tag string) (int64, error) {
	program := filepath.Join(dir, "size"+tag)
	if err := goTool(ctx, tag, "build", "-trimpath", "-ldflags", "-s -w", "-o", program, "."); err != nil {
		return 0, err
	}
	info, err := os.Stat(program)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func goTool(ctx context.Context, tag, what string, args ...string) error {
	cmd := exec.CommandContext(ctx, "go", append([]string{what, "-tags=" + tag}, args...)...)
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("go %s with the tags %q: %w", what, tag, err)
	}
	return nil
}
