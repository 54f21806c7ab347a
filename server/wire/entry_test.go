package wire_test

import (
	"encoding/json"
	"strings"
	"testing"

	"danmaku/comment"
	"danmaku/room"
	"danmaku/server/wire"
)

// A match in the name is marked; frames of other entries stay unchanged.
func TestEntryInName(t *testing.T) {
	e := room.Entry{Rule: "names", Spans: []comment.Span{{From: 0, To: 5}}, InName: true}
	if b, err := json.Marshal(wire.EntryOf(e, "")); err != nil || !strings.Contains(string(b), `"spans":[[0,5]],"in_name":true`) {
		t.Errorf("%s, %v", b, err)
	}
	e.InName = false
	if b, _ := json.Marshal(wire.EntryOf(e, "")); strings.Contains(string(b), "in_name") {
		t.Errorf("%s", b)
	}
}
