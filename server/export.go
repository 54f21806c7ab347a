package server

import (
	"context"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"danmaku/room"
	"danmaku/server/wire"
	"danmaku/show"
)

// Archive writes what was said to files, and notes when OBS records.
type Archive interface {
	// Export makes a file of a room's comments, as the query asks: of the room as
	// it is now. progress, when it is not nil, is called with how many of the
	// selected comments are done. Errors: room.ErrInvalid with an explanation,
	// room.ErrNotFound.
	Export(ctx context.Context, room string, query url.Values, progress func(done, all int)) (Download, error)
	// Describe is Export without the file: only its name, media type and count are
	// found.
	Describe(ctx context.Context, room string, query url.Values) (Download, error)
	// ExportItems makes a file of what a room has shown besides comments, with its
	// counts, or of lists of questions. Errors: room.ErrInvalid with an explanation.
	ExportItems(room string, items []show.Item, lists []show.QuestionList, query url.Values) (Download, error)
	// ExportReactions makes a file of how often people reacted, minute by minute, as
	// the query asks. Errors: room.ErrInvalid with an explanation, room.ErrNotFound.
	ExportReactions(ctx context.Context, room string, query url.Values) (Download, error)
	// Report sums up a show of a room, as the query asks, with the polls among items and
	// the questions of lists that belong to it. Errors: room.ErrInvalid with an
	// explanation, room.ErrNotFound.
	Report(ctx context.Context, room string, items []show.Item, lists []show.QuestionList, query url.Values) (Download, error)
	// AddMoment notes what OBS did.
	AddMoment(ctx context.Context, m room.Moment) error
}

// Download is a file that is ready to be sent.
type Download struct {
	Name      string // of the file; empty when it is not a file
	MediaType string
	Size      int64 // bytes
	Account   wire.ExportAccount
	Body      io.ReadCloser
}

// exportRoom is GET /api/rooms/{room}/export. The file is whole before its head
// goes out, so the counts there are those of the file, and a fault is answered
// as one. HEAD makes no file.
func (s *Server) exportRoom(c echo.Context) error {
	if prefetching(c.Request()) {
		return errLooking
	}
	ctx := c.Request().Context()
	h := c.Response().Header()
	if looking(c.Request()) {
		d, err := s.opt.Archive.Describe(ctx, c.Param("room"), c.QueryParams())
		if err != nil {
			return err
		}
		describe(h, d)
		h.Set(wire.CountHeader, strconv.Itoa(d.Account.Count))
		return c.NoContent(http.StatusOK)
	}
	d, err := s.opt.Archive.Export(ctx, c.Param("room"), c.QueryParams(), exportProgress(c))
	h.Del(wire.ProgressHeader) // of the last answer of status 102
	h.Del(wire.CountHeader)
	if err != nil {
		return err
	}
	defer d.Body.Close()
	describe(h, d)
	h.Set("Content-Length", strconv.FormatInt(d.Size, 10))
	d.Account.SetHeader(h)
	c.Response().WriteHeader(http.StatusOK)
	if _, err := io.Copy(rollingDeadline{c.Response(), answerTimeout}, d.Body); err != nil {
		if ctx.Err() == nil {
			s.log.Warn("export not sent completely", "room", c.Param("room"), "err", err)
		}
		return err // the head is out: answerError tears the connection
	}
	return nil
}

// describe writes what is known of a file before it is made.
func describe(h http.Header, d Download) {
	h.Set("Content-Type", d.MediaType)
	if d.Name == "" {
		return
	}
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": d.Name}))
}

// exportProgress returns what reports the progress of an export to a client that
// asks for it, once for each percent; nil for any other client.
func exportProgress(c echo.Context) func(done, all int) {
	if c.Request().Header.Get(wire.ProgressHeader) != "1" {
		return nil
	}
	w, reported := c.Response().Writer, -1 // echo takes any head for the last one
	return func(done, all int) {
		percent := done * 100 / max(all, 1)
		if percent == reported || setAnswerDeadline(w, answerTimeout) != nil {
			return
		}
		reported = percent
		wire.SetExportProgress(w.Header(), done, all)
		w.WriteHeader(http.StatusProcessing)
	}
}

// obsTimeout is how old a report may be to count as just now when it does not
// say how long ago that was. An older one was kept while the server was away.
const obsTimeout = 10 * time.Second

// obsEvery bounds how often a room's overlays are heard on one matter.
const obsEvery = time.Second

// moments keeps overlays from filling the log with what OBS does.
type moments struct {
	mu   sync.Mutex
	last map[room.Moment]time.Time // by room and kind
}

// undoes says which moment is the end of which: after it the first is news again.
var undoes = map[room.MomentKind]room.MomentKind{
	room.RecordPause: room.RecordResume, room.RecordResume: room.RecordPause,
}

// fresh reports whether a moment is news: no other of its room and kind was noted within
// obsEvery.
func (m *moments) fresh(roomID string, kind room.MomentKind, now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := room.Moment{Room: roomID, Kind: kind}
	if m.last == nil {
		m.last = map[room.Moment]time.Time{}
	}
	if now.Sub(m.last[key]).Abs() < obsEvery { // also where the clock was set back
		return false
	}
	m.last[key] = now
	if other, ok := undoes[kind]; ok {
		delete(m.last, room.Moment{Room: roomID, Kind: other})
	}
	return true
}

// obsOldest is how old a report may be.
const obsOldest = 24 * time.Hour

// obsMoment is when the reported event happened. Comments carry the
// server's clock, so the moment must, too: the page's may be minutes off.
func obsMoment(f wire.ClientFrame, now time.Time) time.Time {
	stamped := time.UnixMilli(f.At)
	switch {
	case f.Ago != nil && *f.Ago >= 0 && *f.Ago < obsOldest.Milliseconds():
		return now.Add(-time.Duration(*f.Ago) * time.Millisecond)
	case f.Ago == nil && stamped.Before(now.Add(-obsTimeout)) && stamped.After(now.Add(-obsOldest)):
		return stamped
	}
	return now
}

// storeOBSMoment stores an event of OBS that an overlay reports.
func (s *Server) storeOBSMoment(roomID string, f wire.ClientFrame) {
	now := s.now()
	at := obsMoment(f, now)
	kind := room.MomentKind(f.Event)
	if s.opt.Archive == nil || !slices.Contains(wire.OBSEvents, f.Event) || !s.moments.fresh(roomID, kind, now) {
		return
	}
	s.log.Info("OBS reports an event", "room", roomID, "event", f.Event)
	ctx, cancel := context.WithTimeout(context.Background(), obsTimeout)
	defer cancel()
	if err := s.opt.Archive.AddMoment(ctx, room.Moment{Room: roomID, At: at, Kind: kind}); err != nil {
		s.log.Warn("an event of OBS could not be stored", "room", roomID, "event", f.Event, "err", err)
	}
}
