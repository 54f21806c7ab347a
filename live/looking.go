package live

import (
	"strconv"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// LookingFor is how long consoles show that somebody looks at a comment, unless they
// hear of it again.
const LookingFor = 30 * time.Second

// maxConsole is how long the name may be that a console gives itself, in bytes.
const maxConsole = 32

// Looking says that a console has a comment open. It is presence: no log and no memory
// of the server has it, and a console that says no more is forgotten by the others.
type Looking struct {
	Console string     // the name that the console gave itself
	ID      comment.ID // 0: it has none open any more
	By      string
}

// Look shows all consoles of a room which comment one of them has open. A console can
// have only one open. Errors: ErrNotAllowed, ErrNotFound, ErrInvalid, ErrSlowDown.
func (svc *Service) Look(roomID string, by room.Actor, l Looking) error {
	r, err := svc.may(roomID, by, room.Decide)
	if err != nil {
		return err
	}
	if !consoleName(l.Console) {
		return room.Explain(room.ErrInvalid, "console: 1 to %d letters of A–Z a–z 0–9 - _", maxConsole)
	}
	// The limits of reactions suit it: five a second of each link, and no comment costs
	// more for it. Rooms have no slash in their names, so nobody's reactions are counted.
	key := room.LimitKey{Room: "looking/" + r.id, User: strconv.FormatInt(by.Link, 10)}
	if svc.limiter.AllowReactions(key, 1) == 0 {
		return &room.WaitError{Err: room.ErrSlowDown, Wait: time.Second}
	}
	l.By = by.Name()
	svc.say(r.id, room.ViewConsole, svc.encoder.Looking(l))
	return nil
}

func consoleName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return s != "" && len(s) <= maxConsole
}
