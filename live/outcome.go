package live

import (
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// Outcome is the result of a comment.
type Outcome struct {
	Status  comment.Status // Shown, Held or Refused (Removed when asked again later)
	Comment comment.Comment
	Rule    string        // for the server's log; never for the author
	Wait    time.Duration // until the author may send again
	Part    *Part         // the message was a vote; with a Status it is a comment, too
}

// RuleReview is the rule of a comment that only the room's review mode holds.
const RuleReview = "review"

// kindOf turns a verdict into an event by the room's review mode.
func kindOf(a comment.Action, review room.Review, b comment.Badge) room.Kind {
	if a == comment.Hold && review == room.ReviewOff {
		a = comment.Refuse
	}
	if a < comment.Hold && review == room.ReviewAll && b == comment.NoBadge {
		a = comment.Hold
	}
	switch a {
	case comment.Hold:
		return room.KindHeld
	case comment.Refuse:
		return room.KindRefused
	}
	return room.KindComment
}

func outcomeOf(e room.Event) Outcome {
	status := map[room.Kind]comment.Status{
		room.KindComment: comment.Shown, room.KindHeld: comment.Held,
		room.KindRefused: comment.Refused, room.KindRemove: comment.Removed,
	}[e.Kind]
	return Outcome{Status: status, Comment: e.Comment, Rule: e.Entry.Rule}
}
