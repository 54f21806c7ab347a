package live

import (
	"time"

	"danmaku/comment"
	"danmaku/live/fanout"
	"danmaku/live/replay"
	"danmaku/room"
	"danmaku/show"
)

// Welcome is the first content for a client that joins a room.
type Welcome struct {
	Room     room.Room
	Position room.Position // where the next events start
	Resumed  bool
	Missed   [][]byte // resumed: the encoded events since the client's position
	End      room.Position
	Recent   []byte        // not resumed: the list of encoded comments to start from; read-only
	People   int           // phones in the room
	Delay    time.Duration // how far the view is behind the log
	Pin      *comment.Comment
	Items    []show.Item       // what is shown besides comments, as this view sees it
	Held     [][]byte          // for a console: the queue, oldest first, see queueHello
	Groups   []room.GroupCount // the number of waiting comments of each group in Held
	Waiting  int               // how many are in the queue
	HeldAt   int64             // the last log event that the queue includes; events up to it say nothing new about the queue
	Replay   *replay.Report    // for a console: the running replay
	OnAir    *OnAir            // for the audience: set by the outlet, which alone knows; nil when unknown
}

// AirState is what the overlays of a room do, as phones see it.
type AirState string

// The states of a room's overlays.
const (
	AirNone   AirState = "none"   // none is connected
	AirHidden AirState = "hidden" // connected, but none draws
	AirOn     AirState = "on"     // at least one draws
)

// OnAir says whether an overlay draws a room's comments.
type OnAir struct {
	State AirState
	Shown *int64 // ms until a comment is drawn on the slowest overlay; nil while none has reported
}

// Join calls welcome with the first content for a new socket of a view. No frame is
// broadcast to the view until welcome returns, so the socket must be registered with the
// outlet before. welcome must not wait for anything. resume is the result of
// [Service.Resume] for a client that comes back; the zero value starts afresh. Join reads
// only memory.
func (svc *Service) Join(roomID string, v room.View, resume Resume, welcome func(Welcome)) error {
	r, err := svc.room(roomID)
	if err != nil {
		return err
	}
	w := Welcome{Room: r.settings(), People: svc.outlet.Count(roomID, room.ViewAudience)}
	if fanout.Delayed(v) {
		w.Delay = w.Room.Delay.Duration()
	}
	r.broadcaster(v).Join(func(passed int64) {
		w.End = r.position(passed)
		if resume.possible {
			w.Missed, w.Resumed = r.missed(v, resume.since, resume.past, passed)
		}
		if w.Resumed {
			w.Position = r.position(resume.since)
		} else {
			w.Position = w.End
			w.Recent = r.recents(svc.encoder, v, passed, svc.now().Add(-w.Delay), resume.Lines)
		}
		if c, ok := r.pinned(passed); ok {
			w.Pin = &c
		}
		r.mu.RLock()
		w.Items = r.showing.hello(v, passed, svc.now())
		r.mu.RUnlock()
		if v == room.ViewConsole {
			r.toReview(&w)
			w.Replay = svc.underWay(roomID)
		}
		welcome(w)
	})
	if v == room.ViewAudience && keepingDiffers(w.Room, r.settings()) { // the settings changed between Join's read and welcome
		svc.broadcastKeeping(r)
	}
	return nil
}
