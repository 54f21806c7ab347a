package cli

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"danmaku/client"
	"danmaku/config"
	"danmaku/export"
	"danmaku/live/replay"
	"danmaku/room"
)

// senderLinks creates links for the HTTP API in a data folder.
type senderLinks interface {
	// New creates a sender link. revoke removes it; it must be called.
	New(ctx context.Context, room, label string) (key string, revoke func(context.Context) error, err error)
	Close() error
}

// linkOpener opens the data folder that cfg names, even while its server runs.
type linkOpener func(ctx context.Context, cfg config.Config) (senderLinks, error)

// replayOptions are the options of the command line of replay.
type replayOptions struct {
	file   string
	room   string
	speed  float64
	strict bool
	url    string // without a trailing slash
	key    string // empty: create a link
	cfg    config.Config
	assets fs.FS // has the sentences of faults in files; may be nil
	lang   config.Lang
}

// replayCommand is `danmaku replay`: a client that sends the comments of a file to a server
// over HTTP, each at its time. It returns the exit code: 0 also after an interruption, because
// the summary printed then is what the user wanted; 1 if the file is broken, nothing could be
// sent, or a comment failed.
func replayCommand() command {
	return command{
		name: "replay", summary: "send the comments of a file to a room, each at its time", args: "FILE",
		about: "Sends the comments of FILE to a running server, each at its time. FILE may be Bilibili\n" +
			"XML (also from live recorders) or seg.so, niconico XML or JSON, .live_chat.json from\n" +
			"yt-dlp, JSON from TwitchDownloader, chat-downloader, dandanplay, DPlayer, ArtPlayer or\n" +
			"AcFun, our own JSON Lines or CSV, or any of these compressed with gzip. Of a damaged\n" +
			"file, the readable comments are sent. Ctrl-C stops the replay and prints the summary.",
		flags: []flagInfo{
			{name: "room", value: "R", help: "room to send to", def: firstRoom},
			{name: "speed", value: "N", help: "speed relative to the original, 0.01 to 1000000", def: "1"},
			{name: "strict", help: "send nothing if the file is damaged or incomplete"},
			{name: "url", value: "U", help: "address of the server; by default the one that uses the data folder"},
			{name: "key", value: "K", help: "key of a sender link, better set as DANMAKU_KEY; without a key, the\ncommand makes a link in the data folder and revokes it at the end"},
		},
		folder: true,
		run: func(ctx context.Context, env Env, in input) error {
			opt, err := replayFlags(in, env.Environ)
			if err != nil {
				return err
			}
			opt.assets, opt.lang = env.assets, langIn(env)
			if env.links == nil {
				env.links = openSenderLinks
			}
			return sendRecording(ctx, opt, env.Out, env.Err, env.links)
		},
	}
}

func sendRecording(ctx context.Context, opt replayOptions, out, errOut io.Writer, openLinks linkOpener) (err error) {
	items, report, err := readRecording(opt.file, opt.strict, opt.assets)
	if err != nil {
		return err
	}
	opt.reportDefects(errOut, report)
	if len(items) == 0 {
		return opt.nothingPlayable(report)
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
		sender: client.NewSender(opt.url, opt.room, opt.key, replay.Workers), timeout: 30 * time.Second,
		run: hex.EncodeToString(run[:]),
	}
	p.tally.skipped, p.tally.total = report.Skipped(), len(items)+report.Skipped()
	bar := newProgress(out, len(items))
	p.progress = bar.update

	begun := time.Now()
	err = replay.NewPlayer(items, opt.speed, p.deliver).Play(ctx)
	bar.done()
	fmt.Fprintf(out, "%s to room %s in %v\n", printable(filepath.Base(opt.file)), opt.room, time.Since(begun).Round(100*time.Millisecond))
	p.tally.write(out, report)
	switch {
	case errors.Is(err, errUnauthorized) && ownLink:
		return config.Faultf(otherDataThere, err, opt.url, opt.cfg.Data)
	case err != nil:
		return err
	case p.tally.failed > 0:
		return fmt.Errorf("%d comments failed; the last: %w", p.tally.failed, p.tally.lastFailure)
	}
	return nil
}

// reportDefects prints what is wrong with the file, a line for each defect and note.
func (opt replayOptions) reportDefects(errOut io.Writer, report export.Report) {
	for i, d := range report.Malformed {
		if i == replay.DefectsNamed {
			fmt.Fprintln(errOut, "danmaku: "+config.Faultf(skippedMore, report.Unread-i).In(opt.lang))
			break
		}
		why := d
		why.Line = 0 // the surrounding sentence has the place
		fmt.Fprintln(errOut, "danmaku: "+config.Faultf(skippedAt, printable(opt.file), d.Line, d.Column, recordingFault(opt.assets, &why)).In(opt.lang))
	}
	for _, n := range report.Notes {
		fmt.Fprintln(errOut, "danmaku: "+config.Faultf(noteOnFile, printable(opt.file), recordingFault(opt.assets, &n)).In(opt.lang))
	}
}

// nothingPlayable returns the error for a file without a comment to send: what it has
// instead.
func (opt replayOptions) nothingPlayable(report export.Report) error {
	why := func(lang config.Lang) string {
		var all []string
		for _, f := range report.Account() {
			all = append(all, config.Localize(recordingFault(opt.assets, &f), lang))
		}
		if report.Unread > 0 {
			all = append(all, config.Faultf(someUnread, report.Unread).In(lang))
		}
		if len(all) == 0 {
			all = []string{config.Faultf(noneThere).In(lang)}
		}
		return strings.Join(all, ", ")
	}
	return config.Faultf(nothingToPlay, opt.file, config.Written(why(config.English), why(config.Chinese), why(config.Japanese)))
}

// readRecording reads a whole file before anything is sent.
func readRecording(path string, strict bool, assets fs.FS) (replay.Items, export.Report, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, export.Report{}, err
	}
	defer f.Close()
	items, report, format, err := export.Read(f, export.ReadOptions{Strict: strict})
	if err != nil {
		return nil, export.Report{}, config.Faultf(playedFault, path, recordingFault(assets, err))
	}
	shown, report := replay.ItemsOf(items, report, format)
	return shown, report, nil
}

// recordingFault returns the fault of a file with the console's sentences for it in other
// languages.
func recordingFault(assets fs.FS, err error) error {
	fault, ok := errors.AsType[*room.Fault](err)
	if !ok || assets == nil {
		return err
	}
	in := func(lang config.Lang, place string) string {
		sentence := err.Error()
		words := pageWords(assets, "console", lang)
		if words == nil {
			return sentence
		}
		var of func(code string) string
		of = func(code string) string {
			s, ok := words["tape_"+code].(string)
			if !ok {
				return fault.Message
			}
			s = strings.NewReplacer("{word}", fault.Word, "{other}", fault.Other, "{n}", strconv.Itoa(fault.N), "{line}", strconv.Itoa(fault.OfLine),
				"{column}", strconv.Itoa(fault.OfColumn)).Replace(s)
			if strings.Contains(s, "{why}") {
				s = strings.ReplaceAll(s, "{why}", of(fault.Why))
			}
			return strings.TrimRight(s, "。")
		}
		sentence = of(fault.Code)
		if fault.Line > 0 {
			sentence = fmt.Sprintf(place, fault.Line, max(fault.Column, 1)) + sentence
		}
		return sentence
	}
	return config.Written(err.Error(), in(config.Chinese, "第 %d 行第 %d 列："), in(config.Japanese, "%d 行 %d 桁：")+"。")
}

// makeLink stores the key of a new sender link in opt. The function it returns revokes the
// link and closes the data folder.
func (opt *replayOptions) makeLink(ctx context.Context, openLinks linkOpener) (func() error, error) {
	// Opening would create a folder, and a link in it that no server knows.
	if _, err := os.Stat(opt.cfg.Data); err != nil {
		return nil, config.Faultf(senderFolder, opt.cfg.Data)
	}
	links, err := openLinks(ctx, opt.cfg)
	if err != nil {
		return nil, config.Faultf(senderNotMade, spoken(err))
	}
	key, revoke, err := links.New(ctx, opt.room, "replay "+filepath.Base(opt.file))
	if errors.Is(err, room.ErrNotFound) {
		return nil, errors.Join(config.Faultf(senderRoom, opt.room, opt.cfg.Data), links.Close())
	}
	if err != nil {
		return nil, errors.Join(config.Faultf(senderNotMade, spoken(err)), links.Close())
	}
	opt.key = key
	return func() error {
		// The link is revoked even if the replay was interrupted.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		err := revoke(ctx)
		if err != nil {
			err = config.Faultf(senderLeft, err)
		}
		return errors.Join(err, links.Close())
	}, nil
}

func replayFlags(in input, environ []string) (opt replayOptions, err error) {
	cfg, speed := in.cfg, in.value("speed")
	opt = replayOptions{file: in.args[0], cfg: cfg, room: in.value("room"), strict: in.on("strict"), url: in.value("url"), key: in.value("key")}
	var faults faults
	fault := func(ok bool, s config.Sentence, args ...any) {
		if !ok {
			faults.add(s, args...)
		}
	}
	fault(room.ValidID(opt.room), badRoom, opt.room)
	opt.speed, err = strconv.ParseFloat(speed, 64)
	fault(err == nil && !math.IsNaN(opt.speed) && opt.speed >= 0.01 && opt.speed <= 1e6, badSpeed, speed)
	if opt.url == "" {
		opt.url, err = runningURL(cfg)
		fault(err == nil, badReplayURL, err)
	}
	u, err := url.Parse(opt.url)
	fault(err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.RawQuery == "" && u.Fragment == "",
		badURL, opt.url)
	if err := faults.err(); err != nil {
		return opt, err
	}
	opt.url = strings.TrimRight(opt.url, "/")
	for _, kv := range environ {
		if v, ok := strings.CutPrefix(kv, "DANMAKU_KEY="); ok && opt.key == "" {
			opt.key = v
		}
	}
	return opt, nil
}

// localURL returns the URL on this machine of a server that listens on listen.
func localURL(listen string) (string, error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil || port == "0" {
		return "", config.Faultf(unknownPort)
	}
	if a, err := netip.ParseAddr(host); host == "" || err == nil && a.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port), nil
}
