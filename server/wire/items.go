package wire

import (
	"encoding/json"
	"time"

	"danmaku/live"
	"danmaku/room"
	"danmaku/show"
)

// Item is something shown besides comments, as clients get it. Its kind determines the form
// of its spec and result.
type Item struct {
	ID      string          `json:"id"`
	Kind    show.Kind       `json:"kind"`
	Slot    show.Slot       `json:"slot,omitempty"`
	State   show.State      `json:"state"`
	Rank    int             `json:"rank"`
	Spec    json.RawMessage `json:"spec"`
	Result  json.RawMessage `json:"result,omitempty"`
	Created int64           `json:"created"`          // ms, like all that follow
	Starts  int64           `json:"starts,omitempty"` // for a draft: when it starts by itself
	Started int64           `json:"started,omitempty"`
	Ends    int64           `json:"ends,omitempty"`
	Stopped int64           `json:"stopped,omitempty"`
}

// ItemOf returns an item as clients get it.
func ItemOf(it show.Item) Item {
	ms := func(t time.Time) int64 {
		if t.IsZero() {
			return 0
		}
		return t.UnixMilli()
	}
	return Item{
		ID: it.ID, Kind: it.Kind, Slot: it.Slot(), State: it.State, Rank: it.Rank, Spec: it.Spec, Result: it.Result,
		Created: ms(it.Created), Starts: ms(it.Starts), Started: ms(it.Started), Ends: ms(it.Ends), Stopped: ms(it.Stopped),
	}
}

// ItemsOf returns items as clients get them.
func ItemsOf(items []show.Item) []Item {
	out := make([]Item, len(items))
	for i, it := range items {
		out[i] = ItemOf(it)
	}
	return out
}

// ItemEvent is the frame with the whole state of an item.
type ItemEvent struct {
	Type string `json:"type"`
	Seq  int64  `json:"seq"`
	Item
}

// ItemGone is the frame that removes an item from a view.
type ItemGone struct {
	Type string `json:"type"`
	Seq  int64  `json:"seq"`
	ID   string `json:"id"`
}

// encodeItem encodes an event about an item that already has its counts.
func encodeItem(v room.View, e room.Event) []byte {
	if e.Item == nil {
		return nil
	}
	seen := func(it *show.Item) (show.Item, bool) {
		switch {
		case it == nil:
			return show.Item{}, false
		case v == room.ViewConsole:
			return show.Counted(*it, nil), true
		}
		if v == room.ViewOverlay && it == e.Item.After && e.Item.Screens != nil {
			it = e.Item.Screens
		}
		out, ok := show.Public(*it, nil)
		if v == room.ViewAudience {
			out = show.ForPhones(out)
		}
		return out, ok
	}
	if after, ok := seen(e.Item.After); ok {
		return Marshal(ItemEvent{Type: string(e.Kind), Seq: e.Seq, Item: ItemOf(show.Brief(after))})
	}
	if _, ok := seen(e.Item.Before); ok {
		return Marshal(ItemGone{Type: "item_gone", Seq: e.Seq, ID: e.Item.ID()})
	}
	return nil
}

// Tally is the frame with items' current counts.
type Tally struct {
	Type  string       `json:"type"`
	Items []TallyCount `json:"items"`
}

// TallyCount is the result of one item so far.
type TallyCount struct {
	ID     string          `json:"id"`
	Result json.RawMessage `json:"result,omitempty"`
}

// Tally implements live.Encoder.
func (Encoder) Tally(items []show.Item) []byte {
	w := Tally{Type: "tally", Items: []TallyCount{}}
	for _, it := range items {
		w.Items = append(w.Items, TallyCount{it.ID, it.Result})
	}
	return Marshal(w)
}

// Reactions is how often people reacted since the last frame.
type Reactions struct {
	Type string         `json:"type"`
	Sums map[string]int `json:"sums"` // by emoji
}

// Reactions implements live.Encoder.
func (Encoder) Reactions(sums map[string]int) []byte {
	return Marshal(Reactions{Type: "reactions", Sums: sums})
}

// Counted is the outcome of an accepted part: a vote.
const Counted = "counted"

// PartAck answers a person who takes part, over the socket and over HTTP.
type PartAck struct {
	Type    string   `json:"type,omitempty"`
	Ref     string   `json:"ref,omitempty"`
	Outcome string   `json:"outcome"` // counted or refused
	Item    string   `json:"item,omitempty"`
	Choices []string `json:"choices,omitempty"` // the person's choices now
	Code    string   `json:"code,omitempty"`
	Message string   `json:"message,omitempty"`
	WaitMS  int64    `json:"wait_ms,omitempty"`
}

// PartAckOf returns the answer to a person who took part.
func PartAckOf(ref string, p live.Part, err error) PartAck {
	if err != nil {
		f := FaultOf(err)
		return PartAck{Ref: ref, Outcome: "refused", Item: p.Item, Code: f.Code, Message: f.Message, WaitMS: room.Wait(err).Milliseconds()}
	}
	return PartAck{Ref: ref, Outcome: Counted, Item: p.Item, Choices: List(p.Choices)}
}

// PartsOf returns a person's choices, by item.
func PartsOf(parts []live.Part) map[string][]string {
	if len(parts) == 0 {
		return nil
	}
	out := map[string][]string{}
	for _, p := range parts {
		out[p.Item] = p.Choices
	}
	return out
}
