package moderation_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/moderation"
)

// square is a chain and a clock that stands where the last comment put it.
type square struct {
	chain *moderation.Chain
	room  comment.Room
	now   time.Time
}

func newSquare() *square {
	s := &square{room: comment.NewRoom("r"), now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	s.chain = moderation.New(moderation.Options{Clock: func() time.Time { return s.now }})
	return s
}

// says has somebody write, whose identity is so old; below zero he has none.
func (s *square) says(user, text string, age time.Duration) {
	d := comment.Draft{Room: s.room.ID, User: user, Text: text, At: s.now}
	if age >= 0 {
		d.Identity = s.now.Add(-age)
	}
	s.chain.Check(d, s.room)
}

// many has people write at even steps within a time.
func (s *square) many(n int, within time.Duration, text func(i int) string, age time.Duration) {
	for i := range n {
		s.now = s.now.Add(within / time.Duration(n))
		s.says(fmt.Sprint("user", i), text(i), age)
	}
}

func each(i int) string { return fmt.Sprint("hello ", i) }

func same(text string) func(int) string { return func(int) string { return text } }

const (
	fresh = 5 * time.Second
	old   = time.Hour
	none  = -time.Second // no identity, as of those that a program speaks for
	meme  = "come and see the other stream"
)

func TestRaidIsNoticed(t *testing.T) {
	for _, tt := range []struct {
		name string
		do   func(*square)
		want comment.Raid
	}{
		{"nothing", func(*square) {}, comment.Raid{}},
		{"newcomers at once", func(s *square) { s.many(61, 20*time.Second, each, fresh) }, comment.Raid{Newcomers: 61}},
		{"one too few", func(s *square) { s.many(19, 20*time.Second, each, fresh) }, comment.Raid{}},
		{"newcomers one after another", func(s *square) { s.many(60, 3*time.Minute, each, fresh) }, comment.Raid{}},
		{"people who have watched for long", func(s *square) { s.many(200, 20*time.Second, each, old) }, comment.Raid{}},
		{"two newcomers who write a lot", func(s *square) {
			for i := range 60 {
				s.now = s.now.Add(time.Second / 4)
				s.says(fmt.Sprint("user", i%2), each(i), fresh)
			}
		}, comment.Raid{}},
		{"newcomers whom the filter refuses", func(s *square) { s.many(30, 20*time.Second, same("fuck"), fresh) }, comment.Raid{Newcomers: 30}},
		{"newcomers in another room", func(s *square) {
			s.room.ID = "other"
			s.many(61, 20*time.Second, each, fresh)
			s.room.ID = "r"
		}, comment.Raid{}},
		{"strangers of a program right after a start", func(s *square) { s.many(61, 20*time.Second, each, none) }, comment.Raid{}},
		{"strangers of a program", func(s *square) {
			s.now = s.now.Add(time.Hour)
			s.many(61, 20*time.Second, each, none)
		}, comment.Raid{Newcomers: 61}},
		{"the same text", func(s *square) { s.many(14, 20*time.Second, same(meme), old) }, comment.Raid{Voices: 14, Text: meme}},
		{"the same text for the eye", func(s *square) {
			s.many(14, 20*time.Second, func(i int) string {
				return []string{meme, strings.ToUpper(meme), strings.ReplaceAll(meme, " ", "  ")}[i%3]
			}, old)
		}, comment.Raid{Voices: 14, Text: meme}},
		{"the same text in Han", func(s *square) { s.many(10, 20*time.Second, same("大家都来看隔壁直播"), old) }, comment.Raid{Voices: 10, Text: "大家都来看隔壁直播"}},
		{"one voice says it all the time", func(s *square) {
			for range 30 {
				s.now = s.now.Add(time.Second)
				s.says("one", meme, old)
			}
		}, comment.Raid{}},
		{"a short cheer", func(s *square) { s.many(100, 20*time.Second, same("前方高能"), old) }, comment.Raid{}},
		{"a long cheer", func(s *square) { s.many(100, 20*time.Second, same("哈哈哈哈哈哈哈哈哈哈"), old) }, comment.Raid{}},
		{"applause", func(s *square) { s.many(100, 20*time.Second, same("888888888888888888"), old) }, comment.Raid{}},
		{"both", func(s *square) { s.many(40, 20*time.Second, same(meme), fresh) }, comment.Raid{Newcomers: 40, Voices: 40, Text: meme}},
		{"the louder of two texts", func(s *square) {
			s.many(12, 10*time.Second, same(meme), old)
			s.many(15, 10*time.Second, same("nobody needs this show"), old)
		}, comment.Raid{Voices: 15, Text: "nobody needs this show"}},
		{"a replay", func(s *square) {
			for i := range 60 {
				s.chain.Check(comment.Draft{Room: "r", User: fmt.Sprint("u", i), Text: meme, At: s.now, Source: comment.FromReplay}, s.room)
			}
		}, comment.Raid{}},
		{"more than are counted", func(s *square) { s.many(5000, 20*time.Second, each, fresh) }, comment.Raid{Newcomers: 512}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSquare()
			tt.do(s)
			if got := s.chain.Raid("r"); got != tt.want {
				t.Errorf("%+v, want %+v", got, tt.want)
			}
		})
	}
}

// An alarm that is on stays on until half as many are left, and ends by itself.
func TestRaidEnds(t *testing.T) {
	s := newSquare()
	s.many(30, 30*time.Second, each, fresh)
	for _, step := range []struct {
		after time.Duration
		want  int
	}{{0, 30}, {10 * time.Second, 20}, {5 * time.Second, 15}, {5 * time.Second, 10}, {time.Second, 0}} {
		s.now = s.now.Add(step.after)
		if got := s.chain.Raid("r").Newcomers; got != step.want {
			t.Errorf("%v later: %d newcomers, want %d", step.after, got, step.want)
		}
	}
	s.now = s.now.Add(time.Minute)
	s.many(15, time.Second, each, fresh)
	if got := s.chain.Raid("r"); !got.Calm() {
		t.Errorf("fewer than begin a raid: %+v", got)
	}
}

// However many rooms, texts and people there are, little is remembered.
func TestRaidMemoryIsBounded(t *testing.T) {
	s := newSquare()
	for i := range 20_000 {
		s.room.ID = fmt.Sprint("room", i%1000)
		s.now = s.now.Add(time.Millisecond)
		s.says(fmt.Sprint("user", i), fmt.Sprintf("a text of its own, number %d", i), fresh)
	}
	if got, bound := moderation.RememberedOfRaids(s.chain), 2*(256+1024); got == 0 || got > bound {
		t.Errorf("%d rooms and texts are remembered, at most %d may be", got, bound)
	}
}
