package room

import (
	"time"

	"danmaku/comment"
)

// MomentKind is a kind of event of OBS.
type MomentKind string

// The kinds of moments, as on the wire.
const (
	StreamStart MomentKind = "stream_start"
	StreamStop  MomentKind = "stream_stop"
	RecordStart MomentKind = "record_start"
	RecordStop  MomentKind = "record_stop"

	RecordPause  MomentKind = "record_pause"
	RecordResume MomentKind = "record_resume"
)

// Moment is the time of an event of OBS, by the server's clock, which comments use, too.
type Moment struct {
	Room string
	At   time.Time
	Kind MomentKind
}

// Pause is a time in which a recording was paused. To is zero while it lasts.
type Pause struct{ From, To time.Time }

// Archive selects the rows of an export. Zero fields select everything.
type Archive struct {
	From     time.Time        // the first moment
	To       time.Time        // exclusive end
	Statuses []comment.Status // empty: only [Shown]
	Without  comment.Source   // a source whose comments are left out
}

// Session is a time in which a room was busy.
type Session struct {
	From, To time.Time // times of the first and the last comment
	Count    int       // comments that were shown and still are
}
