package connector

import "time"

// Phase is how far a chat's connection has come.
type Phase string

// The phases.
const (
	Off        Phase = "off"
	Connecting Phase = "connecting"
	Waiting    Phase = "waiting"   // the platform answers; the show has not begun
	Connected  Phase = "connected" // after the platform's own confirmation
	Retrying   Phase = "retrying"  // a passing fault; another try at State.RetryAt
	Stopped    Phase = "stopped"   // a final fault; somebody has to change something
)

// State is how a chat is doing.
type State struct {
	Phase   Phase
	Channel string    // as the platform spells it; empty before it confirmed
	Fault   *Fault    // of Retrying and Stopped
	RetryAt time.Time // of Retrying
	Last    time.Time // when the newest message came; zero: none yet
	Counts  Counts
}

// Counts are totals since the chat was started in this process.
type Counts struct {
	Received int // messages that came from the platform
	Shown    int
	Held     int
	Refused  int // by the filter
	Limited  int // left out because the room or this chat's share was full
	Overflow int // left out because too many were on their way
	Twice    int // had come before, perhaps by another way
	Gone     int // taken down by the platform
	Unknown  int // removals of what is not here
	Skipped  int // could not be read
}
