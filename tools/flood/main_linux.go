// Flood puts a server under load and tells what became of it: thousands of
// clients with a frame reader of their own that costs less than the server's
// writing, on one machine with the server.
//
//	flood bench [-quick]    ours, the bare loop and plain melody in turn; a table
//	flood run   -url U …    load on a server that runs already
//	flood serve bare|melody what ours is measured against
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command(ctx, os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "flood:", err)
		os.Exit(1)
	}
}

func command(ctx context.Context, args []string) error {
	usage := errors.New("say flood bench, flood run or flood serve; each has -help")
	if len(args) == 0 {
		return usage
	}
	switch args[0] {
	case "bench":
		return benchCommand(ctx, args[1:])
	case "run":
		return runCommand(ctx, args[1:])
	case "serve":
		return serveCommand(ctx, args[1:])
	}
	return usage
}
