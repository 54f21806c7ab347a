// Command danmaku puts an audience's live comments on a stream: phones write,
// comments fly over the picture, moderators run the room. One program serves
// everything; docs/dev/architecture.md says what lives where.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"danmaku/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(cli.Run(ctx, cli.Env{
		Args: os.Args[1:], Environ: os.Environ(), In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		Clicked: cli.DoubleClicked(os.Args), Open: cli.OpenBrowser,
	}, pages()))
}
