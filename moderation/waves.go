package moderation

import (
	"slices"
	"time"
	"unicode/utf8"

	"danmaku/cache"
	"danmaku/comment"
	"danmaku/room"
)

// The number of people within [room.RaidWindow] from which moderators are warned of a raid.
// The raid ends at half that number; between the two nothing changes, so that the warning does
// not flicker.
const (
	newcomersOn = 20
	voicesOn    = 10
)

// A show begins with the first comment after such a long silence, as sessions do, and in its
// first ten minutes everybody is new. These minutes are counted in windows with comments: a
// test an hour before the doors open does not begin the show. Newcomers are expected then,
// unless the rules stop a certain share of them.
const (
	showGap     = 30 * time.Minute
	opening     = 20 // windows
	stoppedPart = 4
)

// usualTimes is how many times the show's own pace of newcomers is a raid: a venue that shows
// its QR code again and again always has many.
const usualTimes = 3

// Bounds of this memory. Beyond them counts stop growing.
const (
	raidRooms   = 256  // in one generation
	raidTexts   = 1024 // in one generation
	raidMembers = 512  // people counted
)

// settledAfter is how long the program must have run before an author without one of our
// identities counts as a newcomer: right after a start no identity is known.
const settledAfter = 10 * time.Minute

// Everybody sends short cheers at once, and they are welcome: a text counts from this width on
// (Han and kana count twice) and with this many different letters.
const (
	waveWidth   = 12
	waveLetters = 6
)

// waves remembers the newcomers of each room and the authors of each text, for
// [room.RaidWindow], and the pace of each show. Its owner locks it.
type waves struct {
	rooms cache.Cache[uint64, *newcomerWave]
	texts cache.Cache[uint64, *sameTextWave]
}

// newcomerWave is the recent newcomers of a room.
type newcomerWave struct {
	last      int64 // Unix milliseconds: the last comment
	newcomers members
	stopped   members // those whose comment the rules stopped
	usual     usualPace
	sameText  *sameTextWave // the largest one
	new, same bool          // whether moderators are warned
}

// usualPace is how many newcomers a show has in each of its last windows with comments.
type usualPace struct {
	slots [opening]int
	at    int   // the present one
	lived int   // windows since the show began, without the present one
	since int64 // Unix milliseconds: start of the present window
}

// sameTextWave is the recent authors of one text.
type sameTextWave struct {
	members
	text string
}

// members are people and when they last wrote, the latest last.
type members struct{ list []member }

type member struct {
	who uint64
	at  int64 // Unix milliseconds
}

func (w *waves) init(now time.Time) {
	w.rooms = cache.New[uint64, *newcomerWave](raidRooms, showGap, now)
	w.texts = cache.New[uint64, *sameTextWave](raidTexts, room.RaidWindow, now)
}

// record counts a comment. text is shown to moderators; key is 0 for a text that is too short
// to count; stopped is true if the rules refuse or hold it.
func (w *waves) record(room, author, key uint64, text string, isNew, stopped bool, now time.Time) {
	s, known := w.rooms.Get(room, now)
	if !known {
		s = &newcomerWave{}
	}
	w.rooms.Set(room, s, now)
	ms := now.UnixMilli()
	if ms-s.last >= showGap.Milliseconds() {
		s.usual = usualPace{since: ms}
	}
	s.last = ms
	s.look(now)
	s.usual.run(now, s.new)
	if isNew {
		if s.newcomers.record(author, now) && !s.new {
			s.usual.slots[s.usual.at]++
		}
		if stopped {
			s.stopped.record(author, now)
		}
		s.look(now)
	}
	w.recordText(s, author, key, text, now)
}

// recordPlatform counts a comment of a platform's chat: one voice for its text, and nothing
// for the pace of newcomers here.
func (w *waves) recordPlatform(room, voice, key uint64, text string, now time.Time) {
	if key == 0 {
		return
	}
	s, known := w.rooms.Get(room, now)
	if !known {
		s = &newcomerWave{}
	}
	w.rooms.Set(room, s, now)
	w.recordText(s, voice, key, text, now)
}

// recordText counts a voice for a text; key is 0 for a text that is too short to count.
func (w *waves) recordText(s *newcomerWave, author, key uint64, text string, now time.Time) {
	if key == 0 {
		return
	}
	c, known := w.texts.Get(key, now)
	if !known {
		c = &sameTextWave{text: text}
	}
	w.texts.Set(key, c, now)
	c.record(author, now)
	if s.sameText == nil || s.sameText != c && c.count(now) >= s.sameText.count(now) {
		s.sameText = c
	}
}

// look decides whether the number of newcomers deserves a warning.
func (w *newcomerWave) look(now time.Time) {
	n, part := w.newcomers.count(now), stoppedPart
	if w.new {
		part *= 2
	}
	if w.usual.lived < opening && w.stopped.count(now)*part < n {
		w.new = false
		return
	}
	w.new = lasts(w.new, n, max(newcomersOn, usualTimes*w.usual.mean()))
}

// run begins a new window when the present one is over. During a raid the window continues, or
// the raid would become usual.
func (u *usualPace) run(now time.Time, raid bool) {
	if since(u.since, now) < room.RaidWindow {
		return
	}
	u.since = now.UnixMilli()
	if !raid {
		u.lived++
		u.at = (u.at + 1) % opening
		u.slots[u.at] = 0
	}
}

// mean returns the usual number of newcomers in a window: without the present window and the
// previous one, in which a raid may have begun.
func (u *usualPace) mean() int {
	sum := 0
	for i, n := range u.slots {
		if i != u.at && i != (u.at+opening-1)%opening {
			sum += n
		}
	}
	return sum / (opening - 2)
}

// report returns the current raid in a room.
func (w *waves) report(roomHash uint64, now time.Time) (out room.Raid) {
	s, ok := w.rooms.Get(roomHash, now)
	if !ok {
		return out
	}
	if s.look(now); s.new {
		out.Newcomers, out.Stopped = s.newcomers.count(now), s.stopped.count(now)
	}
	if s.sameText == nil {
		return out
	}
	n := s.sameText.count(now)
	if s.same = lasts(s.same, n, voicesOn); s.same {
		out.Voices, out.Text = n, s.sameText.text
	}
	return out
}

// lasts reports whether n is an alarm, given whether there was one before.
func lasts(was bool, n, on int) bool {
	return n >= on || was && n >= on/2
}

// record reports whether an author writes for the first time in the window.
func (m *members) record(who uint64, now time.Time) bool {
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
	n := 0
	for n < len(m.list) && since(m.list[n].at, now) >= room.RaidWindow {
		n++
	}
	m.list = slices.Delete(m.list, 0, n)
}

// isWaveText reports whether a gist is long enough that many authors do not send it by chance.
func isWaveText(gist string) bool {
	width, different := 0, 0
	var letters [waveLetters]rune
	for _, r := range gist {
		width++
		if utf8.RuneLen(r) > 2 {
			width++
		}
		if different < waveLetters && !slices.Contains(letters[:different], r) {
			letters[different] = r
			different++
		}
	}
	return width >= waveWidth && different == waveLetters
}

// isNew reports whether an author counts as a newcomer in a raid: by an identity of the last
// minute or, without one, because no comment of the author was ever shown. A person who has
// watched for long is not a newcomer.
func (b *behavior) isNew(d comment.Draft, author uint64, now time.Time) bool {
	if age, ok := identityAge(d); ok {
		return age < newcomerFor
	}
	if now.Sub(b.started) < settledAfter {
		return false
	}
	_, known := b.known.Get(author, now)
	return !known
}

// Raid returns the current raid in a room.
func (c *Chain) Raid(roomID string) room.Raid {
	h := &c.behavior
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.waves.report(h.hash(roomID), h.monotonic(c.clock()))
}
