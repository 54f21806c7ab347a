package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"danmaku/comment"
	"danmaku/config"
	"danmaku/export"
	"danmaku/server"
	"danmaku/store"
)

const exportUsage = `Usage: danmaku export --room R --format F [--out FILE]

Writes the comments of a room to a file, beside a running server.

  --room R       room (default live)
  --format F     bilibili-xml, ass, niconico-xml, jsonl or csv
  --out FILE     file to write; - is standard output (default)
  --from TIME    leave out what came before, as 2026-11-21T20:00:00+01:00 or in ms since 1970
  --to TIME      leave out this moment and what came after
  --zero WHEN    beginning of the recording: recording (when OBS last began to record,
                 else to stream), first (the first comment) or a TIME; default: recording
                 when OBS told of one, else first
  --early WHAT   comments from before the beginning, or while the recording was paused:
                 drop or clamp (to the beginning, to the moment of the pause); default:
                 drop, but jsonl and csv keep them, early ones with their negative time
  --all          held, refused and removed comments, too
  --status LIST  only these: shown, held, refused, removed, by commas
  --bom          begin a CSV file with a byte order mark, for old Excel
  --data FOLDER  the server's data folder
  --config FILE  settings file
`

// exportParams are what both the command and the HTTP call can say.
var exportParams = []string{"format", "from", "to", "zero", "early", "status", "all", "bom"}

// archive is server.Archive over the store.
type archive struct{ db *store.Store }

var _ server.Archive = archive{}

// AddMoment implements server.Archive.
func (a archive) AddMoment(ctx context.Context, m comment.Moment) error {
	return a.db.AddMoment(ctx, m)
}

// Export implements server.Archive.
func (a archive) Export(ctx context.Context, room string, query url.Values) (server.Download, error) {
	p, err := a.prepare(ctx, room, query)
	if err != nil {
		return server.Download{}, err
	}
	return server.Download{
		Name:      room + time.Now().Format("-2006-01-02") + p.format.Suffix(),
		MediaType: p.format.MediaType(), Count: p.count, Early: p.early, Paused: p.paused,
		Write: func(ctx context.Context, w io.Writer) error {
			_, err := p.write(ctx, w, nil)
			return err
		},
	}, nil
}

// exportPlan is an export that can be written.
type exportPlan struct {
	db     *store.Store
	room   string
	format export.Format
	query  comment.Archive
	opt    export.Options
	count  int // selected
	early  int // those of them from before the beginning
	paused int // those of them that came while the recording was paused
}

// prepare reads what is asked for and looks the beginning up.
func (a archive) prepare(ctx context.Context, room string, query url.Values) (p exportPlan, err error) {
	var faults []string
	bad := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	moment := func(name string) (t time.Time) {
		if v := query.Get(name); v != "" {
			if t, err = parseMoment(v); err != nil {
				bad("%s %q: write a time as 2026-11-21T20:00:00+01:00 or in ms since 1970", name, v)
			}
		}
		return t
	}
	p = exportPlan{db: a.db, room: room, format: export.Format(query.Get("format"))}
	p.query.From, p.query.To = moment("from"), moment("to")
	p.opt = export.Options{Room: room, Early: export.Early(query.Get("early")), BOM: set(query, "bom")}
	if !p.format.Valid() {
		bad("format %q: use bilibili-xml, ass, niconico-xml, jsonl or csv", p.format)
	}
	if e := p.opt.Early; e != export.EarlyDefault && e != export.EarlyDrop && e != export.EarlyClamp {
		bad("early %q: use drop or clamp", e)
	}
	for _, word := range strings.FieldsFunc(query.Get("status"), func(r rune) bool { return r == ',' }) {
		switch st := comment.Status(word); st {
		case comment.Shown, comment.Held, comment.Refused, comment.Removed:
			p.query.Statuses = append(p.query.Statuses, st)
		default:
			bad("status %q: use shown, held, refused or removed", word)
		}
	}
	if set(query, "all") {
		p.query.Statuses = []comment.Status{comment.Shown, comment.Held, comment.Refused, comment.Removed}
	}
	zero := query.Get("zero")
	if zero != "" && zero != "recording" && zero != "first" {
		p.opt.Zero = moment("zero")
	}
	if len(faults) > 0 {
		return p, comment.Explain(comment.ErrInvalid, "%s", strings.Join(faults, "; "))
	}
	if zero == "" || zero == "recording" {
		if p.opt.Zero, p.opt.Pauses, err = a.recording(ctx, room, p.query, zero != ""); err != nil {
			return p, err
		}
	}
	return p, p.countAll(ctx)
}

func set(query url.Values, name string) bool {
	v := query.Get(name)
	return query.Has(name) && v != "0" && v != "false"
}

// parseMoment reads RFC 3339 or milliseconds since 1970.
func parseMoment(s string) (time.Time, error) {
	if ms, err := strconv.ParseInt(s, 10, 64); err == nil && ms > 0 && ms < 1<<50 {
		return time.UnixMilli(ms), nil
	}
	return time.Parse(time.RFC3339, s)
}

// recording is when OBS last began to record, else to stream, within what is
// exported, and when that recording was paused; zero when it told of neither and
// nobody insists.
func (a archive) recording(ctx context.Context, room string, q comment.Archive, insist bool) (time.Time, []comment.Pause, error) {
	for _, kind := range []comment.MomentKind{comment.RecordStart, comment.StreamStart} {
		at, err := a.db.LastMoment(ctx, room, kind, q.To)
		if err == nil && !at.Before(q.From) {
			if kind == comment.StreamStart { // a stream cannot be paused
				return at, nil, nil
			}
			pauses, err := a.db.Pauses(ctx, room, at)
			return at, pauses, err
		}
		if err != nil && !errors.Is(err, comment.ErrNotFound) {
			return time.Time{}, nil, err
		}
	}
	if insist {
		return time.Time{}, nil, comment.Explain(comment.ErrInvalid, "zero recording: OBS told of no recording in that time; use first or a time")
	}
	return time.Time{}, nil, nil
}

func (p *exportPlan) countAll(ctx context.Context) (err error) {
	if p.count, err = p.db.CountArchive(ctx, p.room, p.query); err != nil || p.opt.Zero.IsZero() {
		return err
	}
	if p.early, err = p.countWithin(ctx, time.Time{}, p.opt.Zero); err != nil {
		return err
	}
	for _, pause := range p.opt.Pauses {
		n, err := p.countWithin(ctx, pause.From, pause.To)
		if err != nil {
			return err
		}
		p.paused += n
	}
	return nil
}

// countWithin tells how many of those selected came from one moment on (zero:
// from the first) and before another (zero: to the last).
func (p *exportPlan) countWithin(ctx context.Context, from, to time.Time) (int, error) {
	q := p.query
	if from.After(q.From) {
		q.From = from
	}
	if !to.IsZero() && (q.To.IsZero() || to.Before(q.To)) {
		q.To = to
	}
	return p.db.CountArchive(ctx, p.room, q)
}

// write writes the file. progress is told how many are done.
func (p *exportPlan) write(ctx context.Context, w io.Writer, progress func(n int)) (export.Summary, error) {
	x, err := export.NewWriter(w, p.format, p.opt)
	if err != nil {
		return export.Summary{}, err
	}
	n := 0
	for row, err := range p.db.Archive(ctx, p.room, p.query) {
		if err == nil {
			err = x.Write(row)
		}
		if err != nil {
			return x.Summary(), err
		}
		if n++; progress != nil {
			progress(n)
		}
	}
	err = x.Close()
	return x.Summary(), err
}

// exportCommand is `danmaku export`.
func exportCommand(ctx context.Context, env environment) error {
	fs := flag.NewFlagSet("danmaku export", flag.ContinueOnError)
	room := fs.String("room", firstRoom, "")
	out := fs.String("out", "-", "")
	values := map[string]*string{}
	flags := map[string]*bool{}
	for _, name := range exportParams {
		if name == "all" || name == "bom" {
			flags[name] = fs.Bool(name, false, "")
		} else {
			values[name] = fs.String(name, "", "")
		}
	}
	cfg, rest, err := config.LoadCommand(fs, env.args, env.environ)
	if errors.Is(err, config.ErrHelp) {
		fmt.Fprint(env.out, exportUsage)
		return nil
	}
	if err != nil {
		return err
	}
	query := url.Values{}
	for name, v := range values {
		if *v != "" {
			query.Set(name, *v)
		}
	}
	for name, v := range flags {
		if *v {
			query.Set(name, "1")
		}
	}
	if len(rest) > 0 || query.Get("format") == "" {
		return config.Usagef("use: danmaku export --room ROOM --format bilibili-xml|ass|niconico-xml|jsonl|csv [--out FILE]; see danmaku export --help")
	}
	// Opening would make a folder, which holds nothing.
	if _, err := os.Stat(cfg.Data); err != nil {
		return fmt.Errorf("there is no data folder %s; name the server's with --data", cfg.Data)
	}
	db, _, err := openStore(ctx, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	err = exportTo(ctx, env, archive{db}, *room, *out, query)
	return errors.Join(err, db.Close(context.WithoutCancel(ctx)))
}

func exportTo(ctx context.Context, env environment, a archive, room, out string, query url.Values) error {
	plan, err := a.prepare(ctx, room, query)
	var why *comment.ExplainedError
	switch {
	case errors.As(err, &why):
		return config.Usagef("%s", why.Detail)
	case errors.Is(err, comment.ErrNotFound):
		return fmt.Errorf("there is no room %q in this data folder", room)
	case err != nil:
		return err
	}
	tell := exportProgress(env.err, plan.count)
	var sum export.Summary
	if out == "-" {
		w := bufio.NewWriter(env.out)
		if sum, err = plan.write(ctx, w, tell); err == nil {
			err = w.Flush()
		}
	} else {
		sum, err = writeWhole(out, func(w io.Writer) (export.Summary, error) { return plan.write(ctx, w, tell) })
	}
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	fmt.Fprintf(env.err, "%d comments written\n", sum.Written)
	early, paused := "left out", "left out"
	if plan.opt.Early == export.EarlyClamp {
		early, paused = "put at the beginning", "put where it stood"
	}
	if sum.Early > 0 {
		fmt.Fprintf(env.err, "%d came before the beginning (%s) and are %s; --zero and --early change that\n",
			sum.Early, plan.opt.Zero.Local().Format(time.DateTime), early)
	}
	if sum.Paused > 0 {
		fmt.Fprintf(env.err, "%d came while the recording was paused and are %s; --early changes that\n", sum.Paused, paused)
	}
	if sum.Covered > 0 {
		fmt.Fprintf(env.err, "%d found no free lane and cover others\n", sum.Covered)
	}
	return nil
}

// writeWhole writes a file that has its name only when it is complete, and
// that its owner alone can read.
func writeWhole(path string, write func(io.Writer) (export.Summary, error)) (export.Summary, error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return export.Summary{}, err
	}
	sum, err := write(f)
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return sum, err
}

// exportProgress says how far it is: in place on a terminal, else a line for
// every tenth of a large export.
func exportProgress(w io.Writer, all int) func(int) {
	terminal, percent, tenth := isTerminal(w), -1, 0
	return func(n int) {
		p := min(n, all) * 100 / max(all, 1)
		switch {
		case terminal && p != percent:
			fmt.Fprintf(w, "\r%3d %%", p)
			if n >= all {
				fmt.Fprint(w, "\r     \r")
			}
		case !terminal && all >= 10_000 && p/10 > tenth:
			fmt.Fprintf(w, "%3d %%  %d of %d\n", p, n, all)
		}
		percent, tenth = p, max(tenth, p/10)
	}
}
