package main

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestTextsCarryTheirNumber(t *testing.T) {
	for _, n := range []int{0, 1, 24, 25, 624, 1_000_000, 25*25*25*25*25*25 - 1} {
		if got := number(appendText(nil, n)); got != n {
			t.Errorf("%s is read as %d, not as %d", appendText(nil, n), got, n)
		}
	}
	for _, text := range []string{"", "第", "somebody else's", "第lala", "第lalalalalax1"} {
		if got := number([]byte(text)); got != -1 {
			t.Errorf("%q is read as %d", text, got)
		}
	}
}

func TestFramesAreCutWhereTheyEnd(t *testing.T) {
	for _, size := range []int{0, 1, 125, 126, 127, 65_535, 65_536, 100_000} {
		frame := header(make([]byte, size))
		if _, payload, n := unframe(frame); n != len(frame) || len(payload) != size {
			t.Errorf("a frame of %d is read as %d of %d bytes", size, len(payload), n)
		}
		for _, short := range []int{0, 1, 2, 3, len(frame) - 1} {
			if short < len(frame) {
				if _, _, n := unframe(frame[:short]); n != 0 {
					t.Errorf("%d of %d bytes are read as a frame", short, len(frame))
				}
			}
		}
	}
}

func TestBaselineFramesAreReadLikeOurs(t *testing.T) {
	line := &timeline{start: time.Now().Add(-time.Second), gap: 100 * time.Millisecond}
	frame, next := eventsUntil(line, 3, time.Now())
	p := parse(frame)
	if next != 11 || len(p.numbers) != 8 || p.first != 4 || p.last != 11 || p.numbers[7] != 10 {
		t.Errorf("next %d, read %+v of %s", next, p, frame)
	}
	if size := (len(frame) - 60) / 8; size < 120 || size > 130 {
		t.Errorf("a comment has %d bytes, not about 125", size)
	}
}

// What was lost and what came twice is told for each client.
func TestAccountFindsWhatIsMissing(t *testing.T) {
	line := &timeline{accepted: map[int]bool{}}
	s := &swarm{line: line, clients: []*client{{}, {}, {}, {}}}
	for n := range 10 {
		line.accept(n)
		one := &parsed{numbers: []int{n}, first: int64(n + 1), last: int64(n + 1), sum: mix(n)}
		s.events(s.clients[0], one)
		if n != 4 {
			s.events(s.clients[1], one)
		}
		s.events(s.clients[2], one)
		if n == 7 {
			s.events(s.clients[2], one)
			one = &parsed{numbers: []int{99}, first: 8, last: 8, sum: mix(99)}
		}
		s.events(s.clients[3], one)
	}
	var r result
	s.account(&r, true)
	if r.lost != 2 || r.doubled != 1 {
		t.Errorf("lost %d and doubled %d, want 2 and 1", r.lost, r.doubled)
	}
}

func TestQuantilesAreNearTheTruth(t *testing.T) {
	var d delays
	for i := range 100_000 {
		d.add(time.Duration(i+1) * time.Microsecond)
	}
	for range 5 {
		d.add(time.Duration(rand.IntN(90_000)) * time.Microsecond)
	}
	for q, want := range map[float64]time.Duration{0.5: 50 * time.Millisecond, 0.99: 99 * time.Millisecond} {
		if got := d.quantile(q); got < want*96/100 || got > want*105/100 {
			t.Errorf("quantile %v is %v, want about %v", q, got, want)
		}
	}
	if d.max != 100*time.Millisecond {
		t.Errorf("the longest is %v", d.max)
	}
}

// What phones send must be whole frames, and their answers are sorted by what
// became of the comment.
func TestCrowdCountsAnswers(t *testing.T) {
	for _, size := range []int{0, 125, 126, 300} {
		frame := maskedFrame(0x81, make([]byte, size))
		frame[1] &= 0x7f // as a server would send it; the mask is then a part of the payload
		if _, payload, n := unframe(frame); n != len(frame)-4 || len(payload) != size {
			t.Errorf("a frame of %d is read as %d of %d bytes", size, len(payload), n)
		}
	}
	s := &swarm{line: &timeline{accepted: map[int]bool{}}}
	c := newCrowd(s, s.line)
	for _, frame := range []string{
		`{"type":"ack","ref":"3","outcome":"shown","id":"x","comment":{"text":"a"}}`,
		`{"type":"ack","ref":"4","outcome":"refused","code":"slow_down","wait_ms":5}`,
		`{"type":"ack","ref":"5","outcome":"refused","code":"busy"}`,
		`{"type":"ack","ref":"6","outcome":"shown"}`,
	} {
		s.text(&client{}, []byte(frame))
	}
	if c.count("shown") != 2 || c.count("slow_down") != 1 || c.count("busy") != 1 || c.answered.Load() != 4 {
		t.Errorf("counted %v", c.outcomes)
	}
	if len(s.line.accepted) != 2 || !s.line.accepted[3] || !s.line.accepted[6] {
		t.Errorf("accepted %v", s.line.accepted)
	}
}

func TestEachRoomHasItsKey(t *testing.T) {
	for _, tt := range []struct {
		keys string
		want []string
	}{{"k", []string{"k", "k", "k"}}, {"a,b,c", []string{"a", "b", "c"}}, {"", []string{"", "", ""}}, {"a,b", nil}} {
		if got, err := forRooms([]string{"x", "y", "z"}, tt.keys); !slices.Equal(got, tt.want) || (err != nil) != (tt.want == nil) {
			t.Errorf("%q: %q, %v", tt.keys, got, err)
		}
	}
}
