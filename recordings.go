package main

import (
	"context"
	"errors"
	"io"
	"iter"
	"regexp"
	"sort"
	"time"

	"danmaku/comment"
	"danmaku/export"
	"danmaku/live"
	"danmaku/store"
)

// replayComments is how many comments of a file the server plays at most: they
// are in its memory until the end. The command line takes more.
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
type recordings struct{ db *store.Store }

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

// File implements live.Recordings.
func (r recordings) File(_ context.Context, _ string, file io.Reader) (live.Tape, error) {
	items, report, format, err := export.ReadAtMost(file, replayComments)
	var bad *comment.Fault
	if errors.As(err, &bad) {
		return live.Tape{}, comment.ExplainFault(comment.ErrInvalid, bad)
	}
	if err != nil { // the file did not come whole
		return live.Tape{}, comment.Explain(comment.ErrBadFrame, "%v", err)
	}
	t, report := tapeOf(items, report, format)
	tape := live.Tape{Recording: t, Total: len(t), Skipped: report.Skipped()}
	if len(t) > 0 {
		tape.Length = t[len(t)-1].Offset
	}
	tape.Defects = report.Malformed[:min(len(report.Malformed), defectsTold)]
	return tape, nil
}

// tape is a file's comments, in the order of their time.
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

// tapeOf takes of a file what had been shown: what is down stays down.
func tapeOf(items []export.Item, report export.Report, format export.Format) (tape, export.Report) {
	t := make(tape, 0, len(items))
	for _, it := range items {
		if it.Status != "" && it.Status != comment.Shown {
			report.Withheld++
			continue
		}
		if format == export.BilibiliXML {
			it.Text = breakLines(it.Text)
		}
		t = append(t, live.Said{
			N: len(t), Offset: it.Offset, Author: it.Sender,
			Text: it.Text, Name: it.Name, Mode: it.Mode, Color: it.Color, Size: it.Size,
		})
	}
	return t, report
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
