package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"danmaku/config"
)

// healthWithin bounds the request of `danmaku health`. Docker allows a health check 30 seconds
// by default.
const healthWithin = 5 * time.Second

// healthCommand is `danmaku health`.
func healthCommand() command {
	return command{
		name: "health", summary: "ask the running server whether it can accept comments",
		about: "Asks the server that uses the data folder whether it can save comments. Prints ready and\n" +
			"exits with 0, or prints the problem and exits with 1. Made for health checks of\n" +
			"containers, which have no curl.",
		folder: true, run: health,
	}
}

func health(ctx context.Context, env Env, in input) error {
	if isWitness(in.cfg.Data) {
		return witnessHealth(ctx, env, in.cfg)
	}
	noted, err := os.ReadFile(filepath.Join(in.cfg.Data, addressFile))
	if err != nil {
		return config.Faultf(noServer, in.cfg.Data)
	}
	switch code, said := ready(ctx, strings.TrimSpace(string(noted))); code {
	case 0:
		return config.Faultf(noServer, in.cfg.Data)
	case http.StatusOK:
		fmt.Fprintln(env.Out, said)
		return nil
	default:
		return config.Faultf(notReady, said)
	}
}

// ready asks the server at base on this machine whether it can store comments. code is the
// HTTP status, or 0 without an answer.
func ready(ctx context.Context, base string) (code int, said string) {
	ctx, cancel := context.WithTimeout(ctx, healthWithin)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/readyz", nil)
	if err != nil {
		return 0, ""
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil // the server is on this machine
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport}).Do(r)
	if err != nil {
		return 0, ""
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	if err != nil {
		return 0, ""
	}
	return resp.StatusCode, strings.TrimSpace(string(text))
}
