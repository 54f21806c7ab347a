package live

import (
	"strconv"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// LookingFor is how long consoles show that somebody looks at a comment without another
// report of it.
const LookingFor = 30 * time.Second

// maxConsole is the longest name that a console gives itself, in bytes.
const maxConsole = 32

// Looking says that a console has a comment open. It is presence: neither the log nor the
// server's memory stores it, and other consoles forget a console that sends no more.
type Looking struct {
	Console string     // the name that the console gave itself
	ID      comment.ID // 0 means that none is open any more
	By      string
}

// Look notifies all consoles of a room which comment one of them has open. A console can
// have only one open. Errors: ErrNotAllowed, ErrNotFound, ErrInvalid, ErrSlowDown.
func (svc *Service) Look(roomID string, by room.Actor, l Looking) error {
	r, err := svc.may(roomID, by, room.Decide)
	if err != nil {
		return err
	}
	if !consoleName(l.Console) {
		return room.Explain(room.ErrInvalid, "console: 1 to %d letters of A–Z a–z 0–9 - _", maxConsole)
	}
	// The limits of reactions fit here: five a second for each link, without charging for
	// comments. Room names contain no slash, so this key affects nobody's reactions.
	key := room.LimitKey{Room: "looking/" + r.id, User: strconv.FormatInt(by.Link, 10)}
	if svc.limiter.AllowReactions(key, 1) == 0 {
		return &room.WaitError{Err: room.ErrSlowDown, Wait: time.Second}
	}
	l.By = by.Name()
	svc.broadcastFrame(r.id, room.ViewConsole, svc.encoder.Looking(l))
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
