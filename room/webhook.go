package room

import (
	"slices"
	"time"
)

// Webhook is a URL to which a room's events are sent.
type Webhook struct {
	ID     string // ours, unique among those of all rooms
	Room   string
	Label  string
	Events []Kind // the kinds that it gets; see [Webhook.Gets]
	Local  bool   // the URL may be on this machine, or in its network
	Off    bool
	Made   time.Time
	// Position is the number of the last event of the room's log that has been delivered,
	// or need not be.
	Position int64

	// WebhookSecret is only for the sender: no page, export, audit or log has it, except
	// the URL, which owners see. Sealed is its stored form.
	WebhookSecret
	Sealed []byte
}

// WebhookSecret is the part of a webhook that is stored sealed.
type WebhookSecret struct {
	URL string `json:"url"` // often contains a key of the receiver
	Key []byte `json:"key"` // signs
	// Old signs, too, until OldUntil, so that a receiver has time to adopt the new key.
	Old      []byte    `json:"old,omitempty"`
	OldUntil time.Time `json:"old_until,omitzero"`
}

// The kinds that webhooks can get: those that everybody sees, and those that only
// moderators see.
var (
	PublicKinds = []Kind{KindComment, KindRemove, KindClear, KindPin, KindItem, KindRoom}
	StaffKinds  = []Kind{KindHeld, KindRefused, KindBan, KindUnban}
)

// takesDown are the kinds that every receiver of comments' texts must also get, since a
// removal has to reach everyone.
var takesDown = []Kind{KindRemove, KindClear}

// hasText are the kinds of events that contain the text of a comment.
var hasText = []Kind{KindComment, KindHeld, KindRefused, KindItem}

// WebhookKinds returns the kinds that a webhook gets for the requested ones: each once, in
// the order of the lists above, and removals with all that contain a comment's text.
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

// WebhookBatch is the next part of a room's log for a webhook.
type WebhookBatch struct {
	Events [][]byte // encoded, in the order of the log
	UpTo   Position // the position after them
	// Early are removals that are sent ahead of their place, in a room with a delay, up to
	// the number EarlyTo. They are sent again at their place.
	Early   [][]byte
	EarlyTo int64
	Wait    time.Duration // until the room's delay releases more; 0: nothing waits
}

// The phases of a webhook.
const (
	WebhookOff      = "off"
	WebhookReady    = "ready"    // everything has been delivered
	WebhookSending  = "sending"  // a request is running
	WebhookRetrying = "retrying" // another try at RetryAt
	WebhookStopped  = "stopped"  // the receiver answered that it is gone for good
)

// WebhookPhases lists all phases.
var WebhookPhases = []string{WebhookOff, WebhookReady, WebhookSending, WebhookRetrying, WebhookStopped}

// The faults of a delivery.
const (
	DeliveryLocal       = "local"       // the URL is on this machine or in its network, which the webhook does not allow
	DeliveryName        = "name"        // the name cannot be resolved
	DeliveryUnreachable = "unreachable" // nothing answers there
	DeliveryTimeout     = "timeout"
	DeliveryTLS         = "tls"
	DeliveryRedirect    = "redirect" // to a forbidden URL
	DeliveryStatus      = "status"   // the answer is not a success
	DeliveryGone        = "gone"     // 410
	DeliveryKey         = "key"      // its URL and key cannot be opened: they were sealed with another secret.key
)

// DeliveryFaults lists all faults.
var DeliveryFaults = []string{
	DeliveryLocal, DeliveryName, DeliveryUnreachable, DeliveryTimeout, DeliveryTLS, DeliveryRedirect, DeliveryStatus, DeliveryGone, DeliveryKey,
}

// Delivery is one request to a webhook.
type Delivery struct {
	At     time.Time
	Events int           // number of events in it
	Test   bool          // sent by the test button
	Took   time.Duration // until the answer, or the fault
	Status int           // of the answer; 0 when there was none
	Fault  string        // one of the codes above; empty: delivered
	Detail string        // of the fault; English
}

// WebhookState is the state of a webhook since the program started.
type WebhookState struct {
	Phase      string
	Since      time.Time  // since when it has failed; zero while it works
	RetryAt    time.Time  // for a retrying one
	Delivered  int        // events
	Failed     int        // requests
	Deliveries []Delivery // the newest, newest first
}

// DeliveryOK is the outcome of a delivery without a fault.
const DeliveryOK = "delivered"

// WebhookTotals counts the work of the webhooks of all rooms since the program started,
// including removed ones.
type WebhookTotals struct {
	Phases   map[string]int   // the number of webhooks in each phase
	Requests map[string]int64 // by [DeliveryOK] or the code of the fault; without tests
	Events   int64            // delivered
}

// Bounds of webhooks.
const (
	MaxWebhooks     = 10 // in one room
	MaxWebhookURL   = 2000
	MaxWebhookLabel = 60
)
