package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"time"

	"danmaku/export"
	"danmaku/report"
	"danmaku/room"
	"danmaku/server"
	"danmaku/server/wire"
	"danmaku/show"
	"danmaku/store"
)

// archive is server.Archive over the store.
type archive struct {
	db   *store.Store
	dir  string           // for files while they are being sent
	stop report.StopWords // of reports
}

var _ server.Archive = archive{}

// exportFormats is the table of the writable formats, as the server shows it to the console's
// page.
func exportFormats() []wire.ExportFormat {
	formats := make([]wire.ExportFormat, len(export.Formats))
	for i, f := range export.Formats {
		formats[i] = wire.ExportFormat{Name: string(f), Timed: f.Timed(), Marked: f.Marked()}
	}
	return formats
}

// AddMoment implements server.Archive.
func (a archive) AddMoment(ctx context.Context, m room.Moment) error {
	return a.db.AddMoment(ctx, m)
}

// Describe implements server.Archive.
func (a archive) Describe(ctx context.Context, room string, query url.Values) (_ server.Download, err error) {
	snapshot, err := a.db.Snapshot(ctx)
	if err != nil {
		return server.Download{}, err
	}
	defer func() { err = errors.Join(err, snapshot.Close()) }()
	plan, err := export.Prepare(ctx, snapshot, room, query)
	if err != nil {
		return server.Download{}, err
	}
	return download(plan), nil
}

// download describes the file of a plan.
func download(p *export.Plan) server.Download {
	return server.Download{
		Name:      dated(p.Options.Room) + p.Format.Suffix(),
		MediaType: p.Format.MediaType(), Account: wire.ExportAccount{Count: p.Count},
	}
}

// ExportItems implements server.Archive.
func (a archive) ExportItems(roomID string, items []show.Item, lists []show.QuestionList, query url.Values) (server.Download, error) {
	f, kind := export.Format(query.Get("format")), cmp.Or(export.ItemKind(query.Get("kind")), export.ItemKinds[0])
	if !slices.Contains(export.ItemFormats, f) {
		return server.Download{}, room.Explain(room.ErrInvalid, "format %.20q: jsonl or csv", f)
	}
	var file []byte
	var count int
	var err error
	switch marked := query.Get("bom") == "1"; kind {
	case export.PollsFile:
		file, count, err = export.Polls(items, f, marked)
	case export.QuestionsFile:
		file, count, err = export.Questions(lists, f, marked)
	case export.DrawsFile:
		file, count, err = export.Draws(items, f, marked)
	default:
		return server.Download{}, room.Explain(room.ErrInvalid, "kind %.20q: polls, questions or draws", kind)
	}
	if err != nil {
		return server.Download{}, err
	}
	return smallFile(roomID, string(kind), f, file, count), nil
}

// ExportReactions implements server.Archive.
func (a archive) ExportReactions(ctx context.Context, roomID string, query url.Values) (server.Download, error) {
	f, from, to, err := export.Span(query)
	if err != nil {
		return server.Download{}, err
	}
	minutes, err := a.db.Reactions(ctx, roomID, from, to)
	if err != nil {
		return server.Download{}, err
	}
	file, count, err := export.Reactions(minutes, f, query.Get("bom") == "1")
	if err != nil {
		return server.Download{}, err
	}
	return smallFile(roomID, "reactions", f, file, count), nil
}

// smallFile is the download of a file that is held in memory. kind is the part of its name that
// says what its count rows are.
func smallFile(roomID, kind string, f export.Format, file []byte, count int) server.Download {
	return server.Download{
		Name: dated(roomID) + "-" + kind + f.Suffix(), MediaType: f.MediaType(), Account: wire.ExportAccount{Count: count},
		Size: int64(len(file)), Body: io.NopCloser(bytes.NewReader(file)),
	}
}

// dated returns the beginning of a file's name: its room and today's date.
func dated(roomID string) string { return roomID + time.Now().Format("-2006-01-02") }

// Export implements server.Archive. It holds the snapshot of the log only while it writes the
// file, however slowly the client reads that.
func (a archive) Export(ctx context.Context, room string, query url.Values, progress func(done, all int)) (d server.Download, err error) {
	file, err := spool(a.dir, func(w io.Writer) (err error) {
		d, err = a.write(ctx, w, room, query, progress)
		return err
	})
	if err != nil {
		return server.Download{}, err
	}
	d.Size, d.Body = file.size, file
	return d, nil
}

// write writes an export to a file.
func (a archive) write(ctx context.Context, w io.Writer, room string, query url.Values, progress func(done, all int)) (_ server.Download, err error) {
	snapshot, err := a.db.Snapshot(ctx)
	if err != nil {
		return server.Download{}, err
	}
	defer func() { err = errors.Join(err, snapshot.Close()) }()
	plan, err := export.Prepare(ctx, snapshot, room, query)
	if err != nil {
		return server.Download{}, err
	}
	var done func(int)
	if progress != nil {
		done = func(n int) { progress(n, plan.Count) }
	}
	result, err := plan.Write(ctx, w, done)
	if err != nil {
		return server.Download{}, fmt.Errorf("export: %w", err)
	}
	d := download(plan)
	d.Account = wire.ExportAccount{
		Count: plan.Count, Early: result.Selected.Early, Paused: result.Selected.Paused, After: result.Selected.After,
		Covered: result.Summary.Covered, Zero: plan.Options.Zero, End: plan.Options.End,
	}
	return d, nil
}

// spooled is a complete file, read from its beginning.
type spooled struct {
	export.Scratch
	size int64
}

// spool writes an export into its own file in dir.
func spool(dir string, write func(io.Writer) error) (_ spooled, err error) {
	f, err := export.NewScratch(dir, export.ExportScratch)
	if err != nil {
		return spooled{}, fmt.Errorf("%w: %w", room.ErrBusy, err)
	}
	kept := false
	defer func() {
		if !kept {
			err = errors.Join(err, f.Close())
		}
	}()
	if err := write(f); err != nil {
		return spooled{}, err
	}
	size, err := f.Seek(0, io.SeekCurrent)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return spooled{}, fmt.Errorf("write an export: %w", err)
	}
	kept = true
	return spooled{f, size}, nil
}
