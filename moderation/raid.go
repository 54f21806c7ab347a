package moderation

import (
	"slices"
	"time"
	"unicode/utf8"

	"danmaku/comment"
)

// When a moderator is told of a raid: from so many people on, within
// [comment.RaidWindow]. It is over with half as many; between the two figures it
// stays what it was, so that the news does not flicker.
const (
	newcomersOn = 20
	voicesOn    = 10
)

// A show begins with the first comment after so long a silence, as sessions do,
// and in its first ten minutes everybody is new. These are counted in windows in
// which somebody writes: a test an hour before the doors open is no show.
// Newcomers are no news then, unless the rules stop one of so many.
const (
	showGap     = 30 * time.Minute
	opening     = 20 // windows
	stoppedPart = 4
)

// usualTimes is how many times the show's own pace newcomers must come to be
// news: a hall that shows its code again and again has many all the time.
const usualTimes = 3

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
// [comment.RaidWindow], and the pace of each show. Its owner locks it.
type raids struct {
	rooms memory[*surge]
	texts memory[*choir]
}

// surge is what the newcomers of a room did lately.
type surge struct {
	heard     int64 // Unix milliseconds: the last comment
	newcomers members
	stopped   members // those of them of whom the rules stopped something
	usual     pace
	choir     *choir // the largest one
	new, same bool   // told of
}

// pace is how many newcomers a show has in each of its last windows in which
// somebody wrote.
type pace struct {
	slots [opening]int
	at    int   // the present one
	lived int   // windows since the show began, the present one not counted
	since int64 // Unix milliseconds: when the present one began
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
	r.rooms.init(raidRooms, showGap, now)
	r.texts.init(raidTexts, comment.RaidWindow, now)
}

// hear counts a comment. text is what is told to moderators; key is 0 for one
// that is too short to count; stopped, when the rules refuse or hold it.
func (r *raids) hear(room, author, key uint64, text string, isNew, stopped bool, now time.Time) {
	s, known := r.rooms.get(room, now)
	if !known {
		s = &surge{}
	}
	r.rooms.set(room, s, now)
	ms := now.UnixMilli()
	if ms-s.heard >= showGap.Milliseconds() {
		s.usual = pace{since: ms}
	}
	s.heard = ms
	s.look(now)
	s.usual.run(now, s.new)
	if isNew {
		if s.newcomers.hear(author, now) && !s.new {
			s.usual.slots[s.usual.at]++
		}
		if stopped {
			s.stopped.hear(author, now)
		}
		s.look(now)
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

// look decides whether so many newcomers are news.
func (s *surge) look(now time.Time) {
	n, part := s.newcomers.count(now), stoppedPart
	if s.new {
		part *= 2
	}
	if s.usual.lived < opening && s.stopped.count(now)*part < n {
		s.new = false
		return
	}
	s.new = lasts(s.new, n, max(newcomersOn, usualTimes*s.usual.mean()))
}

// run begins a new window when the present one is over. During a raid it goes
// on, or the raid would become usual.
func (p *pace) run(now time.Time, raid bool) {
	if now.UnixMilli()-p.since < comment.RaidWindow.Milliseconds() {
		return
	}
	p.since = now.UnixMilli()
	if !raid {
		p.lived++
		p.at = (p.at + 1) % opening
		p.slots[p.at] = 0
	}
}

// mean is how many newcomers a window has as a rule: without the present one and
// the one before it, in which a raid may have begun.
func (p *pace) mean() int {
	sum := 0
	for i, n := range p.slots {
		if i != p.at && i != (p.at+opening-1)%opening {
			sum += n
		}
	}
	return sum / (opening - 2)
}

// raid tells what comes over a room now.
func (r *raids) raid(room uint64, now time.Time) (out comment.Raid) {
	s, ok := r.rooms.get(room, now)
	if !ok {
		return out
	}
	if s.look(now); s.new {
		out.Newcomers, out.Stopped = s.newcomers.count(now), s.stopped.count(now)
	}
	if s.choir == nil {
		return out
	}
	n := s.choir.count(now)
	if s.same = lasts(s.same, n, voicesOn); s.same {
		out.Voices, out.Text = n, s.choir.text
	}
	return out
}

// lasts tells whether n is an alarm, given whether it was one before.
func lasts(was bool, n, on int) bool {
	return n >= on || was && n >= on/2
}

// hear tells whether somebody is heard for the first time in the window.
func (m *members) hear(who uint64, now time.Time) bool {
	m.forget(now)
	before := len(m.list)
	m.list = slices.DeleteFunc(m.list, func(x member) bool { return x.who == who })
	first := len(m.list) == before
	if len(m.list) < raidMembers {
		m.list = append(m.list, member{who, now.UnixMilli()})
	}
	return first
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
