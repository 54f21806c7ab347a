package connector

import (
	"context"
	"time"

	"danmaku/comment"
)

// Rooms is the interface that a chat needs from the rooms. Its methods are called
// concurrently, and return once their effect is durable.
type Rooms interface {
	// Vote counts a message that is exactly the key of an option in a live poll as its
	// author's vote, however full the room is. It reports whether the message was a vote
	// that needs no further handling.
	Vote(ctx context.Context, chat Settings, m Message) (bool, error)
	// Submit takes a message through limits, filter and review into the log.
	Submit(ctx context.Context, chat Settings, m Message) (Result, error)
	// TakeDown removes comments that this chat brought, wherever they are: on screens, in
	// review, or delayed. It ignores unknown ones. It returns how many it removed.
	TakeDown(ctx context.Context, chat Settings, ids []comment.ID) (int, error)
	// TakeDownRef removes the comment that was submitted for a platform's message. It is
	// called when the message came before this process began.
	TakeDownRef(ctx context.Context, chat Settings, origin comment.Source, messageID string) (int, error)
	// TakeDownAuthor removes everything that an author wrote in this chat, and mutes the
	// author for mute, or without end when forever is set.
	TakeDownAuthor(ctx context.Context, chat Settings, origin comment.Source, userID string, mute time.Duration, forever bool) (int, error)
	// TakeDownAll removes everything that this chat brought from an origin.
	TakeDownAll(ctx context.Context, chat Settings, origin comment.Source) (int, error)
}

// Result is the result of a message.
type Result struct {
	ID      comment.ID
	Status  comment.Status // Shown, Held or Refused
	Limited bool           // a limit refused it; ID is zero
	Wait    time.Duration  // for a limited one: how long the room accepts no more from this chat; 0: another limit
	Twice   bool           // it was submitted before; ID and Status are the earlier ones
}
