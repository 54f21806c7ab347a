package room

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"danmaku/comment"
)

// Bounds of a room's own emotes.
const (
	MaxEmotes     = 100
	MaxEmoteName  = 24 // characters, without the colons
	maxEmoteBytes = 64 // of the name: see comment.Emote
)

// Emote is one of a room's own pictures. It replaces its name between two colons in a
// comment's text.
type Emote struct {
	Name     string `json:"name"` // lower case, without colons
	Hash     string `json:"hash"` // of the picture's bytes, 32 hex digits
	Animated bool   `json:"animated,omitempty"`
}

// EmotePath returns the path of an emote's picture on the server.
func EmotePath(hash string) string { return "/emotes/" + hash }

// Codes of faults of emotes, see [Fault.Code].
const (
	FaultEmoteName    = "emote_name"    // Word is the name, N the most characters
	FaultEmoteTaken   = "emote_taken"   // Word is the name
	FaultEmotesFull   = "emote_full"    // N is the most emotes
	FaultEmoteStopped = "emote_stopped" // Word is the name
	FaultEmoteBytes   = "emote_bytes"   // N is the most KB
	FaultEmoteKind    = "emote_kind"
	FaultEmotePixels  = "emote_pixels" // N is the most pixels of a side
	FaultEmoteDamaged = "emote_damaged"
)

// EmoteFault returns a fault of an emote, as an [ErrInvalid] with data for other languages.
func EmoteFault(code, word string, n int, format string, args ...any) error {
	return ExplainFault(ErrInvalid, &Fault{Code: code, Word: word, N: n, Message: fmt.Sprintf(format, args...)})
}

// EmoteName returns the stored form of a name: without the colons around it, composed, in
// lower case. Errors: ErrInvalid with a [FaultEmoteName].
func EmoteName(name string) (string, error) {
	const most = 4 * maxEmoteBytes // of the examined text
	plain := name
	if len(plain) <= most {
		plain = strings.Trim(strings.TrimSpace(plain), ":：")
		plain = strings.ToLower(norm.NFC.String(plain))
	}
	letters, sound := 0, len(plain) <= maxEmoteBytes && comment.Graphemes(plain) <= MaxEmoteName
	if sound {
		for _, r := range plain {
			switch {
			case comment.Invisible(r):
				sound = false
			case unicode.IsLetter(r):
				letters++
			case !unicode.IsDigit(r) && !unicode.IsMark(r) && r != '_' && r != '-':
				sound = false
			}
		}
	}
	// Without a letter it could be part of a time: 10:30:15.
	if !sound || letters == 0 {
		return "", EmoteFault(FaultEmoteName, fmt.Sprintf("%.40s", name), MaxEmoteName,
			"name %.40q: 1 to %d letters, digits, - and _, at least one of them a letter", name, MaxEmoteName)
	}
	return plain, nil
}

// EmoteNamed returns the index of an emote in the list, by its stored name; -1 for none.
func (r Room) EmoteNamed(name string) int {
	return slices.IndexFunc(r.Emotes, func(e Emote) bool { return e.Name == name })
}

// WithEmote returns the room with an emote: a new one at the end, or with another picture
// for the one of that name. Errors: ErrInvalid with a [FaultEmotesFull].
func (r Room) WithEmote(e Emote) (Room, error) {
	r.Emotes = slices.Clone(r.Emotes)
	if i := r.EmoteNamed(e.Name); i >= 0 {
		r.Emotes[i] = e
		return r, nil
	}
	if len(r.Emotes) >= MaxEmotes {
		return r, EmoteFault(FaultEmotesFull, "", MaxEmotes, "a room has at most %d emotes; delete one first", MaxEmotes)
	}
	r.Emotes = append(r.Emotes, e)
	return r, nil
}

// WithEmoteNamed returns the room with an emote renamed. Errors: ErrNotFound, ErrInvalid
// with a [FaultEmoteTaken].
func (r Room) WithEmoteNamed(name, to string) (Room, error) {
	i := r.EmoteNamed(name)
	if i < 0 {
		return r, ErrNotFound
	}
	if at := r.EmoteNamed(to); at >= 0 && at != i {
		return r, EmoteFault(FaultEmoteTaken, to, 0, "name %q: the room has an emote of this name; choose another", to)
	}
	r.Emotes = slices.Clone(r.Emotes)
	r.Emotes[i].Name = to
	return r, nil
}

// WithoutEmote returns the room without an emote. Errors: ErrNotFound.
func (r Room) WithoutEmote(name string) (Room, error) {
	i := r.EmoteNamed(name)
	if i < 0 {
		return r, ErrNotFound
	}
	r.Emotes = slices.Delete(slices.Clone(r.Emotes), i, i+1)
	return r, nil
}

// WithEmotesBack returns the room with the change from before to after reverted in its list
// of emotes, and keeps what others have changed besides. Errors: ErrChanged, also when a
// reverted emote is no longer as in after, ErrInvalid with a [FaultEmotesFull].
func (r Room) WithEmotesBack(before, after []Emote) (Room, error) {
	find := func(list []Emote, name string) (Emote, int) {
		i := slices.IndexFunc(list, func(e Emote) bool { return e.Name == name })
		if i < 0 {
			return Emote{}, i
		}
		return list[i], i
	}
	out := slices.Clone(r.Emotes)
	done := map[string]bool{}
	for _, e := range slices.Concat(before, after) {
		was, place := find(before, e.Name)
		is, _ := find(after, e.Name)
		if was == is || done[e.Name] {
			continue
		}
		done[e.Name] = true
		now, i := find(out, e.Name)
		switch {
		case now != is:
			return r, ErrChanged
		case place < 0:
			out = slices.Delete(out, i, i+1)
		case i < 0:
			out = slices.Insert(out, min(place, len(out)), was)
		default:
			out[i] = was
		}
	}
	if len(out) > MaxEmotes {
		return r, EmoteFault(FaultEmotesFull, "", MaxEmotes, "a room has at most %d emotes; delete one first", MaxEmotes)
	}
	r.Emotes = out
	return r, nil
}

// colon reports whether a character may delimit an emote's name. Chinese and Japanese
// keyboards write the wide one.
func colon(r rune) bool { return r == ':' || r == '：' }

// Drawn returns the emotes of a comment plus the room's own that its text names, in the
// order of their positions. Emotes of a platform stay, and the text keeps the names in it.
func (r Room) Drawn(text string, have []comment.Emote) []comment.Emote {
	if len(r.Emotes) == 0 || !strings.ContainsFunc(text, colon) {
		return have
	}
	points := []rune(text)
	out := slices.Clone(have)
	for from := 0; from < len(points) && len(out) < comment.MaxEmotes; {
		if !colon(points[from]) {
			from++
			continue
		}
		to := from + 1 // index of the next colon
		for to < len(points) && to-from <= maxEmoteBytes && !colon(points[to]) {
			to++
		}
		if to == len(points) || !colon(points[to]) {
			from = to
			continue
		}
		i := r.EmoteNamed(strings.ToLower(string(points[from+1 : to])))
		if i < 0 {
			from = to
			continue
		}
		e := comment.Emote{From: from, To: to + 1, Name: r.Emotes[i].Name, Picture: EmotePath(r.Emotes[i].Hash)}
		if !slices.ContainsFunc(have, func(h comment.Emote) bool { return h.From < e.To && e.From < h.To }) {
			out = append(out, e)
		}
		from = to + 1
	}
	slices.SortFunc(out, func(a, b comment.Emote) int { return cmp.Compare(a.From, b.From) })
	return out
}
