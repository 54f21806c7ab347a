package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"danmaku/comment"
	"danmaku/config"
	"danmaku/export"
	"danmaku/live"
)

const replayUsage = `Usage: danmaku replay FILE [--room R] [--speed N] [--url U] [--key K]

Sends the comments of FILE (Bilibili XML, niconico XML or our JSON Lines) to a running server, each at its time.
Ctrl-C ends it with the account so far.

  --room R      room to send to (default live)
  --speed N     times as fast as it was; 0.01 to 1000000 (default 1)
  --url U       address of the server (default: the one that runs on the data folder)
  --key K       key of a sender link, better given as DANMAKU_KEY; without one, a
                link is made in the data folder and revoked at the end
  --data FOLDER the server's data folder, for that link
  --config FILE settings file
`

// senderLinks makes links for the HTTP API in a data folder.
type senderLinks interface {
	// New makes a sender link. revoke takes it back; it must be called.
	New(ctx context.Context, room, label string) (key string, revoke func(context.Context) error, err error)
	Close() error
}

// linkOpener opens the data folder that cfg names, beside a running server.
type linkOpener func(ctx context.Context, cfg config.Config) (senderLinks, error)

// replayOptions is what the command line of replay says.
type replayOptions struct {
	file  string
	room  string
	speed float64
	url   string // without a slash at the end
	key   string // empty: make a link
	cfg   config.Config
}

// replayCommand is `danmaku replay`: a client that sends the comments of a file
// to a server over HTTP, each at its time. It gives the exit code: 0 also when
// it was interrupted, since the account then printed is what was asked for; 1
// when the file is broken, nothing could be sent, or a comment failed.
func replayCommand(ctx context.Context, args, environ []string, out, errOut io.Writer, openLinks linkOpener) int {
	opt, err := replayFlags(args, environ)
	if errors.Is(err, config.ErrHelp) {
		fmt.Fprint(out, replayUsage)
		return 0
	}
	if err == nil {
		err = replay(ctx, opt, out, errOut, openLinks)
	}
	return finish(environment{out: out, err: errOut}, err)
}

func replay(ctx context.Context, opt replayOptions, out, errOut io.Writer, openLinks linkOpener) (err error) {
	items, report, err := readRecording(opt.file)
	if err != nil {
		return err
	}
	for i, d := range report.Malformed {
		if i == defectsTold {
			fmt.Fprintf(errOut, "danmaku: … and %d more like these\n", report.Unread-i)
			break
		}
		fmt.Fprintf(errOut, "danmaku: %s: line %d is skipped: %s\n", opt.file, d.Line, d.Message)
	}
	ownLink := opt.key == ""
	if ownLink {
		revoke, linkErr := opt.makeLink(ctx, openLinks)
		if linkErr != nil {
			return linkErr
		}
		defer func() { err = errors.Join(err, revoke()) }()
	}
	var run [6]byte
	rand.Read(run[:]) // never fails, see crypto/rand
	p := &postman{
		client: newReplayClient(), patience: 30 * time.Second,
		url: opt.url + "/api/rooms/" + opt.room + "/comments", key: opt.key,
		run: hex.EncodeToString(run[:]),
	}
	p.tally.skipped, p.tally.total = report.Skipped(), len(items)+report.Skipped()
	bar := newProgress(out, len(items))
	p.progress = bar.update

	begun := time.Now()
	err = live.NewPlayer(items, opt.speed, p.deliver).Play(ctx)
	bar.done()
	fmt.Fprintf(out, "%s to room %s in %v\n", filepath.Base(opt.file), opt.room, time.Since(begun).Round(100*time.Millisecond))
	p.tally.write(out, report)
	switch {
	case errors.Is(err, errUnauthorized) && ownLink:
		return fmt.Errorf("%w; the server at %s does not keep its data in %s, so give --data or --key", err, opt.url, opt.cfg.Data)
	case err != nil:
		return err
	case p.tally.failed > 0:
		return fmt.Errorf("%d comments failed; the last: %w", p.tally.failed, p.tally.lastFailure)
	}
	return nil
}

// readRecording reads a whole file before anything is sent.
func readRecording(path string) (tape, export.Report, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, export.Report{}, fmt.Errorf("the file cannot be read: %w", err)
	}
	defer f.Close()
	items, report, format, err := export.Read(f)
	if err != nil {
		return nil, export.Report{}, fmt.Errorf("%s: %w; nothing was sent", path, err)
	}
	shown, report := tapeOf(items, report, format)
	return shown, report, nil
}

// makeLink puts the key of a new sender link into opt. The function it gives
// takes the link back and closes the data folder.
func (opt *replayOptions) makeLink(ctx context.Context, openLinks linkOpener) (func() error, error) {
	// Opening would make a folder, and a link in it that no server knows.
	if _, err := os.Stat(opt.cfg.Data); err != nil {
		return nil, fmt.Errorf("there is no data folder %s to make a sender link in; name the server's with --data, or give --key", opt.cfg.Data)
	}
	links, err := openLinks(ctx, opt.cfg)
	if err != nil {
		return nil, fmt.Errorf("make a sender link: %w", err)
	}
	key, revoke, err := links.New(ctx, opt.room, "replay "+filepath.Base(opt.file))
	if errors.Is(err, comment.ErrNotFound) {
		err = fmt.Errorf("there is no room %s in %s", opt.room, opt.cfg.Data)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make a sender link: %w", err), links.Close())
	}
	opt.key = key
	return func() error {
		// The link goes also when the replay was interrupted.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		err := revoke(ctx)
		if err != nil {
			err = fmt.Errorf("the sender link of this replay is not revoked: %w; see danmaku link list", err)
		}
		return errors.Join(err, links.Close())
	}, nil
}

func replayFlags(args, environ []string) (opt replayOptions, err error) {
	fs := flag.NewFlagSet("replay", flag.ContinueOnError)
	fs.StringVar(&opt.room, "room", "live", "")
	speed := fs.String("speed", "1", "")
	fs.StringVar(&opt.url, "url", "", "")
	fs.StringVar(&opt.key, "key", "", "")
	cfg, rest, err := config.LoadCommand(fs, args, environ)
	if err != nil {
		return opt, err
	}
	var faults []error
	fault := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, config.Usagef(format, args...))
		}
	}
	fault(len(rest) == 1, "replay takes one FILE, got %d; see danmaku replay --help", len(rest))
	fault(comment.ValidRoomID(opt.room), "--room %q: use 1 to 32 of a-z, 0-9, - and _, beginning with a letter or digit", opt.room)
	opt.speed, err = strconv.ParseFloat(*speed, 64)
	fault(err == nil && !math.IsNaN(opt.speed) && opt.speed >= 0.01 && opt.speed <= 1e6, "--speed %q: write a number from 0.01 to 1000000", *speed)
	if opt.url == "" {
		opt.url, err = runningURL(cfg)
		fault(err == nil, "--url: %v", err)
	}
	u, err := url.Parse(opt.url)
	fault(err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.RawQuery == "" && u.Fragment == "",
		"--url %q: write the server's address, such as http://127.0.0.1:2333", opt.url)
	if len(faults) > 0 {
		return opt, errors.Join(faults...)
	}
	opt.file, opt.cfg, opt.url = rest[0], cfg, strings.TrimRight(opt.url, "/")
	for _, kv := range environ {
		if v, ok := strings.CutPrefix(kv, "DANMAKU_KEY="); ok && opt.key == "" {
			opt.key = v
		}
	}
	return opt, nil
}

// localURL is where a server on this machine answers that listens on listen.
func localURL(listen string) (string, error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil || port == "0" {
		return "", fmt.Errorf("the port of the server is not known; give its address")
	}
	if a, err := netip.ParseAddr(host); host == "" || err == nil && a.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port), nil
}

func newReplayClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = live.PlayWorkers
	return &http.Client{
		Transport: transport, Timeout: 30 * time.Second,
		// A redirect would turn the POST into a GET.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
