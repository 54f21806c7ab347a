package wire

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// Fault is an error as clients get it: the HTTP status, the protocol's code, and a sentence
// that says what to do.
type Fault struct {
	err     error
	Status  int
	Code    string
	Message string
	Why     *room.Fault // for languages other than Message's, or nil

	Defects, Notes []room.Fault // of a file
}

// faults maps the domain's errors to answers. Any other error is `internal`, and only the
// log has its details.
var faults = []Fault{
	{err: room.ErrBadFrame, Status: http.StatusBadRequest, Message: "Send one JSON object as docs/dev/protocol.md describes it."},
	{err: room.ErrEmpty, Status: http.StatusUnprocessableEntity, Message: "Write something first."},
	{err: room.ErrTooLong, Status: http.StatusUnprocessableEntity, Message: "That is too long. Shorten the text or the name."},
	{err: room.ErrBadStyle, Status: http.StatusUnprocessableEntity, Message: "Use a known mode and size, and a colour as #rrggbb."},
	{err: room.ErrRoomClosed, Status: http.StatusConflict, Message: "The room is closed."},
	{err: room.ErrRoomPaused, Status: http.StatusConflict, Message: "Comments are paused."},
	{err: room.ErrMuted, Status: http.StatusForbidden, Message: "You cannot send right now. You can keep watching."},
	{err: room.ErrBanned, Status: http.StatusForbidden, Message: "You cannot take part in this room."},
	{err: room.ErrSlowDown, Status: http.StatusTooManyRequests, Message: "That was too fast. Send it again after the wait."},
	{err: room.ErrDuplicate, Status: http.StatusUnprocessableEntity, Message: "You have just said that."},
	{err: room.ErrRefused, Status: http.StatusUnprocessableEntity, Message: "Not sent. Please word it differently."},
	{err: room.ErrBusy, Status: http.StatusServiceUnavailable, Message: "It cannot be saved right now. Send it again in a moment."},
	{err: room.ErrNotFound, Status: http.StatusNotFound, Message: "There is no such thing here."},
	{err: room.ErrNotAllowed, Status: http.StatusForbidden, Message: "This link does not allow that."},
	{err: room.ErrExpired, Status: http.StatusGone, Message: "It is too late for that."},
	{err: room.ErrInvalid, Status: http.StatusUnprocessableEntity, Message: "A value is out of bounds."},
	{err: room.ErrTaken, Status: http.StatusConflict, Message: "That name is taken, or something else is under way. Choose another, or wait."},
	{err: room.ErrChanged, Status: http.StatusConflict, Message: "It was changed since, and is left as it is."},
	{err: room.ErrVoted, Status: http.StatusConflict, Message: "You have voted."},
	{err: room.ErrNotLive, Status: http.StatusConflict, Message: "It is over, or has not begun."},
	{err: ErrNoKey, Status: http.StatusUnauthorized, Message: "Open the console link again, or send a valid key in the Authorization header."},
}

// ErrNoKey reports a request that needs a key and has none, or an invalid one.
var ErrNoKey = errors.New("no key, or an invalid one")

// Internal is the answer for a bug; only the log has its details.
var Internal = Fault{Status: http.StatusInternalServerError, Code: "internal", Message: "Something failed here. The log of the server has the detail."}

// LocalScheme is the authorization scheme of commands on the server's machine. Its
// parameter is a signature of the request.
const LocalScheme = "Danmaku-Local"

// ErrorOf returns the error that an HTTP answer describes: it wraps the sentinel and has
// the answer's sentence. For a status and code without a sentinel, the error names them.
func ErrorOf(status int, e Error) error {
	for _, f := range faults {
		if f.Status != status || FaultOf(f.err).Code != e.Code {
			continue
		}
		err := error(&room.ExplainedError{Err: f.err, Detail: e.Message})
		if e.WaitMS > 0 {
			err = &room.WaitError{Err: err, Wait: time.Duration(e.WaitMS) * time.Millisecond}
		}
		return err
	}
	return fmt.Errorf("the server answers with status %d: %s", status, e.Message)
}

// FaultOf returns what clients get for an error.
func FaultOf(err error) Fault {
	for _, f := range faults {
		if errors.Is(err, f.err) {
			f.Code = room.Code(f.err)
			if f.err == ErrNoKey {
				f.Code = room.Code(room.ErrNotAllowed)
			}
			if why := (*room.ExplainedError)(nil); errors.As(err, &why) {
				f.Message, f.Why, f.Defects, f.Notes = why.Detail, why.Fault, why.Defects, why.Notes
			}
			if input := (*comment.InputError)(nil); errors.As(err, &input) {
				f.Message = input.Detail
			}
			return f
		}
	}
	return Internal
}

// StatusOf returns the usual HTTP status of a code; for an unknown code, that of internal.
func StatusOf(code string) int {
	for _, f := range faults {
		if f.err != ErrNoKey && room.Code(f.err) == code {
			return f.Status
		}
	}
	return Internal.Status
}
