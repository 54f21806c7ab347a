package wire

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// A delivery is a comment with its share of a frame. These are the comments of tools/flood,
// one in each frame, as at 20 a second.
func TestBriefFrameOfOneComment(t *testing.T) {
	c := plainComment()
	c.Text, c.User, c.Source = "第lalalalalala", "abcdefgh", comment.FromReplay
	e := Encoder{}.Event(room.ViewOverlay, room.Event{Seq: 123456, At: c.At, Kind: room.KindComment, Comment: c})
	f := Encoder{}.Frame(room.Position{Epoch: "k3f9k3f9k3f9", Seq: 123456}, [][]byte{e})
	const head = 4 // of the WebSocket's frame
	if n := head + len(f.Brief); n > 150 {
		t.Errorf("%d bytes; in full %d", n, head+len(f.Full))
	}
}

// For any text by strangers, a brief frame has the content of the full one.
func FuzzBriefFrame(f *testing.F) {
	for _, text := range []string{"666", `","seq":7,"id":"`, `,"source":"twitch"`, `{"type":"comment","seq":1`, "\\", "\u2028<>&", `","at":1`} {
		f.Add(text, text, "twitch", int64(41), int64(0), uint8(3))
		f.Add(text, text, text, int64(41), int64(1), uint8(15))
	}
	f.Fuzz(func(t *testing.T, text, name, source string, seq, late int64, kinds uint8) {
		if seq < 1 || seq > 1<<40 || late < -1<<40 || late > 1<<40 {
			t.Skip("numbers that no event of a room has")
		}
		var events [][]byte
		for i := range 4 {
			c := plainComment()
			c.Text, c.Name = text, name
			if kinds&1 != 0 {
				c.Source = comment.Source(source)
			}
			if i == 2 {
				c.At = c.At.Add(time.Duration(late) * time.Millisecond)
			}
			e := room.Event{Seq: seq + int64(i)*int64(1+kinds&2), At: c.At, Kind: room.KindComment, Comment: c}
			if i == 1 && kinds&4 != 0 {
				e = room.Event{Seq: e.Seq, Kind: room.KindRemove, IDs: []comment.ID{c.ID}}
			}
			if i == 2 && kinds&8 != 0 {
				setup := room.New("live")
				setup.Message = text
				e = room.Event{Seq: e.Seq, Kind: room.KindRoom, Setup: &setup, Changed: []string{"message"}}
			}
			events = append(events, Encoder{}.Event(room.Views[i%len(room.Views)], e))
		}
		both := Encoder{}.Frame(room.Position{Epoch: "k3f9", Seq: seq + 3}, events)
		full, brief := read(t, both.Full), read(t, both.Brief)
		fillIn(t, brief, "k3f9")
		if !reflect.DeepEqual(full, brief) {
			t.Errorf("brief %s\nis read as %v\nwant %v", both.Brief, brief, full)
		}
		if len(both.Brief) >= len(both.Full) {
			t.Errorf("%d bytes are no fewer than %d", len(both.Brief), len(both.Full))
		}
	})
}

func read(t *testing.T, frame []byte) (f map[string]any) {
	t.Helper()
	if err := json.Unmarshal(frame, &f); err != nil {
		t.Fatalf("%s: %v", frame, err)
	}
	return f
}

// fillIn expands a brief frame by docs/dev/protocol.md.
func fillIn(t *testing.T, f map[string]any, epoch string) {
	t.Helper()
	last := 0.0
	for _, v := range f["events"].([]any) {
		e := v.(map[string]any)
		if _, ok := e["type"]; !ok {
			e["type"] = "comment"
		}
		if _, ok := e["seq"]; !ok {
			e["seq"] = last + 1
		}
		last = e["seq"].(float64)
		if e["type"] != "comment" {
			continue
		}
		if _, ok := e["at"]; !ok {
			id, err := comment.ParseID(e["id"].(string))
			if err != nil {
				t.Fatal(err)
			}
			e["at"] = float64(id.Time().UnixMilli())
		}
		if source, ok := f["source"]; ok && e["source"] == nil {
			e["source"] = source
		}
	}
	delete(f, "source")
	if _, ok := f["position"]; !ok {
		f["position"] = fmt.Sprintf("%s:%.0f", epoch, last)
	}
}
