// Command measure runs another command, for example a benchmark of `go test`, and writes its
// conditions above its output: the time, the machine, its load and the commit.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"

	"danmaku/tools/about"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run runs the command in args and returns its exit code.
func run(ctx context.Context, args []string, out, errs io.Writer) int {
	if len(args) == 0 {
		fmt.Fprintln(errs, "measure: write a command, for example: measure go test -run '^$' -bench . ./store")
		return 2
	}
	fmt.Fprintf(out, "%s\n\n", about.Line(ctx, args[0], args[1:]))
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, out, errs
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return exit.ExitCode()
	}
	if err != nil {
		fmt.Fprintln(errs, "measure:", err)
		return 1
	}
	return 0
}
