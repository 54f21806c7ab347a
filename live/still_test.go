package live

import (
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/live/fanout"
	"danmaku/live/replay"
	"danmaku/room"
	"danmaku/show"
)

// plainEncoder makes bytes without content.
type plainEncoder struct{}

func (plainEncoder) Event(room.View, room.Event) []byte { return []byte("event") }

func (plainEncoder) Frame(room.Position, [][]byte) fanout.Frame {
	return fanout.Frame{Full: []byte("frame"), Brief: []byte("frame")}
}

func (plainEncoder) Ack(string, Outcome) []byte { return []byte("ack") }

func (plainEncoder) List([][]byte) []byte            { return []byte("list") }
func (plainEncoder) Muted(time.Time) []byte          { return []byte("muted") }
func (plainEncoder) Warned([]room.Note) []byte       { return []byte("warned") }
func (plainEncoder) Keeping(room.Room) []byte        { return []byte("room") }
func (plainEncoder) Tally([]show.Item) []byte        { return []byte("tally") }
func (plainEncoder) Reactions(map[string]int) []byte { return []byte("reactions") }
func (plainEncoder) Looking(Looking) []byte          { return []byte("looking") }
func (plainEncoder) Replay(r replay.Report) []byte   { return []byte(r.State) }

// outletFunc is an outlet whose broadcast is a function.
type outletFunc func(room string, v room.View, frame []byte)

func (f outletFunc) Recipients(roomID string, v room.View) fanout.Recipients {
	return viewOf{f, roomID, v}
}

// viewOf is a view of a room at an outletFunc.
type viewOf struct {
	outlet outletFunc
	room   string
	view   room.View
}

func (v viewOf) Send(frame fanout.Frame) <-chan struct{} {
	v.outlet(v.room, v.view, frame.Full)
	return nil
}

func (outletFunc) Announce(string, room.View, []byte)         {}
func (outletFunc) Evict(func(Client) error)                   {}
func (outletFunc) People(string, string) []string             { return nil }
func (outletFunc) Connected(string, string) bool              { return false }
func (outletFunc) SendTo(string, string, []byte)              {}
func (outletFunc) Notify(string, string, func(Client) []byte) {}
func (outletFunc) Count(string, room.View) int                { return 0 }

// A client drops comments up to the position it knows, so a heartbeat must not carry a
// position whose frame is still on its way.
func TestAHeartbeatDoesNotOvertakeAFrame(t *testing.T) {
	svc := &Service{rooms: map[string]*liveRoom{}}
	sent := make(chan int64, 1)
	overtook := make(chan bool, 1)
	out := outletFunc(func(_ string, v room.View, _ []byte) {
		if v != room.ViewOverlay {
			return
		}
		go func() {
			if err := svc.Still("live", room.ViewOverlay, func(p room.Position) { sent <- p.Seq }); err != nil {
				t.Error(err)
			}
		}()
		select {
		case <-sent:
			overtook <- true
		case <-time.After(50 * time.Millisecond): // the frame has not been handed over yet
			overtook <- false
		}
	})
	r := newRoom(room.Record{Room: room.New("live")}, nil, plainEncoder{}, out, newClock(time.Now, nil), nil)
	defer r.close()
	svc.rooms["live"] = r
	r.apply(plainEncoder{}, room.Event{Seq: 1, Kind: room.KindComment, Comment: comment.Comment{ID: 1}})
	if <-overtook {
		t.Fatal("a position was sent before the frame that it covers")
	}
	if seq := <-sent; seq != 1 {
		t.Errorf("the position is %d after the frame, want 1", seq)
	}
}
