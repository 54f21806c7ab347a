// Command danmaku puts an audience's live comments on a stream: phones write,
// comments fly over the picture, moderators run the room. One program serves
// everything; docs/architecture.md says what lives where.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"danmaku/config"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	clicked := doubleClicked(os.Args)
	code := run(ctx, environment{
		args: os.Args[1:], environ: os.Environ(), in: os.Stdin, out: os.Stdout, err: os.Stderr,
		clicked: clicked, open: openBrowser,
	})
	stop()
	if clicked && code != exitDone {
		holdWindow(os.Stdin, os.Stderr)
	}
	os.Exit(code)
}

// environment is everything of the outside world that a command may use.
type environment struct {
	args     []string // after the command's name
	environ  []string // as os.Environ gives it
	in       io.Reader
	out, err io.Writer
	clicked  bool                       // started from the desktop, not in a terminal
	open     func(address string) error // shows an address in the browser
}

// Exit codes, see docs/protocol.md.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// run is the program: it returns the exit code.
func run(ctx context.Context, env environment) int {
	name := "serve"
	if len(env.args) > 0 && !strings.HasPrefix(env.args[0], "-") {
		name, env.args = env.args[0], env.args[1:]
	}
	switch name {
	case "serve":
		return finish(env, serveCommand(ctx, env))
	case "open":
		return finish(env, told(env, name, openCommand(ctx, env)))
	case "link":
		return finish(env, told(env, name, linkCommand(ctx, env)))
	case "obs":
		return finish(env, told(env, name, obsCommand(ctx, env)))
	case "replay":
		return replayCommand(ctx, env.args, env.environ, env.out, env.err, openSenderLinks)
	case "export":
		return finish(env, exportCommand(ctx, env))
	case "backup":
		return finish(env, told(env, name, backupCommand(ctx, env)))
	case "check":
		return checkCommand(env.args, env.in, env.out, env.err)
	case "help":
		return finish(env, helpCommand(env))
	}
	if !slices.Contains(commands, name) {
		return finish(env, config.Usagef("%s", noCommand(name)))
	}
	if asksHelp(env.args) {
		return finish(env, told(env, name, config.ErrHelp))
	}
	switch name { // those that take nothing
	case "config":
		fmt.Fprint(env.out, config.Table())
		return exitDone
	case "version":
		return finish(env, versionCommand(ctx, env))
	}
	return exitDone
}

var commands = []string{"serve", "open", "obs", "link", "replay", "export", "backup", "check", "config", "version", "help"}

// noCommand says what there is in place of a word that is no command.
func noCommand(word string) string {
	return fmt.Sprintf("%q is not a command; there are %s. See danmaku help.", word, strings.Join(commands, ", "))
}

// finish turns an error into lines on standard error and an exit code.
func finish(env environment, err error) int {
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(env.out, help())
		return exitDone
	}
	for line := range strings.Lines(err.Error()) {
		fmt.Fprintln(env.err, "danmaku: "+strings.TrimRight(line, "\n"))
	}
	if errors.Is(err, config.ErrUsage) {
		return exitUsage
	}
	return exitFailed
}
