package room

import (
	"context"
	"strconv"
	"sync/atomic"
)

// Attempt is one try of a command, where several machines run the rooms together.
type Attempt struct {
	term     uint64
	name     string
	comments atomic.Int64
	outdated atomic.Bool
}

type attemptKey struct{}

// WithTerm says which term of the log somebody's checks have seen: the rooms, bans and
// rights by which they let a command through. The journal refuses with [ErrMoved] what
// was checked before something that was written elsewhere, see docs/dev/architecture.md.
func WithTerm(ctx context.Context, term uint64) context.Context {
	ctx, _ = WithAttempt(ctx, term, "")
	return ctx
}

// WithAttempt is [WithTerm] for a command that has a name, which stays the same when it is
// tried again. What came of the attempt is found in it.
func WithAttempt(ctx context.Context, term uint64, name string) (context.Context, *Attempt) {
	a := &Attempt{term: term, name: name}
	return context.WithValue(ctx, attemptKey{}, a), a
}

// TermOf returns the term of a context. 0 is none: nothing is refused for it.
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

// NoteMoved notes that the journal has refused something with [ErrMoved], whatever is made
// of that error on its way.
func NoteMoved(ctx context.Context) {
	if a := attemptOf(ctx); a != nil {
		a.outdated.Store(true)
	}
}

// Outdated reports whether the journal refused something of the attempt with [ErrMoved]:
// then all of it is to be tried again.
func (a *Attempt) Outdated() bool { return a.outdated.Load() }

// RefOf returns a ref for the next comment of a command that came without one: the same
// when the command is tried again, so that its comment is not written twice. It is empty
// outside a command.
func RefOf(ctx context.Context) string {
	a := attemptOf(ctx)
	if a == nil || a.name == "" {
		return ""
	}
	return a.name + "." + strconv.FormatInt(a.comments.Add(1), 36)
}

// Altered says of which kinds of records other machines have changed some. What they
// wrote into the logs of rooms comes as events.
type Altered struct{ Rooms, Links, Rules, Chats, Webhooks, Keep bool }

// Any reports whether there is any.
func (a Altered) Any() bool { return a != Altered{} }
