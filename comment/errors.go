package comment

import (
	"errors"
	"fmt"
)

// Why a draft or an ID is refused. Package room has the complete list.
var (
	ErrBadFrame = errors.New("the message is not one of the protocol")
	ErrEmpty    = errors.New("the text is empty")
	ErrTooLong  = errors.New("the text is too long")
	ErrBadStyle = errors.New("the style is malformed")
	ErrNotFound = errors.New("not found")
)

// InputError says which field of a draft is wrong and what its limit is, and wraps one of
// the sentinels.
type InputError struct {
	Err    error
	Detail string // for people, in English
}

// Error returns the sentence.
func (e *InputError) Error() string { return e.Detail }

// Unwrap returns the sentinel.
func (e *InputError) Unwrap() error { return e.Err }

func refuse(err error, format string, args ...any) error {
	return &InputError{Err: err, Detail: fmt.Sprintf(format, args...)}
}
