package live

import (
	"testing"
	"time"

	"danmaku/comment"
)

// plainEncoder makes bytes that say nothing.
type plainEncoder struct{}

func (plainEncoder) Event(View, comment.Event) []byte        { return []byte("event") }
func (plainEncoder) Frame(comment.Position, [][]byte) []byte { return []byte("frame") }

func (plainEncoder) Ack(string, Outcome) []byte { return []byte("ack") }

func (plainEncoder) List([][]byte) []byte   { return []byte("list") }
func (plainEncoder) Muted(time.Time) []byte { return []byte("muted") }
func (plainEncoder) Replay(Replay) []byte   { return []byte("replay") }

// outletFunc is an outlet whose Broadcast is a function.
type outletFunc func(room string, v View, frame []byte)

func (f outletFunc) Broadcast(room string, v View, frame []byte) <-chan struct{} {
	f(room, v, frame)
	return nil
}
func (outletFunc) Announce(string, View, []byte)  {}
func (outletFunc) Evict(func(Seat) error)         {}
func (outletFunc) People(string, string) []string { return nil }
func (outletFunc) Tell(string, string, []byte)    {}
func (outletFunc) Count(string, View) int         { return 0 }

// A client drops comments up to the position it knows. So a beat must not tell
// a position whose frame is still on its way.
func TestBeatDoesNotOvertakeAFrame(t *testing.T) {
	h := &Hall{rooms: map[string]*room{}}
	told := make(chan int64, 1)
	overtook := make(chan bool, 1)
	out := outletFunc(func(_ string, v View, _ []byte) {
		if v != ViewOverlay {
			return
		}
		go func() {
			if err := h.Still("live", ViewOverlay, func(p comment.Position) { told <- p.Seq }); err != nil {
				t.Error(err)
			}
		}()
		select {
		case <-told:
			overtook <- true
		case <-time.After(50 * time.Millisecond): // the frame has not been handed over yet
			overtook <- false
		}
	})
	r := newRoom(RoomRecord{Room: comment.NewRoom("live")}, nil, plainEncoder{}, out)
	defer r.close()
	h.rooms["live"] = r
	r.apply(plainEncoder{}, comment.Event{Seq: 1, Kind: comment.KindComment, Comment: comment.Comment{ID: 1}})
	if <-overtook {
		t.Fatal("a position was told before the frame that it covers")
	}
	if seq := <-told; seq != 1 {
		t.Errorf("the position is %d after the frame, want 1", seq)
	}
}
