package wire

import "danmaku/live"

// Looking informs consoles which comment another console has open.
type Looking struct {
	Type    string `json:"type"`
	Console string `json:"console"`
	ID      string `json:"id,omitempty"` // omitted: none any more
	By      string `json:"by"`
	MS      int64  `json:"ms,omitempty"` // how long to show it without a repetition
}

// Looking implements live.Encoder.
func (Encoder) Looking(l live.Looking) []byte {
	w := Looking{Type: "looking", Console: l.Console, By: l.By}
	if l.ID != 0 {
		w.ID, w.MS = l.ID.String(), live.LookingFor.Milliseconds()
	}
	return Marshal(w)
}
