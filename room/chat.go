package room

import (
	"time"

	"danmaku/comment"
)

// Chat is a platform's chat that is connected with a room.
type Chat struct {
	ID     string // ours, unique among the chats of all rooms
	Room   string
	Kind   string // names what reads it: "twitch", "youtube", "ssn", …
	Target string // a channel, a video, an address
	Made   time.Time

	// Secret holds keys and codes by their names. It is for the connector alone: no
	// page, export, audit or log has it. Sealed is the same as it is stored.
	Secret map[string]string
	Sealed []byte

	Off bool // kept, and not connected
	ChatSwitches
}

// ChatSwitches are what those who run a room set of a chat.
type ChatSwitches struct {
	FollowBans bool  // a time-out on the platform mutes here, too
	Guests     bool  // show what other channels share with this chat
	HoldAll    bool  // every message waits for a moderator
	Emotes     bool  // show pictures instead of names
	MinMicros  int64 // paid messages below it are shown like any other, in millionths of their currency
}

// NewChatSwitches are the switches of a new chat.
var NewChatSwitches = ChatSwitches{FollowBans: true}

// ChatLink is what a link or a name that somebody entered stands for.
type ChatLink struct {
	Kind, Target string
	Host         string            // of a tool, scheme, host and port: where its secrets go; empty for a platform
	Secret       map[string]string // what the link itself carried
	Needs        []string          // names of secrets without which the chat cannot be read
	May          []string          // names of secrets that it may need

	Platform string   // of a link that names no chat: the platform that only tools read
	Tools    []string // kinds of chat that read it, the usual one first
}

// The phases of a chat's connection.
const (
	ChatOff        = "off"
	ChatConnecting = "connecting"
	ChatWaiting    = "waiting"   // the platform answers; the show has not begun
	ChatConnected  = "connected" // after the platform's own confirmation
	ChatRetrying   = "retrying"  // another try at RetryAt
	ChatStopped    = "stopped"   // somebody has to change something
)

// ChatState is how a chat is doing.
type ChatState struct {
	Phase   string
	Channel string    // as the platform spells it; empty before it confirmed
	Fault   string    // code of why it is retrying or stopped
	Detail  string    // of the fault, for details; English
	RetryAt time.Time // of a retrying one
	Last    time.Time // when the newest message came; zero: none yet
	Counts  ChatCounts
}

// ChatCounts are totals of a chat since it was started in this process.
type ChatCounts struct {
	Received int `json:"received"`
	Shown    int `json:"shown"`
	Held     int `json:"held"`
	Refused  int `json:"refused"`
	Limited  int `json:"limited"` // left out by a limit, or because too many were on their way
	Twice    int `json:"twice"`   // had come before
	Gone     int `json:"gone"`    // taken down by the platform
	Unknown  int `json:"unknown"` // taken down by the platform, and not here
	Skipped  int `json:"skipped"` // could not be read
}

// Bounds of chats.
const (
	MaxChats        = 20 // in one room
	MaxChatTarget   = 300
	MaxChatSecret   = 500 // bytes of one secret
	MaxChatMinimum  = 1_000_000_000_000_000
	MaxSecretsCount = 8
)

// platformNames are how people call the sources of foreign comments.
var platformNames = map[comment.Source]string{
	comment.FromTwitch: "Twitch", comment.FromYouTube: "YouTube", comment.FromBilibili: "Bilibili", comment.FromKick: "Kick",
	comment.FromTikTok: "TikTok", comment.FromNiconico: "niconico", comment.FromOther: "another platform",
}

// PlatformActor is a platform as somebody who acts: what it took down was taken
// down by it.
func PlatformActor(source comment.Source) Actor {
	name, known := platformNames[source]
	if !known {
		name = platformNames[comment.FromOther]
	}
	return Actor{Role: Platform, Label: name}
}
