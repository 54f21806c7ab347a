package live

import (
	"context"
	"errors"
	"io"
	"iter"
	"log/slog"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
)

// reels reads files as the test says.
type reels struct {
	Recordings
	read func(text string) (Tape, error)
}

func (r reels) File(_ context.Context, _ string, file io.Reader) (Tape, error) {
	b, err := io.ReadAll(file)
	if err != nil {
		return Tape{}, err
	}
	return r.read(string(b))
}

// unread is an audit that nobody reads.
type unread struct{ Audit }

func (unread) AddAct(context.Context, comment.Act) error { return nil }

var boss = Actor{Role: comment.Owner, Label: "boss"}

// newCinema is a hall with one room that takes no comment: to submit one panics.
func newCinema(t *testing.T, read func(text string) (Tape, error)) *Hall {
	h := &Hall{
		rooms: map[string]*room{}, tapes: reels{read: read}, audit: unread{}, encoder: plainEncoder{},
		outlet: outletFunc(func(string, View, []byte) {}), slog: slog.New(slog.DiscardHandler), now: time.Now, keys: NewKeys([]byte("secret")),
	}
	h.rooms["live"] = newRoom(RoomRecord{Room: comment.NewRoom("live")}, nil, plainEncoder{}, h.outlet)
	t.Cleanup(func() {
		h.replays.close()
		h.rooms["live"].close()
	})
	return h
}

func (h *Hall) screen(t *testing.T, file string) (Replay, error) {
	t.Helper()
	return h.ReplayFile(t.Context(), "live", boss, file, strings.NewReader(file), 1)
}

// one is a tape with a comment.
func one() Tape {
	return Tape{Total: 1, Recording: shortFilm{}}
}

type shortFilm struct{}

func (shortFilm) Close() error { return nil }

func (shortFilm) From(context.Context, time.Duration) iter.Seq2[Said, error] {
	return func(yield func(Said, error) bool) { yield(Said{Text: "x"}, nil) }
}

// A fault of ours ends the replay that met it, and neither the program nor the
// room's next replay. What is over keeps no file.
func TestReplayThatStumbles(t *testing.T) {
	h := newCinema(t, func(text string) (Tape, error) {
		if text == "bad" {
			panic(text)
		}
		return one(), nil
	})
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the reader did not panic")
			}
		}()
		_, _ = h.screen(t, "bad")
	}()
	if r, err := h.ReplayOf("live", boss); err != nil || r.State != ReplayFailed {
		t.Errorf("after a reader that panics: %+v, %v", r, err)
	}
	if _, err := h.screen(t, "good"); err != nil {
		t.Fatal(err)
	}
	h.replays.playing.Wait()
	if r, err := h.ReplayOf("live", boss); err != nil || r.State != ReplayFailed || !errors.Is(r.Why, errStumbled) {
		t.Errorf("after a comment that panics: %+v, %v", r, err)
	}
	if h.replays.find("live").player != nil {
		t.Error("the file is kept after its end")
	}
	speed := 2.0
	if _, err := h.Steer("live", boss, Steering{Speed: &speed}); !errors.Is(err, comment.ErrNotFound) {
		t.Errorf("steering what is over: %v", err)
	}
}

// A file that does not come to its end can be stopped, and keeps nobody from
// another.
func TestReplayIsStoppedWhileItsFileComes(t *testing.T) {
	begun, more := make(chan bool), make(chan bool)
	h := newCinema(t, func(text string) (Tape, error) {
		if text == "endless" {
			begun <- true
			<-more
		}
		return one(), nil
	})
	first := make(chan error)
	go func() {
		_, err := h.screen(t, "endless")
		first <- err
	}()
	<-begun
	if _, err := h.screen(t, "another"); !errors.Is(err, comment.ErrTaken) {
		t.Errorf("beside one that comes: %v", err)
	}
	if err := h.StopReplay(t.Context(), "live", boss); err != nil {
		t.Fatal(err)
	}
	if r, err := h.ReplayOf("live", boss); err != nil || r.State != ReplayStopped {
		t.Errorf("stopped: %+v, %v", r, err)
	}
	if err := h.StopReplay(t.Context(), "live", boss); !errors.Is(err, comment.ErrNotFound) {
		t.Errorf("stopped again: %v", err)
	}
	if _, err := h.screen(t, "another"); err != nil {
		t.Errorf("after it was stopped: %v", err)
	}
	close(more)
	if err := <-first; !errors.Is(err, comment.ErrTaken) {
		t.Errorf("who sent it hears %v", err)
	}
	if r, err := h.ReplayOf("live", boss); err != nil || r.File != "another" {
		t.Errorf("the room's replay is %+v, %v", r, err)
	}
}
