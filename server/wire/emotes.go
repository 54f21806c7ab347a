package wire

import "danmaku/room"

// OwnEmote is one of a room's own emotes.
type OwnEmote struct {
	Name     string `json:"name"`
	Picture  string `json:"picture"` // a path on this server
	Animated bool   `json:"animated,omitempty"`
}

// OwnEmotes is a room's own emotes, in the order in which they were added.
type OwnEmotes struct {
	Emotes []OwnEmote `json:"emotes"`
}

// OwnEmotesOf returns a room's own emotes in their public form.
func OwnEmotesOf(list []room.Emote) OwnEmotes {
	w := OwnEmotes{make([]OwnEmote, len(list))}
	for i, e := range list {
		w.Emotes[i] = OwnEmote{e.Name, room.EmotePath(e.Hash), e.Animated}
	}
	return w
}
