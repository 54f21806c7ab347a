package show

import (
	"encoding/json"
	"slices"
	"time"
)

// Op is the operation of a command.
type Op string

// The commands.
const (
	Create Op = "create"
	Edit   Op = "edit"
	Order  Op = "order" // sets one item's rank, or permutes several
	Queue  Op = "queue"
	Start  Op = "start"
	Stop   Op = "stop"
	Delete Op = "delete"
	Put    Op = "put" // writes an item's earlier state
	// Revert reverts the changes of a command, the last one first; undos use it.
	Revert Op = "revert"
	// Expire stops a live item whose time is over, and changes nothing else.
	Expire Op = "expire"
	// Schedule sets when an item starts by itself.
	Schedule Op = "schedule"
	// StartScheduled starts an item that is due, and changes nothing else.
	StartScheduled Op = "start_scheduled"
	// Redraw replaces an absent winner of a draw by the next.
	Redraw Op = "redraw"
	// TakeDown deletes the cards of comments that were taken down.
	TakeDown Op = "take_down"
	// Suggest makes a card of a suitable comment, which moderators may show.
	Suggest Op = "suggest"
)

// Command is a requested change, as data.
type Command struct {
	Op   Op              `json:"op"`
	ID   string          `json:"id"`
	Kind Kind            `json:"kind,omitempty"`
	Spec json.RawMessage `json:"spec,omitempty"`
	Rank int             `json:"rank,omitempty"` // for Create and Order
	Move *int            `json:"move,omitempty"` // for Edit: another rank, too
	IDs  []string        `json:"ids,omitempty"`  // for Order: these in this order, ID being the first
	At   time.Time       `json:"at"`
	// Starts is when the item of Create or Schedule starts by itself; the zero time: never.
	Starts time.Time `json:"starts,omitzero"`
	Seed   []byte    `json:"seed,omitempty"` // 32 random bytes, for the kinds that draw
	// Person is the absent winner, for Redraw.
	Person string `json:"person,omitempty"`
	// Result is what is known only when the item stops, such as the participants.
	Result json.RawMessage `json:"result,omitempty"`
	Item   *Item           `json:"item,omitempty"` // for Put; nil: the item did not exist

	Changes  []Change `json:"changes,omitempty"`  // for Revert
	Comments []string `json:"comments,omitempty"` // for TakeDown: their IDs; none: the cards of all comments
}

// Change is one item before and after a command: Before is nil for a new item, After for a
// deleted one. The opposite change undoes it.
type Change struct {
	Before *Item `json:"before,omitempty"`
	After  *Item `json:"after,omitempty"`

	// Screens is After as screens may show it, where a delay lets them be behind. It is
	// computed when the change is sent, and not stored.
	Screens *Item `json:"-"`
}

// ID returns the ID of the item that changes.
func (c Change) ID() string {
	switch {
	case c.After != nil:
		return c.After.ID
	case c.Before != nil:
		return c.Before.ID
	}
	return ""
}

// Apply returns the items after a change. It is idempotent.
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
