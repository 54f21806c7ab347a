// Package connector brings the chats of platforms into rooms. A platform's own package
// turns its protocol into a [Message] or a [Removal]; this package keeps any number of such
// sources running, reports the state of each, and passes their messages to a room without
// letting one chat starve another.
package connector

import (
	"context"
	"net"
	"net/http"
	"time"

	"danmaku/comment"
)

// Message is one chat message from a platform, in the form that all platforms share. Text
// is plain: a source has removed markup, control sequences and the name at the start of a
// reply.
type Message struct {
	ID     string         // the platform's ID of the message; empty when it has none
	Origin comment.Source // where it was written; a bridge delivers messages of several origins
	UserID string         // the platform's stable ID of the author, never a name, which can change hands
	Login  string         // the author's name in removals without UserID
	Name   string         // as the platform shows it; empty: Login
	Color  string         // "#rrggbb", or empty
	Text   string         // may be empty for a paid message: then the amount becomes its text
	Emotes []Emote        // pictures in Text, in order, without overlaps
	Badge  Badge
	Paid   *Paid // nil for an ordinary message
	At     time.Time
	Guest  bool // written in another channel's chat and shared with this one
	Mode   comment.Mode
	Bot    bool
}

// Badge is the author's standing on the platform.
type Badge string

// The badges, in order of standing.
const (
	NoBadge     Badge = ""
	Member      Badge = "member" // pays: subscriber, member, 舰长
	Moderator   Badge = "moderator"
	Broadcaster Badge = "broadcaster"
)

// Emote is a picture that replaces a part of a message's text.
type Emote struct {
	From, To int    // runes of Text: [From, To)
	Name     string // without colons
	URL      string // https, on one of the platform's own hosts; empty when unknown
}

// Paid is an author's payment for a message.
type Paid struct {
	Micros   int64  // amount in millionths of Currency; platform points: of one point
	Currency string // ISO 4217, or a platform's unit such as "BITS"
	Level    int    // 1 to 5, how much emphasis it deserves
}

// Removal is a platform's decision to take messages down. Exactly one of
// MessageID, (UserID or Login) and All is set.
type Removal struct {
	Origin    comment.Source // AnyOrigin for a MessageID of any platform
	MessageID string
	UserID    string
	Login     string
	All       bool          // everything of this source
	Mute      time.Duration // how long the author may not write; 0: only removes the messages
	Forever   bool          // the author is banned without end
}

// AnyOrigin means every platform that a tool may read: some tools name none when they take
// a message down.
const AnyOrigin comment.Source = ""

// Sink receives what a source delivers. Its methods are safe for concurrent use and return
// at once, except Removal, which waits while very many removals wait.
type Sink interface {
	// Connected reports that the platform itself confirmed the chat. channel is
	// its name as the platform spells it.
	Connected(channel string)
	// Waiting reports that the platform answers but the show has not begun.
	Waiting(channel string)
	Message(m Message)
	Removal(r Removal)
	// Skipped counts an unreadable message.
	Skipped()
}

// Source is one chat. Run connects, delivers until the connection ends, and returns why it
// ended: a [*Fault], or any other error, which counts as temporary. It returns soon after
// ctx ends and leaves no goroutine behind. It is called again after a temporary fault, and
// may continue where it was.
type Source interface {
	Run(ctx context.Context, out Sink) error
}

// Clock is the clock of a source and the supervisor.
type Clock interface {
	Now() time.Time
	// After sends once d has passed. d is monotonic.
	After(d time.Duration) <-chan time.Time
}

// SystemClock is the machine's clock.
type SystemClock struct{}

// Now returns the current time.
func (SystemClock) Now() time.Time { return time.Now() }

// After is [time.After].
func (SystemClock) After(d time.Duration) <-chan time.Time { return time.After(d) }

// Env is the part of the outside world that a source may use. The zero value uses the
// network and the machine's clock.
type Env struct {
	HTTP  *http.Client                                                         // must have no timeout
	Dial  func(ctx context.Context, network, address string) (net.Conn, error) // for WebSockets
	Clock Clock
	// Jitter returns a number in [0, 1) that spreads retries.
	Jitter func() float64
	// Keyless says that the chat has no key that could be wrong: then a forbidden WebSocket
	// is tried again. The opener of a source sets it.
	Keyless bool
	// Base replaces the platform's own URL, for tests and fakes; empty: the real one.
	Base string
}

// Settings are a streamer's settings for one chat.
type Settings struct {
	ID     string // chosen by us, unique among the chats of all rooms
	Room   string
	Kind   string // names the reading package: "twitch", "youtube", "ssn", …
	Target string // the streamer's input in its shortest form: a channel, a video, a URL
	Secret map[string]string
	Off    bool

	FollowBans bool  // a time-out on the platform mutes here, too
	Guests     bool  // show messages that a shared chat brings
	HoldAll    bool  // every message waits for a moderator
	Emotes     bool  // show pictures instead of names
	MinMicros  int64 // smaller payments are shown like any other message
}

// connection returns the part of the settings that determines a connection: all except the
// switches, which are read for each message.
func (s Settings) connection() Settings {
	s.FollowBans, s.Guests, s.HoldAll, s.Emotes, s.MinMicros = false, false, false, false, 0
	return s
}
