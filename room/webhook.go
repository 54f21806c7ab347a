package room

import (
	"slices"
	"time"
)

// Webhook is an address to which a room's events are sent.
type Webhook struct {
	ID     string // ours, unique among those of all rooms
	Room   string
	Label  string
	Events []Kind // what it gets; see [Webhook.Gets]
	Local  bool   // the address may be on this machine, or in its network
	Off    bool
	Made   time.Time
	// Position is the number of the last event of the room's log that has been
	// delivered, or need not be.
	Position int64

	// WebhookSecret is for the sender alone: no page, export, audit or log has it, but
	// for the address, which owners see. Sealed is the same as it is stored.
	WebhookSecret
	Sealed []byte
}

// WebhookSecret is what of a webhook is stored sealed.
type WebhookSecret struct {
	URL string `json:"url"` // often holds a key of the receiver
	Key []byte `json:"key"` // signs
	// Old signs, too, until OldUntil: a receiver has so long to take the new key.
	Old      []byte    `json:"old,omitempty"`
	OldUntil time.Time `json:"old_until,omitzero"`
}

// What webhooks can get: what everybody sees, and what moderators alone see.
var (
	PublicKinds = []Kind{KindComment, KindRemove, KindClear, KindPin, KindItem, KindRoom}
	StaffKinds  = []Kind{KindHeld, KindRefused, KindBan, KindUnban}
)

// takesDown are the kinds that every receiver of comments' texts must get, too: what is
// taken down has to go everywhere.
var takesDown = []Kind{KindRemove, KindClear}

// hasText are the kinds of events with the text of a comment in them.
var hasText = []Kind{KindComment, KindHeld, KindRefused, KindItem}

// WebhookKinds returns what a webhook gets that was asked to get kinds: each once, in
// the order of the lists above, and removals with all that has a text of a comment.
func WebhookKinds(kinds []Kind) (out []Kind) {
	texts := slices.ContainsFunc(kinds, func(k Kind) bool { return slices.Contains(hasText, k) })
	for _, k := range slices.Concat(PublicKinds, StaffKinds) {
		if slices.Contains(kinds, k) || texts && slices.Contains(takesDown, k) {
			out = append(out, k)
		}
	}
	return out
}

// Gets reports whether the webhook gets events of a kind.
func (w Webhook) Gets(k Kind) bool { return slices.Contains(w.Events, k) }

// WebhookBatch is what of a room's log a webhook is sent next.
type WebhookBatch struct {
	Events [][]byte // encoded, in the order of the log
	UpTo   Position // the place behind them
	// Early are removals that go ahead of their place, in a room with a delay, up to
	// the number EarlyTo. They come again at their place.
	Early   [][]byte
	EarlyTo int64
	Wait    time.Duration // until there is more that waits for the room's delay; 0: nothing does
}

// The phases of a webhook.
const (
	WebhookOff      = "off"
	WebhookReady    = "ready"    // all has been delivered
	WebhookSending  = "sending"  // a request is under way
	WebhookRetrying = "retrying" // another try at RetryAt
	WebhookStopped  = "stopped"  // the receiver said that it is gone for good
)

// WebhookPhases are all of them.
var WebhookPhases = []string{WebhookOff, WebhookReady, WebhookSending, WebhookRetrying, WebhookStopped}

// The faults of a delivery.
const (
	DeliveryLocal       = "local"       // the address is on this machine or in its network, which the webhook does not allow
	DeliveryName        = "name"        // the name cannot be looked up
	DeliveryUnreachable = "unreachable" // nothing answers there
	DeliveryTimeout     = "timeout"
	DeliveryTLS         = "tls"
	DeliveryRedirect    = "redirect" // to where it may not lead
	DeliveryStatus      = "status"   // the answer is not a success
	DeliveryGone        = "gone"     // 410
	DeliveryKey         = "key"      // its address and key cannot be opened: they were sealed with another secret.key
)

// DeliveryFaults are all of them.
var DeliveryFaults = []string{
	DeliveryLocal, DeliveryName, DeliveryUnreachable, DeliveryTimeout, DeliveryTLS, DeliveryRedirect, DeliveryStatus, DeliveryGone, DeliveryKey,
}

// Delivery is one request that was sent to a webhook.
type Delivery struct {
	At     time.Time
	Events int           // how many it carried
	Test   bool          // it was one of the test button
	Took   time.Duration // until the answer, or the fault
	Status int           // of the answer; 0: there was none
	Fault  string        // a code of those above; empty: delivered
	Detail string        // of the fault; English
}

// WebhookState is how a webhook is doing, since the program started.
type WebhookState struct {
	Phase      string
	Since      time.Time  // since when it fails; zero while it does not
	RetryAt    time.Time  // of a retrying one
	Delivered  int        // events
	Failed     int        // requests
	Deliveries []Delivery // the newest, newest first
}

// DeliveryOK stands for the outcome of a delivery without a fault.
const DeliveryOK = "delivered"

// WebhookTotals is what the webhooks of all rooms have done since the program started,
// those that were removed among them.
type WebhookTotals struct {
	Phases   map[string]int   // how many webhooks are in each phase
	Requests map[string]int64 // by [DeliveryOK] or the code of the fault; tests are left out
	Events   int64            // delivered
}

// Bounds of webhooks.
const (
	MaxWebhooks     = 10 // in one room
	MaxWebhookURL   = 2000
	MaxWebhookLabel = 60
)
