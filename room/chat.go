package room

import (
	"time"

	"danmaku/comment"
)

// Chat is a platform's chat that is connected with a room.
type Chat struct {
	ID     string // ours, unique among the chats of all rooms
	Room   string
	Kind   string // the kind of its reader: "twitch", "youtube", "ssn", …
	Target string // a channel, a video, a URL
	Made   time.Time

	// Secret holds keys and codes by their names. It is only for the connector: no page,
	// export, audit or log has it. Sealed is its stored form.
	Secret map[string]string
	Sealed []byte

	Off bool // stored, but not connected
	ChatSwitches
}

// ChatSwitches are the settings of a chat.
type ChatSwitches struct {
	FollowBans bool  // a time-out on the platform also mutes here
	Guests     bool  // show comments that other channels share with this chat
	HoldAll    bool  // every message waits for a moderator
	Emotes     bool  // show pictures instead of names
	MinMicros  int64 // smaller payments are shown like any other message, in millionths of their currency
}

// NewChatSwitches are the switches of a new chat.
var NewChatSwitches = ChatSwitches{FollowBans: true}

// ChatLink is the chat that an entered link or name identifies.
type ChatLink struct {
	Kind, Target string
	Host         string            // of a tool: scheme, host and port that receive its secrets; empty for a platform
	Secret       map[string]string // secrets in the link itself
	Needs        []string          // names of secrets without which the chat cannot be read
	May          []string          // names of optional secrets

	Platform string   // for a link that names no chat: the platform that only tools read
	Tools    []string // kinds of chat that read it, the usual one first
}

// The phases of a chat's connection.
const (
	ChatOff        = "off"
	ChatConnecting = "connecting"
	ChatWaiting    = "waiting"   // the platform answers, but the show has not begun
	ChatConnected  = "connected" // the platform has confirmed the connection
	ChatRetrying   = "retrying"  // another try at RetryAt
	ChatStopped    = "stopped"   // somebody has to change something
)

// ChatState is the state of a chat.
type ChatState struct {
	Phase   string
	Channel string    // as the platform spells it; empty before its confirmation
	Fault   string    // code of why it is retrying or stopped
	Detail  string    // of the fault, for details; English
	RetryAt time.Time // for a retrying one
	Last    time.Time // when the newest message came; zero: none yet
	Counts  ChatCounts
}

// ChatCounts counts the messages of a chat since it was started in this process.
type ChatCounts struct {
	Received int `json:"received"`
	Shown    int `json:"shown"`
	Held     int `json:"held"`
	Refused  int `json:"refused"`
	Limited  int `json:"limited"` // dropped by a limit, or because too many were pending
	Twice    int `json:"twice"`   // had come before
	Gone     int `json:"gone"`    // taken down by the platform
	Unknown  int `json:"unknown"` // taken down by the platform, and not here
	Skipped  int `json:"skipped"` // unreadable
}

// Bounds of chats.
const (
	MaxChats        = 20 // in one room
	MaxChatTarget   = 300
	MaxChatSecret   = 500 // bytes of one secret
	MaxChatMinimum  = 1_000_000_000_000_000
	MaxSecretsCount = 8
)

// platformNames are the usual names of the sources of foreign comments.
var platformNames = map[comment.Source]string{
	comment.FromTwitch: "Twitch", comment.FromYouTube: "YouTube", comment.FromBilibili: "Bilibili", comment.FromKick: "Kick",
	comment.FromTikTok: "TikTok", comment.FromNiconico: "niconico", comment.FromOther: "another platform",
}

// PlatformActor returns the actor for a platform, which took down what it removed itself.
func PlatformActor(source comment.Source) Actor {
	name, known := platformNames[source]
	if !known {
		name = platformNames[comment.FromOther]
	}
	return Actor{Role: Platform, Label: name}
}
