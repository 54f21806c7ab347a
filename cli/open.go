package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"danmaku/config"
	"danmaku/live/access"
	"danmaku/store"
)

// How long a second start waits for an answer of the first one, and how often it asks.
const (
	startsWithin = 10 * time.Second
	knockEvery   = 200 * time.Millisecond
)

// openCommand is `danmaku open`.
func openCommand() command {
	return command{
		name: "open", summary: "open the running server's console in the browser",
		about: "Opens the console of the running server in the browser, and prints its address with a\n" +
			"new code, which works once within ten minutes.",
		folder: true, also: []string{"lang"},
		run: func(ctx context.Context, env Env, in input) error { return openRunning(ctx, env, in.cfg, 0) },
	}
}

// openRunning opens the console of the server that runs on the data folder: the purpose of a
// second double-click. It waits for a server that is still starting. It only mentions a
// failure to open the browser, because it prints the URL anyway.
func openRunning(ctx context.Context, env Env, cfg config.Config, patience time.Duration) error {
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
		return config.Faultf(noServer, cfg.Data)
	}
	secret, err := store.Secret(cfg.Data)
	if err != nil {
		return err
	}
	// The code is made once the server is there, because it accepts no code from before its
	// start.
	address := base + "/console?code=" + access.NewKeys(secret).NewCode(time.Now())
	w := wordsIn(cfg.Lang, env.Environ)
	fmt.Fprintf(env.Out, "%s%s\n%s%s\n", w.console, address, w.under(), w.once)
	if err := env.Open(address); err != nil {
		fmt.Fprintln(env.Err, "danmaku: "+config.Faultf(noBrowser, err).In(spokenLang(cfg.Lang, env.Environ)))
	}
	return nil
}

// answering returns the URL at which the server of a data folder answers, or "".
func answering(ctx context.Context, data string) string {
	noted, err := os.ReadFile(filepath.Join(data, addressFile))
	if base := strings.TrimSpace(string(noted)); err == nil && answers(ctx, base) {
		return base
	}
	return ""
}
