package connectortest

import (
	"context"
	"log/slog"
	"runtime"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/connector"
)

// Nobody implements rooms that drop everything.
type Nobody struct{}

var _ connector.Rooms = Nobody{}

// Vote implements [connector.Rooms].
func (Nobody) Vote(context.Context, connector.Settings, connector.Message) (bool, error) {
	return false, nil
}

// Submit implements [connector.Rooms].
func (Nobody) Submit(context.Context, connector.Settings, connector.Message) (connector.Result, error) {
	return connector.Result{Limited: true}, nil
}

// TakeDown implements [connector.Rooms].
func (Nobody) TakeDown(context.Context, connector.Settings, []comment.ID) (int, error) {
	return 0, nil
}

// TakeDownRef implements [connector.Rooms].
func (Nobody) TakeDownRef(context.Context, connector.Settings, comment.Source, string) (int, error) {
	return 0, nil
}

// TakeDownAuthor implements [connector.Rooms].
func (Nobody) TakeDownAuthor(context.Context, connector.Settings, comment.Source, string, time.Duration, bool) (int, error) {
	return 0, nil
}

// TakeDownAll implements [connector.Rooms].
func (Nobody) TakeDownAll(context.Context, connector.Settings, comment.Source) (int, error) {
	return 0, nil
}

// Reconnect keeps a chat connected through a supervisor, ends its connection many times,
// and fails the test when that leaves goroutines behind. drop waits for a connection and
// ends it; it returns false when none came. stop ends the platform.
func Reconnect(t *testing.T, times int, o connector.Options, settings connector.Settings, drop func() bool, stop func()) {
	t.Helper()
	before := runtime.NumGoroutine() // includes the platform's own goroutines
	clock, changed := NewClock(), make(chan struct{}, 1)
	o.Env.Clock, o.Rooms, o.Log = clock, Nobody{}, slog.New(slog.DiscardHandler)
	o.Changed = func(string) {
		select {
		case changed <- struct{}{}:
		default:
		}
	}
	chats := connector.New(o)
	chats.Set(settings)
	for i := range times {
		if !drop() {
			_, st, _ := chats.Chat(settings.ID)
			t.Fatalf("only %d connections came; the chat is %+v", i, st)
		}
		for late := time.After(patience); ; {
			_, st, _ := chats.Chat(settings.ID)
			if st.Phase == connector.Retrying {
				wait := st.RetryAt.Sub(clock.Now())
				clock.AwaitTimer(t, wait)
				clock.Advance(wait)
				break
			}
			select {
			case <-changed:
			case <-late:
				t.Fatalf("connection %d does not end: %+v", i, st)
			}
		}
	}
	chats.Close()
	stop()
	now := 0
	for deadline, tick := time.Now().Add(patience), time.Tick(2*time.Millisecond); time.Now().Before(deadline); <-tick {
		if now = runtime.NumGoroutine(); now <= before {
			return
		}
	}
	t.Errorf("%d goroutines, %d before", now, before)
}
