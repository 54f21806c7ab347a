package show

import (
	"encoding/json"
	"slices"
	"time"
)

// Op is what a command does.
type Op string

// The commands.
const (
	Create Op = "create"
	Edit   Op = "edit"
	Order  Op = "order" // gives one item a rank, or several each other's places
	Queue  Op = "queue"
	Start  Op = "start"
	Stop   Op = "stop"
	Delete Op = "delete"
	Put    Op = "put" // writes an item as it was
	// Revert takes the changes of a command back, the last one first; it is how an
	// undo is carried out.
	Revert Op = "revert"
	// Expire stops a live item whose time is over, and changes nothing else.
	Expire Op = "expire"
	// Schedule sets the moment at which an item starts by itself.
	Schedule Op = "schedule"
	// StartScheduled starts an item whose moment has come, and changes nothing else.
	StartScheduled Op = "start_scheduled"
	// Redraw replaces a winner of a draw who is not there by the next.
	Redraw Op = "redraw"
	// TakeDown deletes the cards of comments, which were taken down themselves.
	TakeDown Op = "take_down"
	// Suggest makes a card of a comment that deserves one, which moderators may show.
	Suggest Op = "suggest"
)

// Command is what somebody wants done, as data.
type Command struct {
	Op   Op              `json:"op"`
	ID   string          `json:"id"`
	Kind Kind            `json:"kind,omitempty"`
	Spec json.RawMessage `json:"spec,omitempty"`
	Rank int             `json:"rank,omitempty"` // of Create and Order
	Move *int            `json:"move,omitempty"` // of Edit: another rank, too
	IDs  []string        `json:"ids,omitempty"`  // of Order: these in this order, ID being the first
	At   time.Time       `json:"at"`
	// Starts is when the item of Create or Schedule starts by itself; the zero time: it does not.
	Starts time.Time `json:"starts,omitzero"`
	Seed   []byte    `json:"seed,omitempty"` // 32 random bytes, for the kinds that draw
	// Person is who is not there, of Redraw.
	Person string `json:"person,omitempty"`
	// Result is what is known only when the item stops, such as who took part.
	Result json.RawMessage `json:"result,omitempty"`
	Item   *Item           `json:"item,omitempty"` // of Put; nil: the item was not there

	Changes  []Change `json:"changes,omitempty"`  // of Revert
	Comments []string `json:"comments,omitempty"` // of TakeDown: their ids; none: the cards of all comments
}

// Change is one item before and after a command: Before is nil for a new item,
// After for one that is deleted. The opposite change undoes it.
type Change struct {
	Before *Item `json:"before,omitempty"`
	After  *Item `json:"after,omitempty"`

	// Screens is After as screens may show it, where a delay lets them be behind. It is
	// counted when the change is told of, and not kept.
	Screens *Item `json:"-"`
}

// ID returns the id of the item that changes.
func (c Change) ID() string {
	switch {
	case c.After != nil:
		return c.After.ID
	case c.Before != nil:
		return c.Before.ID
	}
	return ""
}

// Apply returns the items after a change. It is idempotent: applying a change
// twice is applying it once.
func Apply(items []Item, c Change) []Item {
	id := c.ID()
	i := slices.IndexFunc(items, func(it Item) bool { return it.ID == id })
	switch {
	case c.After == nil && i >= 0:
		return slices.Delete(slices.Clone(items), i, i+1)
	case c.After == nil:
		return items
	case i >= 0:
		items = slices.Clone(items)
		items[i] = *c.After
		return items
	}
	return append(slices.Clone(items), *c.After)
}
