package export

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/url"
	"strconv"
	"strings"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// NoRecording is the detail of the error when the caller asks for zero=recording and there is
// no recording.
const NoRecording = "zero recording: OBS reported no recording in that time; use first or a time"

// Params are the parameters of an export: of the HTTP call, and as flags of the command.
var Params = []string{"format", "from", "to", "zero", "early", "status", "all", "bom"}

// Snapshot is the archive of all rooms at one moment: it does not contain what is written
// later.
type Snapshot interface {
	// Archive reads the rows of a room that q selects, ordered by time.
	Archive(ctx context.Context, roomID string, q room.Archive) iter.Seq2[room.Row, error]
	CountArchive(ctx context.Context, roomID string, q room.Archive) (int, error)
	// FirstAt returns the time of the first comment that q selects. Errors: room.ErrNotFound
	// if there is none.
	FirstAt(ctx context.Context, roomID string, q room.Archive) (time.Time, error)
	// LastMoment returns the newest moment of a kind before a time (zero: of all), and
	// NextMoment the oldest one after a time. Errors: room.ErrNotFound.
	LastMoment(ctx context.Context, roomID string, kind room.MomentKind, before time.Time) (time.Time, error)
	NextMoment(ctx context.Context, roomID string, kind room.MomentKind, behind time.Time) (time.Time, error)
	Pauses(ctx context.Context, roomID string, start time.Time) ([]room.Pause, error)
}

// Plan is an export that is ready to be written.
type Plan struct {
	Format  Format
	Count   int // selected comments
	Options Options
	// Recorded says whether OBS reported the beginning of the recording.
	Recorded bool

	from  Snapshot
	query room.Archive
}

// statuses are all statuses of a comment, in the order in which they are listed.
var statuses = []comment.Status{comment.Shown, comment.Held, comment.Refused, comment.Removed}

// Prepare parses the query, finds the beginning of the recording and counts the selected
// comments. The plan is valid as long as the snapshot. Errors: room.ErrInvalid with an
// explanation of everything that is wrong, room.ErrNotFound for an unknown room.
func Prepare(ctx context.Context, from Snapshot, roomID string, query url.Values) (*Plan, error) {
	p := &Plan{from: from, Format: Format(query.Get("format"))}
	zero, err := p.parse(roomID, query)
	if err != nil {
		return nil, err
	}
	if p.Count, err = from.CountArchive(ctx, roomID, p.query); err != nil {
		return nil, err
	}
	switch zero {
	case "", "recording":
		err = p.findRecording(ctx, zero != "")
	}
	if err == nil && p.Options.Zero.IsZero() {
		err = p.findFirst(ctx)
	}
	return p, err
}

// parse parses the query and returns the value of zero if that is not a time.
func (p *Plan) parse(roomID string, query url.Values) (zero string, err error) {
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
	p.query.From, p.query.To = moment("from"), moment("to")
	if !p.query.To.IsZero() && p.query.To.Before(p.query.From) {
		bad("to %q: it is before from", query.Get("to"))
	}
	p.Options = Options{Room: roomID, Early: Early(query.Get("early")), BOM: set(query, "bom")}
	switch {
	case !p.Format.Valid():
		bad("format %q: use %s", p.Format, Names(Formats))
	case p.Options.BOM && !p.Format.Marked():
		bad("bom: %s has no byte order mark; leave bom out, or use %s", p.Format, Names(markedFormats()))
	}
	if e := p.Options.Early; e != EarlyDefault && e != EarlyDrop && e != EarlyClamp {
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
		p.query.Statuses = statuses
	}
	zero = query.Get("zero")
	if zero != "" && zero != "recording" && zero != "first" {
		p.Options.Zero, zero = moment("zero"), "time"
	}
	if len(faults) > 0 {
		return "", room.Explain(room.ErrInvalid, "%s", strings.Join(faults, "; "))
	}
	return zero, nil
}

func markedFormats() (list []Format) {
	for _, f := range Formats {
		if f.Marked() {
			list = append(list, f)
		}
	}
	return list
}

func set(query url.Values, name string) bool {
	v := query.Get(name)
	return query.Has(name) && v != "0" && v != "false"
}

// Moments parses the named moments of a query, each zero if missing. Errors: room.ErrInvalid
// with an explanation.
func Moments(query url.Values, names ...string) ([]time.Time, error) {
	out := make([]time.Time, len(names))
	for i, name := range names {
		text := query.Get(name)
		if text == "" {
			continue
		}
		var err error
		if out[i], err = parseMoment(text); err != nil {
			return nil, room.Explain(room.ErrInvalid, "%s %.40q: write a time as 2026-11-21T20:00:00+01:00, or ms since 1970", name, text)
		}
	}
	return out, nil
}

// parseMoment parses RFC 3339 or milliseconds since 1970.
func parseMoment(s string) (time.Time, error) {
	if ms, err := strconv.ParseInt(s, 10, 64); err == nil && ms > 0 && ms < 1<<50 {
		return time.UnixMilli(ms), nil
	}
	return time.Parse(time.RFC3339, s)
}

// longestUnended is how long before the exported time a recording may have begun whose end OBS
// never reported, for example because it crashed.
const longestUnended = 24 * time.Hour

// findRecording looks up the last recording, or otherwise the last stream, in the exported
// time, even one that began earlier, with its end and its pauses. If OBS reported neither, it
// finds nothing; that is an error if insist is set.
func (p *Plan) findRecording(ctx context.Context, insist bool) error {
	roomID := p.Options.Room
	for _, kind := range []struct{ start, stop room.MomentKind }{
		{room.RecordStart, room.RecordStop},
		{room.StreamStart, room.StreamStop},
	} {
		start, err := p.from.LastMoment(ctx, roomID, kind.start, p.query.To)
		if errors.Is(err, room.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		end, err := p.from.NextMoment(ctx, roomID, kind.stop, start)
		if err != nil && !errors.Is(err, room.ErrNotFound) {
			return err
		}
		over := !end.IsZero() && !end.After(p.query.From)
		forgotten := end.IsZero() && start.Before(p.query.From.Add(-longestUnended))
		if !p.query.From.IsZero() && (over || forgotten) {
			continue
		}
		p.Options.Zero, p.Options.End, p.Recorded = start, end, true
		if kind.start == room.RecordStart { // streams cannot be paused
			p.Options.Pauses, err = p.from.Pauses(ctx, roomID, start)
			return err
		}
		return nil
	}
	if insist {
		return room.Explain(room.ErrInvalid, NoRecording)
	}
	return nil
}

// findFirst begins with the first comment of the time, whatever its status, so that exports of
// the same time fit each other, whichever statuses they contain.
func (p *Plan) findFirst(ctx context.Context) error {
	all := p.query
	all.Statuses = statuses
	first, err := p.from.FirstAt(ctx, p.Options.Room, all)
	if errors.Is(err, room.ErrNotFound) {
		return nil // the file is empty
	}
	p.Options.Zero = first
	return err
}

// Result summarizes a file that was written.
type Result struct {
	Summary  Summary
	Selected Selected
}

// Write writes the file. It calls progress, if not nil, with the number of comments done.
func (p *Plan) Write(ctx context.Context, w io.Writer, progress func(n int)) (Result, error) {
	x, err := NewWriter(w, p.Format, p.Options)
	if err != nil {
		return Result{}, err
	}
	for row, err := range p.from.Archive(ctx, p.Options.Room, p.query) {
		if err == nil {
			err = x.Write(row)
		}
		if err != nil {
			return Result{x.Summary(), x.Selected()}, err
		}
		if progress != nil {
			progress(x.Selected().All)
		}
	}
	err = x.Close()
	return Result{x.Summary(), x.Selected()}, err
}
