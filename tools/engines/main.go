// Command engines fetches the old Chromiums for tests from npm, by exact version and hash: go
// run ./tools/engines [NAME ...]. Without names it fetches all.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"danmaku/e2e/browser/engine"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	names := os.Args[1:]
	if len(names) == 0 {
		names = engine.Packed
	}
	for _, name := range names {
		if err := engine.Fetch(ctx, name); err != nil {
			fmt.Fprintf(os.Stderr, "engines: %s: %v\n", name, err)
			os.Exit(1)
		}
	}
}
