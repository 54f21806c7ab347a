package moderation_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/moderation"
	"danmaku/room"
	"danmaku/testrace"
)

// testRoom is a chain and a clock that the last comment sets.
type testRoom struct {
	chain *moderation.Chain
	room  room.Room
	now   time.Time
}

// newRunningShow returns a square in which people who are not new have talked until the show's first
// minutes are over.
func newRunningShow() *testRoom {
	s := newTestRoom()
	s.converse(11*time.Minute, 0)
	return s
}

// converse makes one person write every five seconds, and beside that the given number of
// newcomers in each half minute.
func (s *testRoom) converse(within time.Duration, newcomers int) {
	for i := range int(within / (5 * time.Second)) {
		s.now = s.now.Add(5 * time.Second)
		s.send("regular", fmt.Sprint("well ", i), old)
		for j := i * newcomers / 6; j < (i+1)*newcomers/6; j++ {
			s.send(fmt.Sprint("visitor", s.now.Unix(), j), differentText(j), fresh)
		}
	}
}

func newTestRoom() *testRoom {
	s := &testRoom{room: room.New("r"), now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	s.chain = moderation.New(moderation.Options{Clock: func() time.Time { return s.now }})
	return s
}

// send sends a comment of a person whose identity has the given age; below zero there is none.
func (s *testRoom) send(user, text string, age time.Duration) {
	d := comment.Draft{Room: s.room.ID, User: user, Text: text, At: s.now}
	if age >= 0 {
		d.Identity = s.now.Add(-age)
	}
	s.chain.Check(d, s.room)
}

// sendMany sends comments of n people at even steps within a time.
func (s *testRoom) sendMany(n int, within time.Duration, text func(i int) string, age time.Duration) {
	for i := range n {
		s.now = s.now.Add(within / time.Duration(n))
		s.send(fmt.Sprint("user", i), text(i), age)
	}
}

// sendFromPlatform sends a text of n authors of a platform; dress changes each draft.
func (s *testRoom) sendFromPlatform(n int, text string, dress func(*comment.Draft)) {
	for i := range n {
		s.now = s.now.Add(20 * time.Second / time.Duration(n))
		d := comment.Draft{Room: s.room.ID, User: fmt.Sprint("foreign", i), Text: text, At: s.now}
		dress(&d)
		s.chain.Check(d, s.room)
	}
}

func differentText(i int) string { return fmt.Sprint("hello ", i) }

func sameText(text string) func(int) string { return func(int) string { return text } }

const (
	fresh = 5 * time.Second
	old   = time.Hour
	none  = -time.Second // no identity, as for authors that a program sends for
	meme  = "come and see the other stream"
)

func TestRaidIsNoticed(t *testing.T) {
	testrace.Skip(t)
	for _, tt := range []struct {
		name string
		do   func(*testRoom)
		want room.Raid
	}{
		{"nothing", func(*testRoom) {}, room.Raid{}},
		{"newcomers at once", func(s *testRoom) { s.sendMany(61, 20*time.Second, differentText, fresh) }, room.Raid{Newcomers: 61}},
		{"one too few", func(s *testRoom) { s.sendMany(19, 20*time.Second, differentText, fresh) }, room.Raid{}},
		{"newcomers one after another", func(s *testRoom) { s.sendMany(60, 3*time.Minute, differentText, fresh) }, room.Raid{}},
		{"people who have watched for long", func(s *testRoom) { s.sendMany(200, 20*time.Second, differentText, old) }, room.Raid{}},
		{"two newcomers who write a lot", func(s *testRoom) {
			for i := range 60 {
				s.now = s.now.Add(time.Second / 4)
				s.send(fmt.Sprint("user", i%2), differentText(i), fresh)
			}
		}, room.Raid{}},
		{"newcomers that the filter refuses", func(s *testRoom) { s.sendMany(30, 20*time.Second, sameText("fuck"), fresh) }, room.Raid{Newcomers: 30, Stopped: 30}},
		{"newcomers in another room", func(s *testRoom) {
			s.room.ID = "other"
			s.sendMany(61, 20*time.Second, differentText, fresh)
			s.room.ID = "r"
		}, room.Raid{}},
		{"strangers of a program", func(s *testRoom) { s.sendMany(61, 20*time.Second, differentText, none) }, room.Raid{Newcomers: 61}},
		{"the same text", func(s *testRoom) { s.sendMany(14, 20*time.Second, sameText(meme), old) }, room.Raid{Voices: 14, Text: meme}},
		{"the same text for the eye", func(s *testRoom) {
			s.sendMany(14, 20*time.Second, func(i int) string {
				return []string{meme, strings.ToUpper(meme), strings.ReplaceAll(meme, " ", "  ")}[i%3]
			}, old)
		}, room.Raid{Voices: 14, Text: meme}},
		{"the same address behind a counter", func(s *testRoom) {
			s.sendMany(14, 20*time.Second, func(i int) string { return fmt.Sprintf("%d come to a%d.evil-shop.com/%d", i, i, i) }, old)
		}, room.Raid{Voices: 14, Text: "0 come to a0.evil-shop.com/0"}},
		{"many addresses", func(s *testRoom) {
			s.sendMany(14, 20*time.Second, func(i int) string { return fmt.Sprintf("see shop%c.com", 'a'+i) }, old)
		}, room.Raid{}},
		{"the same text in Han", func(s *testRoom) { s.sendMany(10, 20*time.Second, sameText("大家都来看隔壁直播"), old) }, room.Raid{Voices: 10, Text: "大家都来看隔壁直播"}},
		{"one voice says it all the time", func(s *testRoom) {
			for range 30 {
				s.now = s.now.Add(time.Second)
				s.send("one", meme, old)
			}
		}, room.Raid{}},
		{"a short cheer", func(s *testRoom) { s.sendMany(100, 20*time.Second, sameText("前方高能"), old) }, room.Raid{}},
		{"a long cheer", func(s *testRoom) { s.sendMany(100, 20*time.Second, sameText("哈哈哈哈哈哈哈哈哈哈"), old) }, room.Raid{}},
		{"applause", func(s *testRoom) { s.sendMany(100, 20*time.Second, sameText("888888888888888888"), old) }, room.Raid{}},
		{"both", func(s *testRoom) { s.sendMany(40, 20*time.Second, sameText(meme), fresh) }, room.Raid{Newcomers: 40, Voices: 40, Text: meme}},
		{"the louder of two texts", func(s *testRoom) {
			s.sendMany(12, 10*time.Second, sameText(meme), old)
			s.sendMany(15, 10*time.Second, sameText("nobody needs this show"), old)
		}, room.Raid{Voices: 15, Text: "nobody needs this show"}},
		{"a replay", func(s *testRoom) {
			for i := range 60 {
				s.chain.Check(comment.Draft{Room: "r", User: fmt.Sprint("u", i), Text: meme, At: s.now, Source: comment.FromReplay}, s.room)
			}
		}, room.Raid{}},
		{"a chat of a platform", func(s *testRoom) {
			s.sendFromPlatform(200, meme, func(d *comment.Draft) { d.Chat, d.Source = "c1", comment.FromTwitch })
		}, room.Raid{}},
		{"a chat that others post to", func(s *testRoom) {
			s.sendFromPlatform(200, meme, func(d *comment.Draft) { d.Chat, d.Source, d.Identity = "posted 1 r", comment.FromKick, s.now })
		}, room.Raid{}},
		{"a program that brings a platform's authors", func(s *testRoom) {
			s.sendFromPlatform(200, meme, func(d *comment.Draft) { d.Link, d.Source = 7, comment.FromYouTube })
		}, room.Raid{}},
		{"a chat beside people of our page", func(s *testRoom) {
			s.sendFromPlatform(200, meme, func(d *comment.Draft) { d.Chat, d.Source = "c1", comment.FromTwitch })
			s.sendMany(9, time.Second, sameText(meme), old)
		}, room.Raid{Voices: 10, Text: meme}},
		{"more than are counted", func(s *testRoom) { s.sendMany(5000, 20*time.Second, differentText, fresh) }, room.Raid{Newcomers: 512}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newRunningShow()
			tt.do(s)
			if got := s.chain.Raid("r"); got != tt.want {
				t.Errorf("%+v, want %+v", got, tt.want)
			}
		})
	}
}

// A platform's chat before the doors open does not begin the show: the people who come then
// are not a raid.
func TestAPlatformsChatDoesNotCountAsAShowsStart(t *testing.T) {
	s := newTestRoom()
	for i := range 30 {
		s.sendFromPlatform(5, fmt.Sprint("waiting for it to begin, line ", i), func(d *comment.Draft) { d.Chat, d.Source = "c1", comment.FromTwitch })
		s.now = s.now.Add(10 * time.Second)
	}
	s.sendMany(60, 20*time.Second, differentText, fresh)
	if got := s.chain.Raid("r"); got != (room.Raid{}) {
		t.Errorf("%+v", got)
	}
}

// In a show's first minutes everybody is new, which is not a raid, unless the rules stop many
// of them. Later it is one, if more come than usual.
func TestAShowsStartIsNoRaid(t *testing.T) {
	testrace.Skip(t)
	half := func(i int) string {
		if i%2 == 0 {
			return "fuck"
		}
		return differentText(i)
	}
	for _, tt := range []struct {
		name string
		do   func(*testRoom)
		want room.Raid
	}{
		{"the doors open", func(s *testRoom) { s.sendMany(400, 20*time.Second, differentText, fresh) }, room.Raid{}},
		{"half an hour after somebody tried it out", func(s *testRoom) {
			s.send("host", "is it on", old)
			s.now = s.now.Add(20 * time.Minute)
			s.send("host", "still on", old)
			s.now = s.now.Add(20 * time.Minute)
			s.sendMany(400, 20*time.Second, differentText, fresh)
		}, room.Raid{}},
		{"after a night's silence", func(s *testRoom) {
			s.converse(time.Hour, 0)
			s.now = s.now.Add(9 * time.Hour)
			s.sendMany(400, 20*time.Second, differentText, fresh)
		}, room.Raid{}},
		{"after a break of ten minutes", func(s *testRoom) {
			s.converse(time.Hour, 0)
			s.now = s.now.Add(10 * time.Minute)
			s.sendMany(61, 20*time.Second, differentText, fresh)
		}, room.Raid{Newcomers: 61}},
		{"strangers of a program right after its start", func(s *testRoom) { s.sendMany(61, 20*time.Second, half, none) }, room.Raid{}},
		{"the rules stop half of them", func(s *testRoom) { s.sendMany(60, 20*time.Second, half, fresh) }, room.Raid{Newcomers: 60, Stopped: 30}},
		{"the rules stop few", func(s *testRoom) {
			s.sendMany(60, 20*time.Second, func(i int) string {
				if i%10 == 0 {
					return "fuck"
				}
				return differentText(i)
			}, fresh)
		}, room.Raid{}},
		{"as many as all the time", func(s *testRoom) {
			s.converse(20*time.Minute, 30)
			s.sendMany(60, 20*time.Second, differentText, fresh)
		}, room.Raid{}},
		{"far more than all the time", func(s *testRoom) {
			s.converse(20*time.Minute, 30)
			s.now = s.now.Add(room.RaidWindow)
			s.sendMany(100, 20*time.Second, differentText, fresh)
		}, room.Raid{Newcomers: 100}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newTestRoom()
			tt.do(s)
			if got := s.chain.Raid("r"); got != tt.want {
				t.Errorf("%+v, want %+v", got, tt.want)
			}
		})
	}
}

// A raid does not become usual, however long it lasts.
func TestALongRaidDoesNotBecomeNormal(t *testing.T) {
	testrace.Skip(t)
	s := newRunningShow()
	for range 60 {
		s.converse(room.RaidWindow, 40)
		if s.chain.Raid("r").Calm() {
			t.Fatal("it is no longer reported")
		}
	}
	s.converse(2*room.RaidWindow, 0)
	if got := s.chain.Raid("r"); !got.Calm() {
		t.Errorf("it is over: %+v", got)
	}
}

// An alarm stays on until half as many are left, and ends by itself.
func TestRaidEnds(t *testing.T) {
	s := newRunningShow()
	s.sendMany(30, 30*time.Second, differentText, fresh)
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
	s.sendMany(15, time.Second, differentText, fresh)
	if got := s.chain.Raid("r"); !got.Calm() {
		t.Errorf("fewer than begin a raid: %+v", got)
	}
}

// The memory is bounded, however many rooms, texts and people there are.
func TestRaidMemoryIsBounded(t *testing.T) {
	testrace.Skip(t)
	s := newTestRoom()
	for i := range 20_000 {
		s.room.ID = fmt.Sprint("room", i%1000)
		s.now = s.now.Add(time.Millisecond)
		s.send(fmt.Sprint("user", i), fmt.Sprintf("a text of its own, number %d", i), fresh)
	}
	if got, bound := moderation.RememberedOfRaids(s.chain), 2*(256+1024); got == 0 || got > bound {
		t.Errorf("%d rooms and texts are remembered, at most %d may be", got, bound)
	}
}
