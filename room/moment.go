package room

import (
	"time"

	"danmaku/comment"
)

// MomentKind is something that OBS did.
type MomentKind string

// The kinds of moment, in the words of the wire.
const (
	StreamStart MomentKind = "stream_start"
	StreamStop  MomentKind = "stream_stop"
	RecordStart MomentKind = "record_start"
	RecordStop  MomentKind = "record_stop"

	RecordPause  MomentKind = "record_pause"
	RecordResume MomentKind = "record_resume"
)

// Moment is when OBS did something, by the server's clock, which is also the
// clock of the comments.
type Moment struct {
	Room string
	At   time.Time
	Kind MomentKind
}

// Pause is a time in which a recording stood still. To is zero while it does so.
type Pause struct{ From, To time.Time }

// Archive selects the rows of an export. Zero fields do not select.
type Archive struct {
	From     time.Time        // the first moment
	To       time.Time        // the first moment that is not in it any more
	Statuses []comment.Status // empty: [Shown] alone
	Without  comment.Source   // a door whose comments are left out
}

// Session is a time in which a room was busy.
type Session struct {
	From, To time.Time // of the first and the last comment
	Count    int       // comments that were shown and still are
}
