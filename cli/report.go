package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"slices"
	"strconv"
	"time"

	"danmaku/export"
	"danmaku/live/replay"
	"danmaku/report"
	"danmaku/room"
	"danmaku/server"
	"danmaku/show"
)

// showSlack is how long before its first and after its last comment a show lasts for polls,
// reactions and moderators' actions. It is half of the shortest gap between two shows.
const showSlack = replay.SessionGap / 2

// showsKnown is how many of the newest shows a query can name.
const showsKnown = 20

// readStopWords reads the words that no report lists, from the file that the page also uses.
func readStopWords(assets fs.FS) (report.StopWords, error) {
	b, err := fs.ReadFile(assets, "screen/stop-words.js")
	if err != nil {
		return nil, fmt.Errorf("read the words that say nothing: %w", err)
	}
	return report.ReadStopWords(b), nil
}

// span is the time of a report: that of the comments, and the longer one of the show.
type span struct {
	from, to   time.Time
	first, end time.Time
}

// spanOf finds the time that a query asks for: from and to, otherwise the show at the moment
// session, otherwise the last one. It is zero for a room without a show.
func (a archive) spanOf(ctx context.Context, roomID string, query url.Values) (span, error) {
	moments, err := export.Moments(query, "from", "to", "session")
	if err != nil {
		return span{}, err
	}
	from, to, at := moments[0], moments[1], moments[2]
	if !from.IsZero() || !to.IsZero() {
		if to.IsZero() {
			to = time.Now()
		}
		if from.IsZero() || !from.Before(to) || to.Sub(from) > report.Longest {
			return span{}, room.Explain(room.ErrInvalid, "from and to: a report is of a time of at most %d days", int(report.Longest.Hours()/24))
		}
		return span{from, to, from, to}, nil
	}
	sessions, err := a.db.Sessions(ctx, roomID, replay.SessionGap, showsKnown)
	if err != nil {
		return span{}, err
	}
	for _, s := range sessions {
		if !at.IsZero() && (at.Before(s.From) || at.After(s.To)) {
			continue
		}
		to := s.To.Add(time.Millisecond)
		return span{s.From, to, s.From.Add(-showSlack), to.Add(showSlack)}, nil
	}
	if !at.IsZero() {
		return span{}, room.Explain(room.ErrInvalid, "session %.20q: no show was on at that moment", query.Get("session"))
	}
	return span{}, nil
}

// Report implements server.Archive.
func (a archive) Report(ctx context.Context, roomID string, items []show.Item, lists []show.QuestionList, query url.Values) (server.Download, error) {
	rooms, err := a.db.Rooms(ctx)
	if err != nil {
		return server.Download{}, err
	}
	i := slices.IndexFunc(rooms, func(r room.Record) bool { return r.ID == roomID })
	if i < 0 {
		return server.Download{}, room.ErrNotFound
	}
	when, err := a.spanOf(ctx, roomID, query)
	if err != nil {
		return server.Download{}, err
	}
	in := report.Input{Room: roomID, Title: rooms[i].Title, From: when.from, To: when.to, First: when.first, End: when.end, Stop: a.stop}
	during := func(it show.Item) bool {
		return !it.Started.IsZero() && it.Started.Before(when.end) && (it.Stopped.IsZero() || it.Stopped.After(when.first))
	}
	for _, it := range items {
		if during(it) {
			in.Items = append(in.Items, it)
		}
	}
	for _, list := range lists {
		list.Questions = slices.DeleteFunc(slices.Clone(list.Questions), func(q show.Question) bool {
			at := q.Comment.ID.Time()
			return at.Before(when.first) || !at.Before(when.end)
		})
		in.Lists = append(in.Lists, list)
	}
	if in.Reactions, err = a.db.Reactions(ctx, roomID, when.first, when.end); err != nil {
		return server.Download{}, err
	}
	if in.Actions, err = a.db.ActionCounts(ctx, roomID, when.first, when.end); err != nil {
		return server.Download{}, err
	}
	r, err := a.report(ctx, in, query)
	if err != nil {
		return server.Download{}, err
	}
	format := query.Get("format")
	if format == "" {
		format = export.ReportJSON
	}
	file, media, suffix, err := export.WriteReport(r, format, query.Get("lang"), query.Get("bom") == "1")
	if err != nil {
		return server.Download{}, err
	}
	d := server.Download{MediaType: media, Size: int64(len(file)), Body: io.NopCloser(bytes.NewReader(file))}
	d.Account.Count = r.Comments
	if format != export.ReportJSON {
		day := time.Now()
		if r.From > 0 {
			day = time.UnixMilli(r.From)
		}
		d.Name = roomID + day.Format("-2006-01-02") + "-report" + suffix
	}
	return d, nil
}

// report reads the comments of a show, and the times of the recording.
func (a archive) report(ctx context.Context, in report.Input, query url.Values) (_ report.Report, err error) {
	if in.To.IsZero() { // no show yet
		return report.Of(in), nil
	}
	snapshot, err := a.db.Snapshot(ctx)
	if err != nil {
		return report.Report{}, err
	}
	defer func() { err = errors.Join(err, snapshot.Close()) }()
	ms := func(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }
	plan, err := export.Prepare(ctx, snapshot, in.Room, url.Values{"format": {string(export.JSONLines)}, "from": {ms(in.From)}, "to": {ms(in.To)}, "zero": {query.Get("zero")}})
	if err != nil {
		return report.Report{}, err
	}
	r, err := report.Make(ctx, snapshot, in, plan.Options.Clock().Offset)
	if err != nil || plan.Options.Zero.IsZero() {
		return r, err
	}
	r.Zero, r.ZeroIs = plan.Options.Zero.UnixMilli(), report.ZeroTime
	switch {
	case plan.Recorded:
		r.ZeroIs = report.ZeroRecording
	case query.Get("zero") == "" || query.Get("zero") == string(report.ZeroFirst):
		r.ZeroIs = report.ZeroFirst
	}
	return r, nil
}

// Report implements api.
func (d database) Report(ctx context.Context, roomID string, query url.Values, assets fs.FS, w io.Writer) error {
	items, err := d.db.Items(ctx, roomID)
	if err != nil {
		return err
	}
	var lists []show.QuestionList
	for i, it := range items {
		if it.Kind == show.Poll && it.State == show.Live {
			entries, err := d.db.Entries(ctx, roomID, it.ID)
			if err != nil {
				return err
			}
			var counted show.Tally
			for _, e := range entries {
				counted.Apply(e)
			}
			items[i] = show.Counted(it, &counted)
		}
		if it.Kind != show.Questions {
			continue
		}
		asked, err := d.db.Questions(ctx, roomID, it.ID)
		if err != nil {
			return err
		}
		lists = append(lists, show.QuestionList{Item: it, Questions: asked})
	}
	stop, err := readStopWords(assets)
	if err != nil {
		return err
	}
	file, err := archive{db: d.db, stop: stop}.Report(ctx, roomID, items, lists, query)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, file.Body)
	return errors.Join(err, file.Body.Close())
}

// reportCommand is `danmaku report`.
func reportCommand() command {
	return command{
		name: "report", summary: "summarize a show: totals, busiest minutes, words, polls, questions",
		about: "Writes a summary of a show, also while the server runs. It counts only comments that\n" +
			"were shown and not removed. A show ends after 30 minutes without a comment.",
		flags: []flagInfo{
			{name: "format", value: "F", help: "md to read, csv for a spreadsheet, json for programs, chapters for the\ndescription of a video", choices: export.ReportFormats, def: export.ReportMarkdown},
			{name: "room", value: "R", help: "room", def: firstRoom},
			{name: "out", value: "FILE", help: "file to write; - is standard output", def: "-", file: true},
			{name: "force", help: "overwrite FILE if it exists"},
			{name: "session", value: "TIME", help: "the show that was on at TIME; by default the last one"},
			{name: "from", value: "TIME", help: "report a range of time, from TIME on, instead of a show"},
			{name: "to", value: "TIME", help: "end of the range; by default now"},
			{name: "zero", value: "WHEN", help: "start of the recording: recording (as OBS reported it), first (the first\ncomment) or a TIME; by default recording if OBS reported one, else first"},
			{name: "bom", help: "begin CSV with a byte order mark, for old Excel"},
		},
		folder: true, also: []string{"lang"}, run: runReport,
	}
}

func runReport(ctx context.Context, env Env, in input) error {
	query := url.Values{"lang": {string(spokenLang(in.cfg.Lang, env.Environ))}}
	for _, name := range []string{"format", "session", "from", "to", "zero"} {
		if v := in.value(name); v != "" {
			query.Set(name, v)
		}
	}
	if in.on("bom") {
		query.Set("bom", "1")
	}
	if err := checkMoments(query, "session", "from", "to", "zero"); err != nil {
		return err
	}
	target, err := newExportTarget(in.value("out"), in.on("force"))
	if err != nil {
		return err
	}
	a, closed, err := connectReading(ctx, in.cfg)
	if err != nil {
		return err
	}
	write := func(w io.Writer) error { return a.Report(ctx, in.value("room"), query, env.assets, w) }
	err = errors.Join(target.write(env, write), closed())
	return exportFault(err, in)
}
