// Release builds danmaku for every published system, so that the same commit always produces
// the same bytes, and tests the builds.
//
//	go run ./tools/release build    archives, packages, licences and checksums in dist/
//	go run ./tools/release twice    build, and again elsewhere with an empty cache: same checksums
//	go run ./tools/release check    start what this machine can start, and send a comment through it
//	go run ./tools/release manifests -home URL
//	                                manifests for Homebrew, Scoop, winget and the AUR, in dist/manifests
//	go run ./tools/release notice   print NOTICE as the imports require it
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	fs := flag.NewFlagSet("release", flag.ContinueOnError)
	dist := fs.String("dist", "dist", "folder of the archives")
	only := fs.String("only", "", "targets, as linux/arm64, by commas (default: all)")
	home := fs.String("home", "", "the project's page, such as https://github.com/owner/danmaku")
	if len(args) == 0 {
		return errors.New("say build, twice, check, manifests or notice")
	}
	if err := fs.Parse(args[1:]); err != nil {
		return err
	}
	chosen, err := choose(*only)
	if err != nil {
		return err
	}
	switch args[0] {
	case "build":
		return build(ctx, ".", *dist, "", *home, chosen, out)
	case "twice":
		return twice(ctx, *dist, *home, chosen, out)
	case "check":
		return check(ctx, *dist, chosen, out)
	case "manifests":
		return manifests(*dist, *home)
	case "notice":
		text, err := notice(ctx, ".")
		if err != nil {
			return err
		}
		_, err = io.WriteString(out, text)
		return err
	}
	return fmt.Errorf("%q: say build, twice, check, manifests or notice", args[0])
}

// twice builds into dist, then again from a clone of the repository in another folder with a
// separate build cache, and compares the checksums.
func twice(ctx context.Context, dist, home string, chosen []target, out io.Writer) error {
	if err := build(ctx, ".", dist, "", home, chosen, out); err != nil {
		return err
	}
	elsewhere, err := os.MkdirTemp("", "danmaku release, again ")
	if err != nil {
		return err
	}
	defer os.RemoveAll(elsewhere)
	clone := filepath.Join(elsewhere, "clone")
	if _, err := output(ctx, "", nil, "git", "clone", "--quiet", ".", clone); err != nil {
		return err
	}
	fmt.Fprintln(out, "again, in another folder and with an empty cache")
	again := filepath.Join(elsewhere, "dist")
	if err := build(ctx, clone, again, filepath.Join(elsewhere, "cache"), home, chosen, out); err != nil {
		return err
	}
	first, err := os.ReadFile(filepath.Join(dist, sumsFile))
	if err != nil {
		return err
	}
	second, err := os.ReadFile(filepath.Join(again, sumsFile))
	if err != nil {
		return err
	}
	if string(first) != string(second) {
		return fmt.Errorf("the two builds differ:\n%s\n%s", first, second)
	}
	fmt.Fprintf(out, "the same %d checksums twice\n", strings.Count(string(first), "\n"))
	return nil
}
