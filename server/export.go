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

	"danmaku/comment"
)

// Archive writes what was said to files, and notes when OBS records.
type Archive interface {
	// Export prepares a file of a room's comments, as the query asks. Errors:
	// comment.ErrInvalid with an explanation, comment.ErrNotFound.
	Export(ctx context.Context, room string, query url.Values) (Download, error)
	// AddMoment notes what OBS did.
	AddMoment(ctx context.Context, m comment.Moment) error
}

// Download is a file that is about to be written.
type Download struct {
	Name      string // of the file
	MediaType string
	Count     int // comments that are selected
	Early     int // those of them from before the beginning
	Paused    int // those of them that came while the recording was paused
	Write     func(ctx context.Context, w io.Writer) error
}

// exportRoom is GET /api/rooms/{room}/export. The counts in the head let a page
// show how far the download is.
func (s *Server) exportRoom(c echo.Context) error {
	if _, err := s.moderator(c); err != nil {
		return err
	}
	ctx := c.Request().Context()
	d, err := s.opt.Archive.Export(ctx, c.Param("room"), c.QueryParams())
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Type", d.MediaType)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": d.Name}))
	h.Set("Danmaku-Count", strconv.Itoa(d.Count))
	h.Set("Danmaku-Early", strconv.Itoa(d.Early))
	h.Set("Danmaku-Paused", strconv.Itoa(d.Paused))
	c.Response().WriteHeader(http.StatusOK)
	if err := d.Write(ctx, steady{c.Response(), answerWithin}); err != nil {
		if ctx.Err() == nil {
			s.log.Warn("an export was broken off", "room", c.Param("room"), "err", err)
		}
		// The head is out; only a torn connection can say that this is not all.
		panic(http.ErrAbortHandler)
	}
	return nil
}

// obsPatience is how old a report may be to count as just now when it does not
// say how long ago that was. An older one was kept while the server was away.
const obsPatience = 10 * time.Second

// obsEvery bounds how often a room's overlays are heard on one matter.
const obsEvery = time.Second

// moments keeps overlays from filling the log with what OBS does.
type moments struct {
	mu   sync.Mutex
	last map[comment.Moment]time.Time // by room and kind
}

// undoes says which moment is the end of which: after it the first is news again.
var undoes = map[comment.MomentKind]comment.MomentKind{
	comment.RecordPause: comment.RecordResume, comment.RecordResume: comment.RecordPause,
}

// fresh tells whether the matter was not told of just now.
func (m *moments) fresh(room string, kind comment.MomentKind, now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := comment.Moment{Room: room, Kind: kind}
	if m.last == nil {
		m.last = map[comment.Moment]time.Time{}
	}
	if now.Sub(m.last[key]) < obsEvery {
		return false
	}
	m.last[key] = now
	if other, ok := undoes[kind]; ok {
		delete(m.last, comment.Moment{Room: room, Kind: other})
	}
	return true
}

// obsOldest is how old a report may be.
const obsOldest = 24 * time.Hour

// obsMoment is when that was of which an overlay tells. Comments carry the
// server's clock, so the moment must, too: the page's may be minutes off.
func obsMoment(f clientFrame, now time.Time) time.Time {
	told := time.UnixMilli(f.At)
	switch {
	case f.Ago != nil && *f.Ago >= 0 && *f.Ago < obsOldest.Milliseconds():
		return now.Add(-time.Duration(*f.Ago) * time.Millisecond)
	case f.Ago == nil && told.Before(now.Add(-obsPatience)) && told.After(now.Add(-obsOldest)):
		return told
	}
	return now
}

// obsTells notes what an overlay tells of OBS.
func (s *Server) obsTells(room string, f clientFrame) {
	now := s.now()
	at := obsMoment(f, now)
	kind := comment.MomentKind(f.Event)
	if s.opt.Archive == nil || !slices.Contains(obsEvents, f.Event) || !s.moments.fresh(room, kind, now) {
		return
	}
	s.log.Info("OBS tells", "room", room, "event", f.Event)
	ctx, cancel := context.WithTimeout(context.Background(), obsPatience)
	defer cancel()
	if err := s.opt.Archive.AddMoment(ctx, comment.Moment{Room: room, At: at, Kind: kind}); err != nil {
		s.log.Warn("what OBS tells is not noted", "room", room, "event", f.Event, "err", err)
	}
}
