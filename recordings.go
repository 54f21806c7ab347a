package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"time"

	"danmaku/comment"
	"danmaku/export"
	"danmaku/live"
	"danmaku/store"
)

// replayComments is how many comments of a file the server plays at most: where
// each of them lies is in its memory until the end. The command line takes more.
const replayComments = 100_000

// defectsTold is how many malformed lines of a file are named.
const defectsTold = 10

// sessionGap is the least silence between two sessions of a room, and
// sessionsTold how many of them are listed.
const (
	sessionGap   = 30 * time.Minute
	sessionsTold = 20
)

// recordings is live.Recordings over the store and the readers of files.
type recordings struct {
	db  *store.Store
	dir string // for files while they are played
}

var _ live.Recordings = recordings{}

// Sessions implements live.Recordings.
func (r recordings) Sessions(ctx context.Context, room string) ([]comment.Session, error) {
	return r.db.Sessions(ctx, room, sessionGap, sessionsTold)
}

// Past implements live.Recordings.
func (r recordings) Past(ctx context.Context, room string, from, to time.Time) (live.Tape, error) {
	q := comment.Archive{From: from, To: to, Without: comment.FromReplay}
	s, err := r.db.Session(ctx, room, q)
	if err != nil || s.Count == 0 {
		return live.Tape{}, err
	}
	// Silence before the first comment is not played.
	q.From = s.From
	return live.Tape{Recording: past{r.db, room, q}, Total: s.Count, Length: s.To.Sub(s.From)}, nil
}

// past is what a room showed. It is read from the log as it is played.
type past struct {
	db   *store.Store
	room string
	q    comment.Archive
}

// Close implements live.Recording.
func (past) Close() error { return nil }

// From implements live.Recording.
func (p past) From(ctx context.Context, offset time.Duration) iter.Seq2[live.Said, error] {
	q, n := p.q, 0
	q.From = q.From.Add(offset)
	return func(yield func(live.Said, error) bool) {
		for row, err := range p.db.Archive(ctx, p.room, q) {
			n++
			s := live.Said{
				N: n, Offset: row.At.Sub(p.q.From), Author: row.User, ID: row.ID,
				Text: row.Text, Name: row.Name, Mode: row.Mode, Color: row.Color, Size: row.Size,
			}
			if !yield(s, err) {
				return
			}
		}
	}
}

// File implements live.Recordings. The comments wait in a file beside the
// database until the replay is over.
func (r recordings) File(_ context.Context, _ string, file io.Reader) (_ live.Tape, err error) {
	on, err := newScratch(r.dir)
	if err != nil {
		return live.Tape{}, fmt.Errorf("%w: %w", comment.ErrBusy, err)
	}
	kept := false
	defer func() {
		if !kept { // also when reading it panics
			err = errors.Join(err, on.Close())
		}
	}()
	var withheld int
	reel, report, err := export.Wind(file, replayComments, on, func(i export.Item, f export.Format) (export.Item, bool) {
		if !shownThen(&i, f) {
			withheld++
			return i, false
		}
		return i, true
	})
	report.Withheld += withheld
	var bad *comment.Fault
	switch {
	case errors.As(err, &bad):
		return live.Tape{}, comment.ExplainFault(comment.ErrInvalid, bad)
	case errors.Is(err, export.ErrWind):
		return live.Tape{}, fmt.Errorf("%w: %w", comment.ErrBusy, err)
	case err != nil: // the file did not come whole
		return live.Tape{}, comment.Explain(comment.ErrBadFrame, "%v", err)
	}
	kept = true
	return live.Tape{
		Recording: wound{reel, on}, Total: reel.Len(), Length: reel.Length(), Skipped: report.Skipped(),
		Defects: report.Malformed[:min(len(report.Malformed), defectsTold)],
	}, nil
}

// wound is a file's comments, which lie on the disk.
type wound struct {
	*export.Reel
	on io.Closer
}

// From implements live.Recording.
func (w wound) From(_ context.Context, offset time.Duration) iter.Seq2[live.Said, error] {
	return func(yield func(live.Said, error) bool) {
		for n := w.Find(offset); n < w.Len(); n++ {
			i, err := w.Item(n)
			if !yield(saidIn(n, i), err) || err != nil {
				return
			}
		}
	}
}

// Close implements live.Recording.
func (w wound) Close() error { return w.on.Close() }

// scratch is a file of the data folder that goes with its last user. Where a file
// may lose its name while it is open, it has none.
type scratch struct {
	*os.File
	named bool
}

// scratchFiles are those whose user ended by force.
const scratchFiles = "replay-*.tmp"

func newScratch(dir string) (scratch, error) {
	f, err := os.CreateTemp(dir, scratchFiles)
	if err != nil {
		return scratch{}, err
	}
	return scratch{f, os.Remove(f.Name()) != nil}, nil
}

// Close implements io.Closer.
func (s scratch) Close() error {
	err := s.File.Close()
	if s.named {
		err = errors.Join(err, os.Remove(s.Name()))
	}
	return err
}

// sweep removes what programs left that ended by force. Only the server whose
// folder it is may.
func sweep(dir string) error {
	left, err := filepath.Glob(filepath.Join(dir, scratchFiles))
	for _, name := range left {
		err = errors.Join(err, os.Remove(name))
	}
	return err
}

// tape is a file's comments in memory, in the order of their time: the command
// line has no folder of its own to put them.
type tape []live.Said

// From implements live.Recording.
func (t tape) From(_ context.Context, offset time.Duration) iter.Seq2[live.Said, error] {
	return func(yield func(live.Said, error) bool) {
		for _, s := range t[sort.Search(len(t), func(i int) bool { return t[i].Offset >= offset }):] {
			if !yield(s, nil) {
				return
			}
		}
	}
}

// Close implements live.Recording.
func (tape) Close() error { return nil }

// tapeOf takes of a file what had been shown: what is down stays down.
func tapeOf(items []export.Item, report export.Report, format export.Format) (tape, export.Report) {
	t := make(tape, 0, len(items))
	for _, it := range items {
		if !shownThen(&it, format) {
			report.Withheld++
			continue
		}
		t = append(t, saidIn(len(t), it))
	}
	return t, report
}

// shownThen tells whether a comment of a file was on air, and makes it what is
// sent.
func shownThen(i *export.Item, format export.Format) bool {
	if format == export.BilibiliXML {
		i.Text = breakLines(i.Text)
	}
	return i.Status == "" || i.Status == comment.Shown
}

// saidIn is the comment of a recording with a number.
func saidIn(n int, i export.Item) live.Said {
	return live.Said{N: n, Offset: i.Offset, Author: i.Sender, Text: i.Text, Name: i.Name, Mode: i.Mode, Color: i.Color, Size: i.Size}
}

// lineBreak is how old Bilibili comments write a line break; what goes on with
// letters is more likely an address.
var lineBreak = regexp.MustCompile(`/n([^a-z]|$)`)

func breakLines(text string) string {
	// Twice, since breaks in a row share the letter between them.
	for range 2 {
		text = lineBreak.ReplaceAllString(text, "\n$1")
	}
	return text
}
