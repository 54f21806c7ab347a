package connector_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/connector"
)

// rooms is a room that records the calls it gets.
type rooms struct {
	mu     sync.Mutex
	next   comment.ID
	texts  []string
	by     connector.Settings // of the newest message
	acts   chan string
	submit func(m connector.Message) (connector.Result, error)
}

func newRooms() *rooms { return &rooms{acts: make(chan string, 10_000)} }

func (r *rooms) Vote(_ context.Context, _ connector.Settings, m connector.Message) (bool, error) {
	if m.Text != "vote" {
		return false, nil
	}
	r.acts <- "vote of " + m.UserID
	return true, nil
}

func (r *rooms) Submit(_ context.Context, settings connector.Settings, m connector.Message) (connector.Result, error) {
	if r.submit != nil {
		return r.submit(m)
	}
	r.mu.Lock()
	r.next++
	id := r.next
	r.texts, r.by = append(r.texts, m.Text), settings
	r.mu.Unlock()
	r.acts <- "submit " + m.Text
	return connector.Result{ID: id, Status: comment.Shown}, nil
}

// last returns the settings with which the newest message came.
func (r *rooms) last() connector.Settings {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.by
}

func (r *rooms) TakeDown(_ context.Context, _ connector.Settings, ids []comment.ID) (int, error) {
	r.acts <- fmt.Sprint("take down ", int64(ids[0]))
	return len(ids), nil
}

func (r *rooms) TakeDownRef(_ context.Context, _ connector.Settings, origin comment.Source, id string) (int, error) {
	r.acts <- fmt.Sprintf("take down ref %s %s", origin, id)
	return 0, nil
}

func (r *rooms) TakeDownAuthor(_ context.Context, _ connector.Settings, origin comment.Source, user string, mute time.Duration, forever bool) (int, error) {
	r.acts <- fmt.Sprintf("take down author %s %s %v %v", origin, user, mute, forever)
	return 1, nil
}

func (r *rooms) TakeDownAll(_ context.Context, _ connector.Settings, origin comment.Source) (int, error) {
	r.acts <- fmt.Sprintf("take down all %s", origin)
	return 1, nil
}

// source is a chat that a test controls.
type source struct {
	run func(ctx context.Context, out connector.Sink) error
}

func (s source) Run(ctx context.Context, out connector.Sink) error { return s.run(ctx, out) }

func supervise(t *testing.T, r connector.Rooms, clock connector.Clock, run func(ctx context.Context, out connector.Sink) error) *supervisor {
	t.Helper()
	changed := make(chan struct{}, 1)
	s := connector.New(connector.Options{
		Changed: func(string) {
			select {
			case changed <- struct{}{}:
			default:
			}
		},
		Kinds: map[string]connector.Open{"fake": func(connector.Settings, connector.Env) (connector.Source, error) { return source{run}, nil }},
		Rooms: r, Env: connector.Env{Clock: clock, Jitter: func() float64 { return 0.5 }}, Log: slog.New(slog.DiscardHandler),
	})
	t.Cleanup(s.Close)
	return &supervisor{s, changed}
}

// supervisor is a supervisor whose changes a test can wait for.
type supervisor struct {
	*connector.Supervisor
	changed chan struct{}
}

// patience is how long a test waits for something that must happen. It is not a measurement.
const patience = 3 * time.Minute

var chat = connector.Settings{ID: "c1", Room: "live", Kind: "fake", FollowBans: true}

func message(id, user, text string) connector.Message {
	return connector.Message{ID: id, Origin: comment.FromTwitch, UserID: user, Login: "login-" + user, Text: text}
}

func expectActs(t *testing.T, acts <-chan string, want ...string) {
	t.Helper()
	for _, w := range want {
		select {
		case got := <-acts:
			if got != w {
				t.Fatalf("got %q, want %q", got, w)
			}
		case <-time.After(patience):
			t.Fatalf("no %q came", w)
		}
	}
}

// awaitPhase waits for a phase, which the chat reaches without the test's clock.
func awaitPhase(t *testing.T, s *supervisor, want connector.Phase) connector.State {
	t.Helper()
	for deadline := time.After(patience); ; {
		_, st, ok := s.Chat("c1")
		if ok && st.Phase == want {
			return st
		}
		select {
		case <-s.changed:
		case <-deadline:
			t.Fatalf("the chat is %+v, want %s", st, want)
		}
	}
}
