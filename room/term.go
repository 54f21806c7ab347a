package room

import (
	"context"
	"strconv"
	"sync/atomic"
)

// Attempt is one attempt of a command, where several machines run the rooms together.
type Attempt struct {
	term     uint64
	name     string
	comments atomic.Int64
	outdated atomic.Bool
}

type attemptKey struct{}

// WithTerm sets the term of the log that a caller's checks have seen: the rooms, bans and
// permissions by which they let a command through. The journal refuses with [ErrMoved] a
// command that was checked before another machine's write, see docs/dev/architecture.md.
func WithTerm(ctx context.Context, term uint64) context.Context {
	ctx, _ = WithAttempt(ctx, term, "")
	return ctx
}

// WithAttempt is [WithTerm] for a command with a name, which stays the same when it is
// retried. The returned Attempt collects its result.
func WithAttempt(ctx context.Context, term uint64, name string) (context.Context, *Attempt) {
	a := &Attempt{term: term, name: name}
	return context.WithValue(ctx, attemptKey{}, a), a
}

// TermOf returns the term of a context. 0 means none: nothing is refused for it.
func TermOf(ctx context.Context) uint64 {
	if a := attemptOf(ctx); a != nil {
		return a.term
	}
	return 0
}

func attemptOf(ctx context.Context) *Attempt {
	a, _ := ctx.Value(attemptKey{}).(*Attempt)
	return a
}

// NoteMoved records that the journal has refused something with [ErrMoved], even if that
// error is converted on its way.
func NoteMoved(ctx context.Context) {
	if a := attemptOf(ctx); a != nil {
		a.outdated.Store(true)
	}
}

// Outdated reports whether the journal refused part of the attempt with [ErrMoved]: then
// all of it must be retried.
func (a *Attempt) Outdated() bool { return a.outdated.Load() }

// RefOf returns a ref for the next comment of a command that came without one: the same on
// each retry of the command, so that its comment is not written twice. It is empty outside
// a command.
func RefOf(ctx context.Context) string {
	a := attemptOf(ctx)
	if a == nil || a.name == "" {
		return ""
	}
	return a.name + "." + strconv.FormatInt(a.comments.Add(1), 36)
}

// Altered says which kinds of records other machines have changed. Their events in the logs
// of rooms arrive separately.
type Altered struct{ Rooms, Links, Rules, Chats, Webhooks, Keep bool }

// Any reports whether any kind was changed.
func (a Altered) Any() bool { return a != Altered{} }
