package live

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"danmaku/comment"
	"danmaku/live/access"
	"danmaku/room"
)

// ChatBook records which chats are connected with which rooms. A command also uses it,
// while no server has the data folder.
type ChatBook struct {
	Stored Chats
	Keys   access.Keys
	Now    func() time.Time
	By     room.Actor // the actor; without a role nothing is written to the audit
}

// List returns the chats of all rooms, oldest first, with their secrets. A chat whose
// secrets cannot be opened has none, and its platform asks for them again.
func (b ChatBook) List(ctx context.Context) ([]room.Chat, error) {
	list, err := b.Stored.Chats(ctx)
	if err != nil {
		return nil, err
	}
	for i := range list {
		c := &list[i]
		c.Secret = map[string]string{}
		if plain, err := b.Keys.Open(c.Sealed, c.ID); err == nil {
			_ = json.Unmarshal(plain, &c.Secret) // what was sealed is JSON
		}
	}
	return list, nil
}

// of returns one chat of a room, and the number of the room's chats.
func (b ChatBook) of(ctx context.Context, roomID, id string) (c room.Chat, n int, err error) {
	list, err := b.List(ctx)
	if err != nil {
		return c, 0, err
	}
	err = room.ErrNotFound
	for _, one := range list {
		if one.Room == roomID {
			n++
			if one.ID == id {
				c, err = one, nil
			}
		}
	}
	return c, n, err
}

// Add connects a chat with a room. Errors: ErrNotFound for an unknown room, ErrInvalid,
// ErrTaken for a chat that the room already has, ErrBusy.
func (b ChatBook) Add(ctx context.Context, c room.Chat) (room.Chat, error) {
	list, err := b.List(ctx)
	if err != nil {
		return c, err
	}
	n := 0
	for _, one := range list { // a tool's session or code identifies its chat
		if one.Room != c.Room {
			continue
		}
		n++
		if one.Kind == c.Kind && one.Target == c.Target && one.Secret["session"] == c.Secret["session"] && one.Secret["code"] == c.Secret["code"] {
			return c, room.Explain(room.ErrTaken, "That chat is already connected.")
		}
	}
	if n >= room.MaxChats {
		return c, room.Explain(room.ErrInvalid, "chats: at most %d in one room; remove one first", room.MaxChats)
	}
	c.ID, c.Made = strings.ToLower(rand.Text()[:8]), b.Now()
	return b.put(ctx, c, room.ActionChat, nil)
}

// Change changes a chat. Errors: ErrNotFound, ErrInvalid, ErrBusy.
func (b ChatBook) Change(ctx context.Context, roomID, id string, change func(*room.Chat)) (room.Chat, error) {
	was, _, err := b.of(ctx, roomID, id)
	if err != nil {
		return was, err
	}
	now := was
	now.Secret = maps.Clone(was.Secret)
	change(&now)
	return b.put(ctx, now, room.ActionChatSet, chatChanges(was, now))
}

// chatChanges names the differing fields of two chats by their wire names. For secrets it
// says only that they differ.
func chatChanges(was, now room.Chat) (names []string) {
	for _, f := range []struct {
		name    string
		differs bool
	}{
		{"target", was.Target != now.Target}, {"secret", !maps.Equal(was.Secret, now.Secret)}, {"off", was.Off != now.Off},
		{"follow_bans", was.FollowBans != now.FollowBans}, {"guests", was.Guests != now.Guests}, {"hold_all", was.HoldAll != now.HoldAll},
		{"emotes", was.Emotes != now.Emotes}, {"min_amount", was.MinMicros != now.MinMicros},
	} {
		if f.differs {
			names = append(names, f.name)
		}
	}
	return names
}

// put checks a chat, seals its secrets and stores it.
func (b ChatBook) put(ctx context.Context, c room.Chat, kind room.Action, changed []string) (room.Chat, error) {
	c.Target = strings.TrimSpace(c.Target)
	maps.DeleteFunc(c.Secret, func(_, v string) bool { return v == "" })
	switch {
	case len(c.Target) > room.MaxChatTarget || !utf8.ValidString(c.Target) || comment.OneLine(c.Target) != c.Target:
		return c, room.Explain(room.ErrInvalid, "target: at most %d bytes in one line", room.MaxChatTarget)
	case len(c.Secret) > room.MaxSecretsCount:
		return c, room.Explain(room.ErrInvalid, "secret: at most %d", room.MaxSecretsCount)
	case c.MinMicros < 0 || c.MinMicros > room.MaxChatMinimum:
		return c, room.Explain(room.ErrInvalid, "min_amount: 0 to %d", int64(room.MaxChatMinimum)/1_000_000)
	}
	for name, value := range c.Secret {
		if len(value) > room.MaxChatSecret || len(name) > 40 {
			return c, room.Explain(room.ErrInvalid, "secret.%.40s: at most %d bytes", name, room.MaxChatSecret)
		}
	}
	plain, err := json.Marshal(c.Secret)
	if err != nil {
		return c, fmt.Errorf("seal the secrets of a chat: %w", err)
	}
	c.Sealed = b.Keys.Seal(plain, c.ID)
	a := b.By.EntryAt(kind, b.Now())
	if a != nil {
		a.About, a.Detail, a.Changed = c.ID, strings.TrimSpace(c.Kind+" "+c.Target), changed
	}
	return c, b.Stored.PutChat(ctx, c, a)
}

// Delete disconnects a chat. Its comments stay. Errors: ErrNotFound, ErrBusy.
func (b ChatBook) Delete(ctx context.Context, roomID, id string) error {
	c, _, err := b.of(ctx, roomID, id)
	if err != nil {
		return err
	}
	a := b.By.EntryAt(room.ActionChatGone, b.Now())
	if a != nil {
		a.About, a.Detail = c.ID, strings.TrimSpace(c.Kind+" "+c.Target)
	}
	return b.Stored.DeleteChat(ctx, roomID, id, a)
}

// MaskSecret returns enough of a secret to distinguish it from another.
func MaskSecret(s string) string {
	letters := []rune(s)
	if len(letters) < 12 {
		return "***"
	}
	return "***" + string(letters[len(letters)-3:])
}

// Recognizer is the part of a [ChatRunner] that [NewChat] needs.
type Recognizer interface {
	Recognize(text string) (room.ChatLink, error)
	Secrets(kind string) (needs, may []string, known bool)
}

// NewChat makes a chat from a link or a name, without storing it. Errors: ErrInvalid for a
// link that names no chat, and for a secret that its kind does not use.
func NewChat(known Recognizer, roomID, link string, secret map[string]string) (room.Chat, error) {
	to, err := known.Recognize(link)
	if err != nil {
		return room.Chat{}, err
	}
	c := room.Chat{Room: roomID, Kind: to.Kind, Target: to.Target, Secret: map[string]string{}, ChatSwitches: room.NewChatSwitches}
	maps.Copy(c.Secret, to.Secret)
	return c, setSecrets(known, &c, secret)
}

// setSecrets sets secrets by their names; an empty value deletes one.
func setSecrets(known Recognizer, c *room.Chat, secret map[string]string) error {
	needs, may, _ := known.Secrets(c.Kind)
	names := slices.Concat(needs, may)
	for name, value := range secret {
		if !slices.Contains(names, name) {
			use := "none"
			if len(names) > 0 {
				use = strings.Join(names, ", ")
			}
			return room.Explain(room.ErrInvalid, "secret.%.40s: a chat of the kind %s has no such secret; it knows %s", name, c.Kind, use)
		}
		if value = strings.TrimSpace(value); value == "" {
			delete(c.Secret, name)
		} else {
			c.Secret[name] = value
		}
	}
	return nil
}
