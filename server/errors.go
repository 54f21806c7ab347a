package server

import (
	"errors"
	"net/http"

	"danmaku/comment"
)

// fault is how an error is told to a client: the status over HTTP, the word of
// the protocol, and a sentence that says what to do.
type fault struct {
	err     error
	Status  int
	Code    string
	Message string
	Why     *comment.Fault // for other languages than that of Message, or nil
}

// faults is the one table from the domain's errors to the outside. Whatever is
// not in it is `internal`, and its detail stays in the log.
var faults = []fault{
	{err: comment.ErrBadFrame, Status: http.StatusBadRequest, Message: "Send one JSON object as docs/protocol.md describes it."},
	{err: comment.ErrEmpty, Status: http.StatusUnprocessableEntity, Message: "Write something first."},
	{err: comment.ErrTooLong, Status: http.StatusUnprocessableEntity, Message: "That is too long. Shorten the text or the name."},
	{err: comment.ErrBadStyle, Status: http.StatusUnprocessableEntity, Message: "Use a known mode and size, and a colour as #rrggbb."},
	{err: comment.ErrRoomClosed, Status: http.StatusConflict, Message: "The room is closed."},
	{err: comment.ErrRoomPaused, Status: http.StatusConflict, Message: "Comments are paused."},
	{err: comment.ErrMuted, Status: http.StatusForbidden, Message: "You cannot send right now. You can keep watching."},
	{err: comment.ErrBanned, Status: http.StatusForbidden, Message: "You cannot take part in this room."},
	{err: comment.ErrSlowDown, Status: http.StatusTooManyRequests, Message: "That was too fast. Send it again after the wait."},
	{err: comment.ErrDuplicate, Status: http.StatusUnprocessableEntity, Message: "You have just said that."},
	{err: comment.ErrRefused, Status: http.StatusUnprocessableEntity, Message: "Not sent. Please word it differently."},
	{err: comment.ErrBusy, Status: http.StatusServiceUnavailable, Message: "It cannot be saved right now. Send it again in a moment."},
	{err: comment.ErrNotFound, Status: http.StatusNotFound, Message: "There is no such thing here."},
	{err: comment.ErrNotAllowed, Status: http.StatusForbidden, Message: "This link does not allow that."},
	{err: comment.ErrExpired, Status: http.StatusGone, Message: "It is too late for that."},
	{err: comment.ErrInvalid, Status: http.StatusUnprocessableEntity, Message: "A value is out of bounds."},
	{err: comment.ErrTaken, Status: http.StatusConflict, Message: "That name is taken. Choose another."},
	{err: comment.ErrChanged, Status: http.StatusConflict, Message: "It was changed since, and is left as it is."},
	{err: errNoKey, Status: http.StatusUnauthorized, Message: "Open the console link again, or send Authorization: Bearer with a key that is good."},
}

// errNoKey is for a request that needs a key and has none, or a bad one.
var errNoKey = errors.New("no key, or a bad one")

var internal = fault{Status: http.StatusInternalServerError, Code: "internal", Message: "Something failed here. The log of the server has the detail."}

// faultOf finds how to tell an error.
func faultOf(err error) fault {
	for _, f := range faults {
		if errors.Is(err, f.err) {
			f.Code = comment.Code(f.err)
			if f.err == errNoKey {
				f.Code = comment.Code(comment.ErrNotAllowed)
			}
			if why := (*comment.ExplainedError)(nil); errors.As(err, &why) {
				f.Message, f.Why = why.Detail, why.Fault
			}
			return f
		}
	}
	return internal
}
