package server

import (
	"encoding/json"
	"slices"

	"danmaku/comment"
)

// draftFields are what a client may say of a comment.
type draftFields struct {
	Ref   string `json:"ref"`
	Text  string `json:"text"`
	Mode  string `json:"mode"`
	Color string `json:"color"`
	Size  string `json:"size"`
	Name  string `json:"name"`
}

func (f draftFields) draft(source comment.Source) comment.Draft {
	return comment.Draft{
		Ref: f.Ref, Text: f.Text, Name: f.Name, Mode: comment.Mode(f.Mode), Color: f.Color,
		Size: comment.Size(f.Size), Source: source,
	}
}

// clientFrame is everything a client can send over a socket.
type clientFrame struct {
	Type string `json:"type"`
	draftFields
	Event string `json:"event"` // obs
	At    int64  `json:"at"`    // obs: ms, by the page's clock
	Ago   *int64 `json:"ago"`   // obs: ms since then

	ShownMS *int64 `json:"shown_ms"` // beat of an overlay
}

// obsEvents are what an overlay tells of OBS.
var obsEvents = []string{"stream_start", "stream_stop", "record_start", "record_stop", "record_pause", "record_resume"}

// decodeFrame reads a client's frame. It is ErrBadFrame when it is no object
// of a kind that a client may send.
func decodeFrame(b []byte) (clientFrame, error) {
	var f clientFrame
	if err := json.Unmarshal(b, &f); err != nil {
		return clientFrame{}, comment.ErrBadFrame
	}
	switch {
	case f.Type == "send", f.Type == "beat":
		return f, nil
	case f.Type == "obs" && slices.Contains(obsEvents, f.Event):
		return f, nil
	}
	return clientFrame{}, comment.ErrBadFrame
}
