package wire

import (
	"time"

	"danmaku/live"
	"danmaku/room"
)

// Chat is a connected chat as those who run its room see it. Secrets are masked.
type Chat struct {
	ID         string            `json:"id"`
	Kind       string            `json:"kind"`
	Target     string            `json:"target"`
	Made       int64             `json:"made"` // ms
	Off        bool              `json:"off"`
	FollowBans bool              `json:"follow_bans"`
	Guests     bool              `json:"guests"`
	HoldAll    bool              `json:"hold_all"`
	Emotes     bool              `json:"emotes"`
	MinAmount  float64           `json:"min_amount"`
	Secret     map[string]string `json:"secret"`
	Needs      []string          `json:"needs"`
	May        []string          `json:"may"`
	State      ChatState         `json:"state"`
}

// ChatState is the state of a chat.
type ChatState struct {
	Phase   string          `json:"phase"`
	Channel string          `json:"channel,omitempty"`
	Fault   string          `json:"fault,omitempty"` // a code
	Detail  string          `json:"detail,omitempty"`
	RetryAt int64           `json:"retry_at,omitempty"` // ms
	Last    int64           `json:"last,omitempty"`     // ms: when the newest message came
	Counts  room.ChatCounts `json:"counts"`
}

// ChatOf returns a chat in its wire form.
func ChatOf(v live.ChatView) Chat {
	st := v.State
	return Chat{
		ID: v.ID, Kind: v.Kind, Target: v.Target, Made: ms(v.Made), Off: v.Off, FollowBans: v.FollowBans, Guests: v.Guests,
		HoldAll: v.HoldAll, Emotes: v.Emotes, MinAmount: float64(v.MinMicros) / 1e6, Secret: v.Secret, Needs: List(v.Needs), May: List(v.May),
		State: ChatState{
			Phase: st.Phase, Channel: st.Channel, Fault: st.Fault, Detail: st.Detail, RetryAt: ms(st.RetryAt), Last: ms(st.Last), Counts: st.Counts,
		},
	}
}

// ms returns a time in milliseconds since 1970, 0 for the zero time.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// ChatLink is the chat that a link or a name identifies.
type ChatLink struct {
	Kind   string   `json:"kind"`
	Target string   `json:"target"`
	Needs  []string `json:"needs"` // names of secrets
	May    []string `json:"may"`

	Platform string   `json:"platform,omitempty"` // without a kind: only tools read it
	Tools    []string `json:"tools,omitempty"`    // kinds of such tools
}

// ChatLinkOf returns the chat of a link, without the link's secrets.
func ChatLinkOf(l room.ChatLink) ChatLink {
	return ChatLink{Kind: l.Kind, Target: l.Target, Needs: List(l.Needs), May: List(l.May), Platform: l.Platform, Tools: l.Tools}
}
