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

// Archive exports comments to files, and stores when OBS records.
type Archive interface {
	// Export makes a file of a room's current comments, as the query selects them. It calls
	// progress, unless nil, with how many of the selected comments are done. Errors:
	// room.ErrInvalid with an explanation, room.ErrNotFound.
	Export(ctx context.Context, room string, query url.Values, progress func(done, all int)) (Download, error)
	// Describe is Export without the file: it returns only its name, media type and count.
	Describe(ctx context.Context, room string, query url.Values) (Download, error)
	// ExportItems makes a file of what a room has shown besides comments, with its counts,
	// or of lists of questions. Errors: room.ErrInvalid with an explanation.
	ExportItems(room string, items []show.Item, lists []show.QuestionList, query url.Values) (Download, error)
	// ExportReactions makes a file of the number of reactions in each minute, as the query
	// selects them. Errors: room.ErrInvalid with an explanation, room.ErrNotFound.
	ExportReactions(ctx context.Context, room string, query url.Values) (Download, error)
	// Report sums up a show of a room, as the query selects it, with the show's polls among
	// items and its questions in lists. Errors: room.ErrInvalid with an explanation,
	// room.ErrNotFound.
	Report(ctx context.Context, room string, items []show.Item, lists []show.QuestionList, query url.Values) (Download, error)
	// AddMoment stores an event of OBS.
	AddMoment(ctx context.Context, m room.Moment) error
}

// Download is a file that is ready to be sent.
type Download struct {
	Name      string // file name; empty when it is not a file
	MediaType string
	Size      int64 // bytes
	Account   wire.ExportAccount
	Body      io.ReadCloser
}

// exportRoom handles GET /api/rooms/{room}/export. The file is complete before the head is
// sent, so the counts there are those of the file, and an error gets an error status. HEAD
// makes no file.
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
	h.Del(wire.ProgressHeader) // from the last answer of status 102
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
		return err // the head is sent: answerError aborts the connection
	}
	return nil
}

// describe writes headers with what is known of a file before it is made.
func describe(h http.Header, d Download) {
	h.Set("Content-Type", d.MediaType)
	if d.Name == "" {
		return
	}
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": d.Name}))
}

// exportProgress returns a function that reports the progress of an export to a client that
// asks for it, once for each percent; nil for any other client.
func exportProgress(c echo.Context) func(done, all int) {
	if c.Request().Header.Get(wire.ProgressHeader) != "1" {
		return nil
	}
	w, reported := c.Response().Writer, -1 // echo treats any head as the final one
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

// obsTimeout is the greatest age of a report without an age that counts as current. An
// older one was stored while the server was away.
const obsTimeout = 10 * time.Second

// obsEvery is the least time between two reports of one kind by a room's overlays.
const obsEvery = time.Second

// moments keeps overlays from filling the log with events of OBS.
type moments struct {
	mu   sync.Mutex
	last map[room.Moment]time.Time // by room and kind
}

// undoes maps each moment to the one that ends it: after that the first is news again.
var undoes = map[room.MomentKind]room.MomentKind{
	room.RecordPause: room.RecordResume, room.RecordResume: room.RecordPause,
}

// fresh reports whether a moment is news: no other of its room and kind was stored within
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

// obsOldest is the greatest accepted age of a report.
const obsOldest = 24 * time.Hour

// obsMoment returns when the reported event happened. Comments carry the server's time, so
// the moment must, too: the page's clock may be minutes off.
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
		s.log.Warn("could not store an event of OBS", "room", roomID, "event", f.Event, "err", err)
	}
}
