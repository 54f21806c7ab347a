package wire

import (
	"encoding/json"
	"slices"

	"danmaku/comment"
	"danmaku/room"
)

// DraftFields are the fields of a client's comment.
type DraftFields struct {
	Ref   string `json:"ref"`
	Text  string `json:"text"`
	Mode  string `json:"mode"`
	Color string `json:"color"`
	Size  string `json:"size"`
	Name  string `json:"name"`

	// For a question: its list, and whether it is shown without a name.
	Item      string `json:"item"`
	Anonymous bool   `json:"anonymous"`
}

// Draft returns the unchecked comment of the fields.
func (f DraftFields) Draft(source comment.Source) comment.Draft {
	return comment.Draft{
		Ref: f.Ref, Text: f.Text, Name: f.Name, Mode: comment.Mode(f.Mode), Color: f.Color,
		Size: comment.Size(f.Size), Source: source, Item: f.Item, Anonymous: f.Anonymous,
	}
}

// ClientFrame is everything a client can send over a socket.
type ClientFrame struct {
	Type string `json:"type"`
	DraftFields
	Event string `json:"event"` // obs
	At    int64  `json:"at"`    // obs: ms, by the page's clock
	Ago   *int64 `json:"ago"`   // obs: ms since then

	// take_part, with Item
	Choice   string `json:"choice"`
	Withdraw bool   `json:"withdraw"`

	// react
	Taps map[string]int `json:"taps"` // by emoji

	// read
	Warning string `json:"warning"` // the ID of a warning

	// beat of an overlay
	ShownMS  *int64 `json:"shown_ms"`
	Visible  *bool  `json:"visible"`
	FrameMS  *int64 `json:"frame_ms"`
	PlacedMS *int64 `json:"placed_ms"`
}

// OBSEvents are what an overlay reports about OBS.
var OBSEvents = []string{"stream_start", "stream_stop", "record_start", "record_stop", "record_pause", "record_resume"}

// DecodeFrame decodes a client's frame. Errors: ErrBadFrame for anything other than an
// object of a known kind.
func DecodeFrame(b []byte) (ClientFrame, error) {
	var f ClientFrame
	if err := json.Unmarshal(b, &f); err != nil {
		return ClientFrame{}, room.ErrBadFrame
	}
	switch {
	case f.Type == "send", f.Type == "beat", f.Type == "take_part", f.Type == "react", f.Type == "read":
		return f, nil
	case f.Type == "obs" && slices.Contains(OBSEvents, f.Event):
		return f, nil
	}
	return ClientFrame{}, room.ErrBadFrame
}
