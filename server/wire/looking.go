package wire

import "danmaku/live"

// Looking says which comment a console has open, as the others are told.
type Looking struct {
	Type    string `json:"type"`
	Console string `json:"console"`
	ID      string `json:"id,omitempty"` // left out: none any more
	By      string `json:"by"`
	MS      int64  `json:"ms,omitempty"` // how long it is shown unless it comes again
}

// Looking implements live.Encoder.
func (Encoder) Looking(l live.Looking) []byte {
	w := Looking{Type: "looking", Console: l.Console, By: l.By}
	if l.ID != 0 {
		w.ID, w.MS = l.ID.String(), live.LookingFor.Milliseconds()
	}
	return Marshal(w)
}
