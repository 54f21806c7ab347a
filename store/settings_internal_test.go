package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"danmaku/comment"
	"danmaku/room"
)

// Rows of rooms from every version are read, and are written in the same form:
// these lines must not change.
func TestGoldenRooms(t *testing.T) {
	full := room.New("full")
	full.Title, full.State, full.Review, full.Slow = "名前", room.Closed, room.ReviewOff, room.Millis(1500*time.Millisecond)
	full.MaxLength, full.Modes, full.Colors = 7, []comment.Mode{comment.Scroll}, []string{"#112233"}
	full.Sizes, full.Message, full.Delay = []comment.Size{comment.Medium}, "hello", room.Millis(10*time.Second)
	full.Newcomers, full.URLs, full.Phrases = room.NewcomersHeld, room.URLsAllowed, []string{"a", "b"}
	full.Look = room.Look{Color: "#445566", Picture: "/r/full/picture/0123456789abcdef.jpg"}
	full.Secret, full.Archived = true, true
	full.Lock = &room.Lock{State: room.Open, URLs: room.URLsAllowed, Newcomers: room.NewcomersOpen, Slow: room.Millis(time.Second)}
	for _, tt := range []struct {
		want room.Room
		row  string
	}{
		{room.New("live"), `{"title":"live","state":"open","review":"held","slow_ms":0,"max_length":100,"modes":["scroll","reverse","top","bottom"],"colors":null,"sizes":["small","medium","big"],"message":"","delay_ms":0,"newcomers":"open","links":"refused","phrases":null,"look_color":"","look_picture":""}`},
		{full, `{"title":"名前","state":"closed","review":"off","slow_ms":1500,"max_length":7,"modes":["scroll"],"colors":["#112233"],"sizes":["medium"],"message":"hello","delay_ms":10000,"newcomers":"held","links":"allowed","phrases":["a","b"],"look_color":"#445566","look_picture":"/r/full/picture/0123456789abcdef.jpg","archived":true,"secret":true,"lock":{"state":"open","links":"allowed","newcomers":"open","slow_ms":1000}}`},
	} {
		got, err := decodeRoom(tt.want.ID, tt.row)
		if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
			t.Errorf("read %v (-want +got):\n%s", err, diff)
		}
		if text, err := encodeRoom(tt.want); err != nil || text != tt.row {
			t.Errorf("written as\n%s, %v, want\n%s", text, err, tt.row)
		}
	}
	// A row from before a setting existed has its default.
	got, err := decodeRoom("live", `{"title":"old","unknown":1}`)
	want := room.New("live")
	want.Title = "old"
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("an old row: %v (-want +got):\n%s", err, diff)
	}
}
