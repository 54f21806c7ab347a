package replay

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
	"danmaku/room"
)

// reels reads files with the test's function.
type reels struct {
	Recordings
	read func(text string) (Recording, error)
}

func (r reels) File(_ context.Context, _ string, file io.Reader, _ bool) (Recording, error) {
	b, err := io.ReadAll(file)
	if err != nil {
		return Recording{}, err
	}
	return r.read(string(b))
}

// emptyRooms are rooms without people. Submitting a comment panics.
type emptyRooms struct{}

func (emptyRooms) Submit(context.Context, string, int64, RecordedComment) (comment.Status, error) {
	panic("no comment is taken")
}

func (emptyRooms) Shown(context.Context, string, comment.ID) (bool, error) { return true, nil }
func (emptyRooms) Changed(string)                                          {}
func (emptyRooms) Audit(context.Context, room.AuditEntry) error            { return nil }

var boss = room.Actor{Role: room.Owner, Label: "boss"}

// newEmptyReplays returns the replays of rooms that accept no comment.
func newEmptyReplays(t *testing.T, read func(text string) (Recording, error)) *Replays {
	s := New(Deps{Recordings: reels{read: read}, Rooms: emptyRooms{}, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	t.Cleanup(s.Close)
	return s
}

// play starts to play a file that contains its own name.
func play(t *testing.T, s *Replays, file string) (Report, error) {
	t.Helper()
	return s.File(t.Context(), Request{Room: "live", By: boss, Speed: 1}, file, strings.NewReader(file), false)
}

// oneComment returns a recording with one comment.
func oneComment() Recording {
	return Recording{Total: 1, Source: shortFilm{}}
}

type shortFilm struct{}

func (shortFilm) Close() error { return nil }

func (shortFilm) From(context.Context, time.Duration) iter.Seq2[RecordedComment, error] {
	return func(yield func(RecordedComment, error) bool) { yield(RecordedComment{Text: "x"}, nil) }
}

// A bug ends the replay that meets it, and neither the program nor the room's next replay.
// A replay that is over keeps no file.
func TestAPanicEndsOneReplayAlone(t *testing.T) {
	s := newEmptyReplays(t, func(text string) (Recording, error) {
		if text == "bad" {
			panic(text)
		}
		return oneComment(), nil
	})
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the reader did not panic")
			}
		}()
		_, _ = play(t, s, "bad")
	}()
	if r, err := s.Of("live"); err != nil || r.State != Failed {
		t.Errorf("after a reader that panics: %+v, %v", r, err)
	}
	if _, err := play(t, s, "good"); err != nil {
		t.Fatal(err)
	}
	s.playing.Wait()
	if r, err := s.Of("live"); err != nil || r.State != Failed || !errors.Is(r.Why, ErrPanic) {
		t.Errorf("after a comment that panics: %+v, %v", r, err)
	}
	if s.find("live").player != nil {
		t.Error("the file is kept after its end")
	}
	speed := 2.0
	if _, err := s.Control("live", Control{Speed: &speed}); !errors.Is(err, room.ErrNotFound) {
		t.Errorf("control of an ended replay: %v", err)
	}
}

// A file that never ends can be stopped, and then another one can be played.
func TestReplayIsStoppedWhileItsFileComes(t *testing.T) {
	begun, more := make(chan bool), make(chan bool)
	s := newEmptyReplays(t, func(text string) (Recording, error) {
		if text == "endless" {
			begun <- true
			<-more
		}
		return oneComment(), nil
	})
	first := make(chan error)
	go func() {
		_, err := play(t, s, "endless")
		first <- err
	}()
	<-begun
	if _, err := play(t, s, "another"); !errors.Is(err, room.ErrTaken) {
		t.Errorf("while another one is being loaded: %v", err)
	}
	if err := s.Stop(t.Context(), "live", boss); err != nil {
		t.Fatal(err)
	}
	if r, err := s.Of("live"); err != nil || r.State != Stopped {
		t.Errorf("stopped: %+v, %v", r, err)
	}
	if err := s.Stop(t.Context(), "live", boss); !errors.Is(err, room.ErrNotFound) {
		t.Errorf("stopped again: %v", err)
	}
	if _, err := play(t, s, "another"); err != nil {
		t.Errorf("after it was stopped: %v", err)
	}
	close(more)
	if err := <-first; !errors.Is(err, room.ErrTaken) {
		t.Errorf("its sender receives %v", err)
	}
	if r, err := s.Of("live"); err != nil || r.File != "another" {
		t.Errorf("the room's replay is %+v, %v", r, err)
	}
}
