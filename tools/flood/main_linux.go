// Flood puts a server under load and reports the result: thousands of clients whose frame
// reader costs less than the server's writing, on one machine with the server.
//
//	flood bench             every table of docs/dev/performance.md, with machine, date and commit
//	flood run   -url U …    load on a server that runs already
//	flood resume            clients that come back from far behind, beside a moderator
//	flood share             one address floods a room; the outcome of everybody's comments
//	flood soak              load and quiet in turn for an hour; the memory that remains
//	flood promises          kills, a full disk, hostile clients, chats and a replay at once; lost or doubled comments
//	flood cluster           three machines as one, killed, frozen and restarted; lost or doubled comments
//	flood hostile           waiting times of innocent phones, alternately quiet and beside each attack
//	flood metrics           the CPU of a delivery with --metrics and without, in turn
//	flood chats             a chat of 300 messages a second: alone, or beside phones
//	flood serve bare|melody the baselines
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
	usage := errors.New("say flood bench, flood run, flood resume, flood share, flood soak, flood promises, flood cluster, flood hostile, flood metrics, flood chats or flood serve; each has -help")
	if len(args) == 0 {
		return usage
	}
	// These measure a build of this folder, so every table names the machine and the commit.
	measured := map[string]func(context.Context, []string) error{
		"resume": resumeCommand, "share": shareCommand, "soak": soakCommand, "hostile": hostileCommand,
		"metrics": metricsCommand, "promises": promisesCommand, "cluster": clusterCommand, "chats": chatsCommand,
	}
	switch args[0] {
	case "bench":
		return benchCommand(ctx, args[1:]) // prints them itself
	case "run":
		return runCommand(ctx, args[1:])
	case "serve":
		return serveCommand(ctx, args[1:])
	}
	run, ok := measured[args[0]]
	if !ok {
		return usage
	}
	fmt.Println(about(ctx, "", args))
	return run(ctx, args[1:])
}
