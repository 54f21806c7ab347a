package live

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"sync"

	"danmaku/room"
)

// chats holds the connected chats of this process.
type chats struct {
	book   ChatBook
	runner ChatRunner

	mu    sync.Mutex // held while they are loaded
	known []room.Chat
}

// loadChats connects the stored chats: new and changed ones start, deleted ones end, and
// the others keep running.
func (svc *Service) loadChats(ctx context.Context) error {
	if svc.chats.book.Stored == nil || svc.chats.runner == nil {
		return nil
	}
	svc.chats.mu.Lock()
	defer svc.chats.mu.Unlock()
	list, err := svc.chats.book.List(ctx)
	if err != nil {
		return fmt.Errorf("load chats: %w", err)
	}
	same := func(a, b room.Chat) bool {
		a.Sealed, b.Sealed = nil, nil // the same secrets are sealed differently each time
		return reflect.DeepEqual(a, b)
	}
	for _, was := range svc.chats.known {
		if !slices.ContainsFunc(list, func(c room.Chat) bool { return c.ID == was.ID }) {
			svc.chats.runner.Remove(was.ID)
		}
	}
	for _, now := range list {
		if !slices.ContainsFunc(svc.chats.known, func(c room.Chat) bool { return same(c, now) }) {
			svc.chats.runner.Set(now)
		}
	}
	svc.chats.known = list
	return nil
}

// ChatView is a connected chat with its state. Its secrets are masked.
type ChatView struct {
	room.Chat
	State room.ChatState
	Needs []string // names of missing secrets without which it cannot be read
	May   []string // names of optional secrets
}

// errNoChats is the error of a process that connects no chats.
var errNoChats = room.Explain(room.ErrNotFound, "This server connects no chats.")

// ChatList lists the chats of a room.
func (svc *Service) ChatList(ctx context.Context, roomID string, by room.Actor) ([]ChatView, error) {
	if err := svc.May(roomID, by, room.ReadRoom); err != nil {
		return nil, err
	}
	if svc.chats.runner == nil {
		return nil, errNoChats
	}
	list, err := svc.chats.book.List(ctx)
	if err != nil {
		return nil, err
	}
	var out []ChatView
	for _, c := range list {
		if c.Room == roomID {
			out = append(out, svc.viewChat(c))
		}
	}
	return out, nil
}

// viewChat returns a chat as those who run the room see it.
func (svc *Service) viewChat(c room.Chat) ChatView {
	v := ChatView{Chat: c}
	needs, may, _ := svc.chats.runner.Secrets(c.Kind)
	for _, name := range needs {
		if c.Secret[name] == "" {
			v.Needs = append(v.Needs, name)
		}
	}
	v.May, v.Sealed, v.Secret = may, nil, map[string]string{}
	for name, value := range c.Secret {
		v.Secret[name] = MaskSecret(value)
	}
	v.State, _ = svc.chats.runner.State(c.ID)
	if v.State.Phase == "" {
		v.State.Phase = room.ChatOff
	}
	return v
}

// RecognizeChat returns the chat that a link or a name identifies, and the secrets it
// needs. Errors: ErrInvalid for text that names no chat.
func (svc *Service) RecognizeChat(roomID string, by room.Actor, link string) (room.ChatLink, error) {
	if _, err := svc.may(roomID, by, room.ManageChats); err != nil {
		return room.ChatLink{}, err
	}
	if svc.chats.runner == nil {
		return room.ChatLink{}, errNoChats
	}
	return svc.chats.runner.Recognize(link)
}

// changeChats runs fn on the book in by's name, and applies the change.
func (svc *Service) changeChats(ctx context.Context, roomID string, by room.Actor, fn func(ChatBook) (room.Chat, error)) (ChatView, error) {
	if _, err := svc.may(roomID, by, room.ManageChats); err != nil {
		return ChatView{}, err
	}
	if svc.chats.runner == nil {
		return ChatView{}, errNoChats
	}
	book := svc.chats.book
	book.By = by
	c, err := fn(book)
	if err == nil {
		err = svc.loadChats(ctx)
	}
	if err != nil {
		return ChatView{}, err
	}
	return svc.viewChat(c), nil
}

// AddChat connects the chat that a link or a name identifies. secret adds to the secrets in
// the link. Errors: ErrInvalid, ErrTaken, ErrBusy.
func (svc *Service) AddChat(ctx context.Context, roomID string, by room.Actor, link string, secret map[string]string, set func(*room.Chat)) (ChatView, error) {
	return svc.changeChats(ctx, roomID, by, func(b ChatBook) (room.Chat, error) {
		c, err := NewChat(svc.chats.runner, roomID, link, secret)
		if err != nil {
			return c, err
		}
		set(&c)
		return b.Add(ctx, c)
	})
}

// SetChat changes a chat. A secret that is not named stays, unless the link leads to
// another host; otherwise a person who may change a chat could send its secrets to a host
// of their own and read them. An empty link keeps the target. Errors: ErrNotFound,
// ErrInvalid, ErrBusy.
func (svc *Service) SetChat(ctx context.Context, roomID string, by room.Actor, id, link string, secret map[string]string, set func(*room.Chat)) (ChatView, error) {
	v, err := svc.changeChats(ctx, roomID, by, func(b ChatBook) (room.Chat, error) {
		var fault error
		var to room.ChatLink
		if link != "" {
			if to, fault = svc.chats.runner.Recognize(link); fault != nil {
				return room.Chat{}, fault
			}
		}
		was, _, err := b.of(ctx, roomID, id)
		switch {
		case err != nil:
			return was, err
		case link != "" && to.Kind != was.Kind:
			return was, room.Explain(room.ErrInvalid, "link: that is a chat of another kind (%s); remove this chat and add the other one", to.Kind)
		}
		from, err := svc.chats.runner.Recognize(was.Kind + ":" + was.Target)
		elsewhere := link != "" && (err != nil || from.Host != to.Host)
		probe := was
		probe.Secret = maps.Clone(was.Secret)
		if err := setSecrets(svc.chats.runner, &probe, secret); err != nil {
			return was, err
		}
		return b.Change(ctx, roomID, id, func(c *room.Chat) {
			if elsewhere {
				clear(c.Secret)
			}
			if link != "" {
				c.Target = to.Target
				maps.Copy(c.Secret, to.Secret)
			}
			_ = setSecrets(svc.chats.runner, c, secret) // already validated
			set(c)
		})
	})
	// A stopped chat is tried again even when the same link and secrets are entered: the
	// platform may have fixed the fault.
	if err == nil && v.State.Phase == room.ChatStopped && (link != "" || len(secret) > 0) {
		c, _, err := svc.chats.book.of(ctx, roomID, id)
		if err != nil {
			return ChatView{}, err
		}
		svc.chats.runner.Set(c)
	}
	return v, err
}

// DeleteChat disconnects a chat. Its comments stay. Errors: ErrNotFound, ErrBusy.
func (svc *Service) DeleteChat(ctx context.Context, roomID string, by room.Actor, id string) error {
	_, err := svc.changeChats(ctx, roomID, by, func(b ChatBook) (room.Chat, error) {
		return room.Chat{}, b.Delete(ctx, roomID, id)
	})
	return err
}

// TestChat injects a line into a chat as if its platform had sent it, so it takes the same
// path as all others. Errors: ErrNotFound, ErrExpired for a chat that is off.
func (svc *Service) TestChat(ctx context.Context, roomID string, by room.Actor, id, text string) error {
	if _, err := svc.may(roomID, by, room.ManageChats); err != nil {
		return err
	}
	if svc.chats.runner == nil {
		return errNoChats
	}
	c, _, err := svc.chats.book.of(ctx, roomID, id)
	if err != nil {
		return err
	}
	if c.Off || !svc.chats.runner.Test(id, text) {
		return room.Explain(room.ErrExpired, "The chat is off. Turn it on first.")
	}
	return nil
}
