package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"danmaku/config"
)

// A second start gives the first so long to answer, and asks so often.
const (
	startsWithin = 10 * time.Second
	knockEvery   = 200 * time.Millisecond
)

// openCommand is `danmaku open`.
func openCommand(ctx context.Context, env environment) error {
	cfg, rest, err := config.LoadCommand(flag.NewFlagSet("danmaku open", flag.ContinueOnError), env.args, env.environ, "lang")
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return config.Usagef("danmaku open: %q is one word too many", rest[0])
	}
	return openRunning(ctx, env, cfg, 0)
}

// openRunning shows the console of the server that runs on the data folder: what
// a second double-click wants. A server that is still starting is waited for.
// That no browser can be asked is only told, since the address stands there.
func openRunning(ctx context.Context, env environment, cfg config.Config, patience time.Duration) error {
	base := answering(ctx, cfg.Data)
	again := time.NewTicker(knockEvery)
	defer again.Stop()
	for ; base == "" && patience > 0; patience -= knockEvery {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-again.C:
			base = answering(ctx, cfg.Data)
		}
	}
	if base == "" {
		return fmt.Errorf("no running danmaku answers for the data folder %s; start it, or name its folder with --data", cfg.Data)
	}
	d, err := openDesk(ctx, cfg)
	if err != nil {
		return err
	}
	// Made now, when the server is there: it takes no code from before its start.
	address := base + "/console?code=" + d.Keys.NewCode(d.Now())
	if err := d.Close(); err != nil {
		return err
	}
	w := wordsIn(cfg.Lang, env.environ)
	fmt.Fprintf(env.out, "%s%s\n%s%s\n", w.console, address, w.under(), w.once)
	if err := env.open(address); err != nil {
		fmt.Fprintf(env.err, "danmaku: open that address yourself; the browser could not be asked: %v\n", err)
	}
	return nil
}

// answering is where the server of a data folder answers, or nothing.
func answering(ctx context.Context, data string) string {
	noted, err := os.ReadFile(filepath.Join(data, addressFile))
	if base := strings.TrimSpace(string(noted)); err == nil && answers(ctx, base) {
		return base
	}
	return ""
}
