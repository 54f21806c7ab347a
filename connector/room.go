package connector

import (
	"context"
	"time"

	"danmaku/comment"
)

// Rooms is what a chat needs of the rooms. Its methods are called from several
// goroutines, and return when what they did is durable.
type Rooms interface {
	// Vote takes a message that is exactly the key of an option in a live poll as its
	// author's vote, whether or not the room has room for messages. It reports whether
	// the message was one and nothing else is to be done with it.
	Vote(ctx context.Context, chat Settings, m Message) (bool, error)
	// Submit takes a message through limits, filter and review into the log.
	Submit(ctx context.Context, chat Settings, m Message) (Result, error)
	// TakeDown removes comments that this chat brought, wherever they are: on
	// screens, in review, or delayed. Unknown ones are ignored. It returns how many
	// it removed.
	TakeDown(ctx context.Context, chat Settings, ids []comment.ID) (int, error)
	// TakeDownRef removes the comment that was submitted for a platform's message.
	// It is asked when the message came before this process began.
	TakeDownRef(ctx context.Context, chat Settings, origin comment.Source, messageID string) (int, error)
	// TakeDownAuthor removes everything that an author wrote by this chat, and
	// mutes the author for mute, or without end when forever is set.
	TakeDownAuthor(ctx context.Context, chat Settings, origin comment.Source, userID string, mute time.Duration, forever bool) (int, error)
	// TakeDownAll removes everything that this chat brought from an origin.
	TakeDownAll(ctx context.Context, chat Settings, origin comment.Source) (int, error)
}

// Result is what became of a message.
type Result struct {
	ID      comment.ID
	Status  comment.Status // Shown, Held or Refused
	Limited bool           // a limit left it out; ID is zero
	Wait    time.Duration  // of a limited one: how long the room takes no more from this chat; 0: another limit
	Twice   bool           // it was there before; ID and Status are of then
}
