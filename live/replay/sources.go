package replay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"regexp"
	"sort"
	"time"

	"danmaku/comment"
	"danmaku/export"
	"danmaku/room"
)

// mostComments is how many comments of a file the server plays at most, since it keeps the
// position of each in memory until the end. The command line accepts more.
const mostComments = 100_000

// DefectsNamed is how many malformed lines of a file are listed.
const DefectsNamed = 10

// SessionGap is the least silence between two sessions of a room.
const SessionGap = 30 * time.Minute

// sessionsListed is how many sessions are listed.
const sessionsListed = 20

// Archive holds the comments that rooms showed.
type Archive interface {
	// Archive returns the comments of a room that match q, in the order of their time.
	// Nothing follows an error.
	Archive(ctx context.Context, roomID string, q room.Archive) iter.Seq2[room.Row, error]
	// Session returns the times of the first and last of these comments, and their number.
	Session(ctx context.Context, roomID string, q room.Archive) (room.Session, error)
	// Sessions returns at most limit sessions of a room, newest first. Sessions are
	// separated by silence of at least gap.
	Sessions(ctx context.Context, roomID string, gap time.Duration, limit int) ([]room.Session, error)
}

// Library finds the recordings of an archive, and reads files.
type Library struct {
	Archive Archive
	Dir     string // where files are stored while they are played
}

var _ Recordings = Library{}

// Sessions implements [Recordings].
func (l Library) Sessions(ctx context.Context, roomID string) ([]room.Session, error) {
	return l.Archive.Sessions(ctx, roomID, SessionGap, sessionsListed)
}

// Past implements [Recordings].
func (l Library) Past(ctx context.Context, roomID string, from, to time.Time) (Recording, error) {
	q := room.Archive{From: from, To: to, Without: comment.FromReplay}
	s, err := l.Archive.Session(ctx, roomID, q)
	if err != nil || s.Count == 0 {
		return Recording{}, err
	}
	// Silence before the first comment is not played.
	q.From = s.From
	return Recording{Source: past{l.Archive, roomID, q}, Total: s.Count, Length: s.To.Sub(s.From)}, nil
}

// past is what a room showed. It is read from the log during playback.
type past struct {
	archive Archive
	room    string
	q       room.Archive
}

// Close implements [Source].
func (past) Close() error { return nil }

// From implements [Source].
func (p past) From(ctx context.Context, offset time.Duration) iter.Seq2[RecordedComment, error] {
	q, n := p.q, 0
	q.From = q.From.Add(offset)
	return func(yield func(RecordedComment, error) bool) {
		for row, err := range p.archive.Archive(ctx, p.room, q) {
			n++
			s := RecordedComment{
				N: n, Offset: row.At.Sub(p.q.From), Author: row.User, ID: row.ID,
				Text: row.Text, Name: row.Name, Mode: row.Mode, Color: row.Color, Size: row.Size,
			}
			if !yield(s, err) {
				return
			}
		}
	}
}

// File implements [Recordings]. The comments are stored in a file beside the database until
// the replay is over.
func (l Library) File(_ context.Context, _ string, file io.Reader, strict bool) (_ Recording, err error) {
	on, err := export.NewScratch(l.Dir, export.ReplayScratch)
	if err != nil {
		return Recording{}, fmt.Errorf("%w: %w", room.ErrBusy, err)
	}
	kept := false
	defer func() {
		if !kept { // also when reading panics
			err = errors.Join(err, on.Close())
		}
	}()
	var withheld int
	spooled, report, err := export.Spool(file, export.ReadOptions{Most: mostComments, Strict: strict}, on, func(i export.Item, f export.Format) (export.Item, bool) {
		if !shownThen(&i, f) {
			withheld++
			return i, false
		}
		return i, true
	})
	report.Withheld += withheld
	var bad *room.Fault
	switch {
	case errors.As(err, &bad):
		return Recording{}, &room.ExplainedError{Err: room.ErrInvalid, Detail: bad.Error(), Fault: bad, Defects: []room.Fault{*bad}}
	case errors.Is(err, export.ErrSpool):
		return Recording{}, fmt.Errorf("%w: %w", room.ErrBusy, err)
	case err != nil: // the file did not arrive whole
		return Recording{}, room.Explain(room.ErrBadFrame, "%v", err)
	}
	kept = true
	return Recording{
		Source: filed{spooled, on}, Total: spooled.Len(), Length: spooled.Length(), Skipped: report.Skipped(),
		Defects: report.Malformed[:min(len(report.Malformed), DefectsNamed)], Notes: append(report.Notes, report.Account()...),
	}, nil
}

// filed holds a file's comments on disk.
type filed struct {
	*export.SpoolFile
	on io.Closer
}

// From implements [Source].
func (f filed) From(_ context.Context, offset time.Duration) iter.Seq2[RecordedComment, error] {
	return func(yield func(RecordedComment, error) bool) {
		for n := f.Find(offset); n < f.Len(); n++ {
			i, err := f.Item(n)
			if !yield(recordedComment(n, i), err) || err != nil {
				return
			}
		}
	}
}

// Close implements [Source].
func (f filed) Close() error { return f.on.Close() }

// Items are a file's comments in memory, in the order of their time, for servers without a
// folder to store them in.
type Items []export.Item

// From implements [Source].
func (it Items) From(_ context.Context, offset time.Duration) iter.Seq2[RecordedComment, error] {
	return func(yield func(RecordedComment, error) bool) {
		first := sort.Search(len(it), func(i int) bool { return it[i].Offset >= offset })
		for n, i := range it[first:] {
			if !yield(recordedComment(first+n, i), nil) {
				return
			}
		}
	}
}

// Close implements [Source].
func (Items) Close() error { return nil }

// ItemsOf returns the comments of a file that were shown: removed ones stay removed.
func ItemsOf(items []export.Item, report export.Report, format export.Format) (Items, export.Report) {
	t := items[:0]
	for _, it := range items {
		if !shownThen(&it, format) {
			report.Withheld++
			continue
		}
		t = append(t, it)
	}
	return Items(t), report
}

// shownThen reports whether a comment of a file was on air, and converts it to the form
// that is sent.
func shownThen(i *export.Item, format export.Format) bool {
	if format == export.BilibiliXML {
		i.Text = breakLines(i.Text)
	}
	i.Name = comment.ClipName(i.Name)
	return i.Status == "" || i.Status == comment.Shown
}

// recordedComment returns the n-th comment of a recording.
func recordedComment(n int, i export.Item) RecordedComment {
	return RecordedComment{N: n, Offset: i.Offset, Author: i.Sender, Text: i.Text, Name: i.Name, Mode: i.Mode, Color: i.Color, Size: i.Size}
}

// lineBreak matches the line breaks of old Bilibili comments; a lower-case letter after it
// more likely means a URL.
var lineBreak = regexp.MustCompile(`/n([^a-z]|$)`)

func breakLines(text string) string {
	// Twice, since consecutive breaks share the letter between them.
	for range 2 {
		text = lineBreak.ReplaceAllString(text, "\n$1")
	}
	return text
}
