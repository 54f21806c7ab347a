package bridge

import (
	"cmp"
	"encoding/json"
	"strings"
	"time"

	"danmaku/connector"
)

// oneComme speaks the protocol of OneComme's (わんコメ) WebSocket. It greets with its history,
// which is ignored. A repeated comment is an edit and is ignored: its ref is bound.
type oneComme struct{}

func openOneComme(connector.Settings) (tool, error) { return oneComme{}, nil }

func (oneComme) hello() []any { return nil }

// oneComment is one comment.
type oneComment struct {
	Service loose
	Data    struct {
		ID          loose
		UserID      loose `json:"userId"`
		Name        loose
		DisplayName loose `json:"displayName"`
		Comment     loose
		SpeechText  loose `json:"speechText"`
		HasGift     loose `json:"hasGift"`
		IsOwner     loose `json:"isOwner"`
		IsModerator loose `json:"isModerator"`
		IsMember    loose `json:"isMember"`
		Timestamp   loose
		Price       loose
		PaidText    loose `json:"paidText"`
		Unit        loose
	}
}

func (oneComme) frame(data []byte, out connector.Sink) ([]any, bool, error) {
	var f struct {
		Type string
		Data json.RawMessage
	}
	if json.Unmarshal(data, &f) != nil {
		out.Skipped()
		return nil, false, nil
	}
	switch f.Type {
	case "connected":
		return nil, true, nil
	case "comments":
		var d struct {
			Comments []json.RawMessage
			Options  struct{ Init bool }
		}
		if json.Unmarshal(f.Data, &d) != nil {
			out.Skipped()
			return nil, true, nil
		}
		if d.Options.Init {
			return nil, true, nil
		}
		for _, raw := range d.Comments {
			var c oneComment
			if json.Unmarshal(raw, &c) != nil {
				out.Skipped()
				continue
			}
			if m, ok := c.message(); ok {
				out.Message(m)
			}
		}
	case "deleted":
		var gone []json.RawMessage
		if json.Unmarshal(f.Data, &gone) != nil {
			out.Skipped()
			return nil, true, nil
		}
		for _, g := range gone {
			var d struct{ ID loose }
			if json.Unmarshal(g, &d) != nil { // only an ID
				_ = json.Unmarshal(g, &d.ID)
			}
			if d.ID != "" {
				out.Removal(connector.Removal{Origin: connector.AnyOrigin, MessageID: string(d.ID)})
			}
		}
	}
	// clear is the button of the viewer's own list, and not a removal by the platform.
	return nil, true, nil
}

func (c oneComment) message() (m connector.Message, ok bool) {
	d := c.Data
	if c.Service == "system" {
		return m, false
	}
	m = connector.Message{
		// The ID beside data is the source's: the same for all its comments.
		ID: string(d.ID), Origin: originOf(string(c.Service)), UserID: userOf(d.UserID, cmp.Or(d.Name, d.DisplayName)),
		Name: strings.TrimPrefix(plainText(string(cmp.Or(d.DisplayName, d.Name))), "@"), Login: strings.ToLower(string(d.Name)),
	}
	if d.Comment != "" {
		m.Text, m.Emotes = textOf(string(d.Comment))
	}
	if strings.TrimSpace(m.Text) == "" {
		m.Text, m.Emotes = string(d.SpeechText), nil
	}
	if d.HasGift.Yes() {
		m.Paid = Donation(string(d.Price), string(d.PaidText+d.Unit))
	}
	switch {
	case d.IsOwner.Yes():
		m.Badge = connector.Broadcaster
	case d.IsModerator.Yes():
		m.Badge = connector.Moderator
	case d.IsMember.Yes():
		m.Badge = connector.Member
	}
	if t, err := time.Parse(time.RFC3339Nano, string(d.Timestamp)); err == nil {
		m.At = t
	}
	return m, (strings.TrimSpace(m.Text) != "" || m.Paid != nil) && m.UserID != ""
}
