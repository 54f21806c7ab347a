package connector

import "time"

// Phase is the phase of a chat's connection.
type Phase string

// The phases.
const (
	Off        Phase = "off"
	Connecting Phase = "connecting"
	Waiting    Phase = "waiting"   // the platform answers, but the show has not begun
	Connected  Phase = "connected" // the platform has confirmed the connection
	Retrying   Phase = "retrying"  // a temporary fault; another try at State.RetryAt
	Stopped    Phase = "stopped"   // a final fault; somebody has to change something
)

// State is the state of a chat.
type State struct {
	Phase   Phase
	Channel string    // as the platform spells it; empty before its confirmation
	Fault   *Fault    // for Retrying and Stopped
	RetryAt time.Time // for Retrying
	Last    time.Time // when the newest message came; zero: none yet
	Counts  Counts
}

// Counts counts messages since the chat was started in this process.
type Counts struct {
	Received int // messages from the platform
	Shown    int
	Held     int
	Refused  int // by the filter
	Limited  int // dropped because the room or this chat's share was full
	Overflow int // dropped because too many were pending
	Twice    int // had come before, perhaps through another chat
	Gone     int // taken down by the platform
	Unknown  int // removals of unknown messages
	Skipped  int // unreadable
}
