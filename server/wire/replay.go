package wire

import (
	"danmaku/live/replay"
	"danmaku/room"
)

// Replay is the state of a replay, for consoles and for the API.
type Replay struct {
	Type     string       `json:"type,omitempty"`
	State    replay.State `json:"state"`
	File     string       `json:"file,omitempty"`
	From     int64        `json:"from,omitempty"` // ms
	To       int64        `json:"to,omitempty"`
	By       string       `json:"by"`
	Total    int          `json:"total"`
	AtMS     int64        `json:"at_ms"`
	LengthMS int64        `json:"length_ms"`
	Speed    float64      `json:"speed"`
	Counts   ReplayCounts `json:"counts"`
	Why      string       `json:"why,omitempty"` // a code
	Defects  []Reason     `json:"defects,omitempty"`
	Notes    []Reason     `json:"notes,omitempty"`
}

// ReplayCounts counts the comments of a replay by their outcome.
type ReplayCounts struct {
	Shown   int `json:"shown"`
	Held    int `json:"held"`
	Refused int `json:"refused"`
	Skipped int `json:"skipped"`
}

// Reason is why a replay does not begin, or a fault of a comment in its file: an English
// sentence, and the code and parameters for other languages.
type Reason struct {
	Line     int    `json:"line,omitempty"`
	Column   int    `json:"column,omitempty"`
	Code     string `json:"code"`
	Word     string `json:"word,omitempty"`
	Other    string `json:"other,omitempty"`
	N        int    `json:"n,omitempty"`
	Why      string `json:"why,omitempty"`
	OfLine   int    `json:"of_line,omitempty"`
	OfColumn int    `json:"of_column,omitempty"`
	Message  string `json:"message"`
}

// ReasonOf converts a fault.
func ReasonOf(f room.Fault) Reason {
	return Reason{
		Line: f.Line, Column: f.Column, Code: f.Code, Word: f.Word, Other: f.Other, N: f.N, Why: f.Why,
		OfLine: f.OfLine, OfColumn: f.OfColumn, Message: f.Message,
	}
}

// ReplayOf returns the state of a replay.
func ReplayOf(r replay.Report) Replay {
	w := Replay{
		State: r.State, File: r.File, From: UnixMS(r.From), To: UnixMS(r.To), By: r.By, Total: r.Total,
		AtMS: r.At.Milliseconds(), LengthMS: r.Length.Milliseconds(), Speed: r.Speed,
		Counts: ReplayCounts{r.Shown, r.Held, r.Refused, r.Skipped},
	}
	if r.Why != nil {
		w.Why = room.Code(r.Why)
	}
	w.Defects, w.Notes = ReasonsOf(r.Defects), ReasonsOf(r.Notes)
	return w
}

// ReasonsOf returns several reasons, nil for none.
func ReasonsOf(faults []room.Fault) (out []Reason) {
	for _, f := range faults {
		out = append(out, ReasonOf(f))
	}
	return out
}

// Replay implements live.Encoder.
func (Encoder) Replay(r replay.Report) []byte {
	w := ReplayOf(r)
	w.Type, w.Defects, w.Notes = "replay", nil, nil
	return Marshal(w)
}
