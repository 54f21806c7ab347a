package room

import (
	"errors"
	"fmt"
	"time"

	"danmaku/comment"
	"danmaku/show"
)

// The reasons why something is refused. They are the complete list: server/wire/errors.go
// maps each to a status and a code, and any other error is `internal`.
var (
	ErrBadFrame   = comment.ErrBadFrame
	ErrEmpty      = comment.ErrEmpty
	ErrTooLong    = comment.ErrTooLong
	ErrBadStyle   = comment.ErrBadStyle
	ErrRoomClosed = errors.New("the room is closed")
	ErrRoomPaused = errors.New("the room is paused")
	ErrMuted      = errors.New("the author is muted")
	ErrBanned     = errors.New("the author is banned")
	ErrSlowDown   = errors.New("too many comments")
	ErrDuplicate  = errors.New("the same text was sent before")
	ErrRefused    = errors.New("the filter refused it")
	ErrBusy       = errors.New("the log cannot be written right now")
	ErrNotFound   = comment.ErrNotFound
	ErrNotAllowed = errors.New("this role may not do that")
	ErrExpired    = errors.New("it is too late for that")
	ErrInvalid    = errors.New("a value is out of bounds")
	ErrTaken      = errors.New("the name is taken")
	ErrChanged    = errors.New("somebody changed it since")
	ErrVoted      = show.ErrVoted
	ErrNotLive    = show.ErrState
	ErrMoved      = errors.New("another server has written since") // always together with ErrBusy
)

// ExplainedError describes a problem in a sentence for people, and wraps one of the
// sentinels.
type ExplainedError struct {
	Err    error
	Detail string
	Fault  *Fault // data for other languages; nil where the console does not need it

	// For a file: the first few faults of its comments, and those of the file as a whole.
	Defects, Notes []Fault
}

// Error returns the sentence.
func (e *ExplainedError) Error() string { return e.Detail }

// Unwrap returns the sentinel.
func (e *ExplainedError) Unwrap() error { return e.Err }

// Explain wraps a sentinel with a sentence that its receiver may read.
func Explain(err error, format string, args ...any) error {
	return &ExplainedError{Err: err, Detail: fmt.Sprintf(format, args...)}
}

// ExplainFault is [Explain] with data for other languages.
func ExplainFault(err error, f *Fault) error {
	return &ExplainedError{Err: err, Detail: f.Error(), Fault: f}
}

// ChangedError names the person who has changed the target of an undo or a save since, so
// that nothing was changed. It wraps [ErrChanged].
type ChangedError struct {
	By string // empty when unknown
	At time.Time
}

// Error names the person.
func (e *ChangedError) Error() string {
	if e.By == "" {
		return "It was changed since, and is left as it is."
	}
	return e.By + " changed it since, and it is left as it is."
}

// Unwrap returns the sentinel.
func (e *ChangedError) Unwrap() error { return ErrChanged }

// WaitError says when a retry makes sense. It wraps one of the sentinels, most often
// [ErrSlowDown].
type WaitError struct {
	Err  error
	Wait time.Duration
	Full bool // the room accepts no more from this source, from any of its authors
}

// Error names the reason and the wait.
func (e *WaitError) Error() string {
	return fmt.Sprintf("%v, again in %v", e.Err, e.Wait.Round(time.Millisecond))
}

// Unwrap returns the sentinel.
func (e *WaitError) Unwrap() error { return e.Err }

// Wait returns how long err asks to wait; zero if it does not.
func Wait(err error) time.Duration {
	var w *WaitError
	if errors.As(err, &w) {
		return w.Wait
	}
	return 0
}

// codes maps the sentinels to their codes on the wire.
var codes = []struct {
	err  error
	code string
}{
	{ErrBadFrame, "bad_frame"}, {ErrEmpty, "empty"}, {ErrTooLong, "too_long"}, {ErrBadStyle, "bad_style"},
	{ErrRoomClosed, "room_closed"}, {ErrRoomPaused, "room_paused"}, {ErrMuted, "muted"}, {ErrBanned, "banned"},
	{ErrSlowDown, "slow_down"}, {ErrDuplicate, "duplicate"}, {ErrRefused, "refused"}, {ErrBusy, "busy"},
	{ErrNotFound, "not_found"}, {ErrNotAllowed, "not_allowed"}, {ErrExpired, "expired"}, {ErrInvalid, "bad_frame"}, {ErrTaken, "taken"},
	{ErrChanged, "changed"}, {ErrVoted, "voted"}, {ErrNotLive, "not_live"},
}

// Codes lists the error codes of the protocol, including `internal`.
func Codes() []string {
	out := []string{"internal"}
	for _, c := range codes {
		out = append(out, c.code)
	}
	return out
}

// ErrorOf returns the sentinel of a code, nil if there is none.
func ErrorOf(code string) error {
	for _, c := range codes {
		if c.code == code {
			return c.err
		}
	}
	return nil
}

// Code returns the code of an error: `internal` when it is none of the sentinels.
func Code(err error) string {
	for _, c := range codes {
		if errors.Is(err, c.err) {
			return c.code
		}
	}
	return "internal"
}
