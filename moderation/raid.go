package moderation

import (
	"slices"
	"time"
	"unicode/utf8"

	"danmaku/comment"
)

// When a moderator is told of a raid, and when it is over: between the two
// figures it stays what it was, so that the news does not flicker.
const (
	newcomersOn, newcomersOff = 20, 10
	voicesOn, voicesOff       = 10, 5
)

// Bounds of what is remembered for it. Beyond them counts stand still.
const (
	raidRooms   = 256  // in one generation
	raidTexts   = 1024 // in one generation
	raidMembers = 512  // people counted
)

// settledAfter is how long the program must have run before somebody without an
// identity of ours counts as a newcomer: right after a start nobody is known.
const settledAfter = 10 * time.Minute

// Short cheers are said by everybody at once and are welcome: a text counts from
// this width on (Han and kana count twice) and with this many different letters.
const (
	choirWidth   = 12
	choirLetters = 6
)

// raids remembers who is new in each room and who says the same, for as long as
// [comment.RaidWindow]. Its owner locks it.
type raids struct {
	rooms memory[*surge]
	texts memory[*choir]
}

// surge is what the newcomers of a room did lately.
type surge struct {
	newcomers members
	choir     *choir // the largest one
	new, same bool   // told of
}

// choir is who said one text lately.
type choir struct {
	members
	text string
}

// members are people and when they were last heard, the latest last.
type members struct{ list []member }

type member struct {
	who uint64
	at  int64 // Unix milliseconds
}

func (r *raids) init(now time.Time) {
	r.rooms.init(raidRooms, comment.RaidWindow, now)
	r.texts.init(raidTexts, comment.RaidWindow, now)
}

// hear counts a comment. text is what is told to moderators; key is 0 for one
// that is too short to count.
func (r *raids) hear(room, author, key uint64, text string, isNew bool, now time.Time) {
	s, known := r.rooms.get(room, now)
	if !known {
		if !isNew && key == 0 {
			return
		}
		s = &surge{}
	}
	r.rooms.set(room, s, now)
	if isNew {
		s.newcomers.hear(author, now)
	}
	if key == 0 {
		return
	}
	c, known := r.texts.get(key, now)
	if !known {
		c = &choir{text: text}
	}
	r.texts.set(key, c, now)
	c.hear(author, now)
	if s.choir == nil || s.choir != c && c.count(now) >= s.choir.count(now) {
		s.choir = c
	}
}

// raid tells what comes over a room now.
func (r *raids) raid(room uint64, now time.Time) (out comment.Raid) {
	s, ok := r.rooms.get(room, now)
	if !ok {
		return out
	}
	if n := s.newcomers.count(now); lasts(&s.new, n, newcomersOn, newcomersOff) {
		out.Newcomers = n
	}
	if s.choir == nil {
		return out
	}
	if n := s.choir.count(now); lasts(&s.same, n, voicesOn, voicesOff) {
		out.Voices, out.Text = n, s.choir.text
	}
	return out
}

// lasts tells whether n is an alarm, given whether it was one before.
func lasts(was *bool, n, on, off int) bool {
	*was = n >= on || *was && n >= off
	return *was
}

func (m *members) hear(who uint64, now time.Time) {
	m.forget(now)
	m.list = slices.DeleteFunc(m.list, func(x member) bool { return x.who == who })
	if len(m.list) < raidMembers {
		m.list = append(m.list, member{who, now.UnixMilli()})
	}
}

func (m *members) count(now time.Time) int {
	m.forget(now)
	return len(m.list)
}

func (m *members) forget(now time.Time) {
	old := now.Add(-comment.RaidWindow).UnixMilli()
	n := 0
	for n < len(m.list) && m.list[n].at <= old {
		n++
	}
	m.list = slices.Delete(m.list, 0, n)
}

// choral tells whether a gist is long enough that many do not say it by chance.
func choral(gist string) bool {
	width, different := 0, 0
	var letters [choirLetters]rune
	for _, r := range gist {
		width++
		if utf8.RuneLen(r) > 2 {
			width++
		}
		if different < choirLetters && !slices.Contains(letters[:different], r) {
			letters[different] = r
			different++
		}
	}
	return width >= choirWidth && different == choirLetters
}

// stranger tells whether an author counts as a newcomer of a raid: by an
// identity of the last minute, or, where there is none, by never having been
// shown. Somebody who has watched for long and writes at last is none.
func (h *habits) stranger(d comment.Draft, author uint64, now time.Time) bool {
	if !d.Identity.IsZero() {
		return now.Sub(d.Identity) < newcomerFor
	}
	if now.Sub(h.started) < settledAfter {
		return false
	}
	_, known := h.known.get(author, now)
	return !known
}

// Raid tells what comes over a room right now.
func (c *Chain) Raid(room string) comment.Raid {
	h := &c.habit
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.crowds.raid(h.hash(room), c.clock())
}
