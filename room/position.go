package room

import (
	"strconv"
	"strings"
)

// Position is a position in a room's log. Epoch changes only when numbers could be reused
// (a recreated room, a restored backup), so an old position is recognised and not mistaken
// for one in the new log.
type Position struct {
	Epoch string
	Seq   int64
}

// String writes the position as EPOCH:SEQ; clients return it without parsing it.
func (p Position) String() string { return p.Epoch + ":" + strconv.FormatInt(p.Seq, 10) }

// ParsePosition reads EPOCH:SEQ. ok is false for anything else.
func ParsePosition(s string) (p Position, ok bool) {
	epoch, num, found := strings.Cut(s, ":")
	if !found || epoch == "" {
		return Position{}, false
	}
	seq, err := strconv.ParseInt(num, 10, 64)
	if err != nil || seq < 0 {
		return Position{}, false
	}
	return Position{Epoch: epoch, Seq: seq}, true
}
