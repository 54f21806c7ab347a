package main

import (
	"encoding/json"
	"io"
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
	if size := (len(frame) - 50) / 8; size < 60 || size > 70 {
		t.Errorf("a comment has %d bytes, not about 65", size)
	}
}

// The result counts lost and doubled comments for each client.
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

// Brief and full frames parse to the same comments.
func TestParseReadsBriefAndFullFrames(t *testing.T) {
	text := string(appendText(nil, 7))
	full := parse([]byte(`{"type":"events","position":"e:42","events":[{"type":"comment","seq":41,"id":"x","text":"` + text + `"},{"type":"comment","seq":42,"id":"y","text":"` + text + `"}]}`))
	brief := parse([]byte(`{"type":"events","events":[{"seq":41,"id":"x","text":"` + text + `"},{"id":"y","text":"` + text + `"}]}`))
	for _, p := range []*parsed{full, brief} {
		if p.first != 41 || p.last != 42 || len(p.numbers) != 2 || p.numbers[1] != 7 || p.positionOf("e:40") != "e:42" {
			t.Errorf("read as %+v", p)
		}
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

// Phones must send complete frames, and their answers are counted by the outcome of the
// comment.
func TestWaveCountsAnswers(t *testing.T) {
	for _, size := range []int{0, 125, 126, 300} {
		frame := maskedFrame(0x81, make([]byte, size))
		frame[1] &= 0x7f // as a server would send it; the mask is then a part of the payload
		if _, payload, n := unframe(frame); n != len(frame)-4 || len(payload) != size {
			t.Errorf("a frame of %d is read as %d of %d bytes", size, len(payload), n)
		}
	}
	s := &swarm{line: &timeline{accepted: map[int]bool{}}}
	c := newWave(s, s.line)
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

func TestLiveHeapIsReadFromTheRuntime(t *testing.T) {
	for _, tt := range []struct {
		line string
		want int64
		ok   bool
	}{
		{"gc 7 @2.108s 0%: 0.009+0.23+0.004 ms clock, 0.018+0.11/0.28/0.17+0.009 ms cpu, 6->7->3 MB, 8 MB goal, 0 MB stacks, 0 MB globals, 2 P", 3, true},
		{"gc 12 @9.5s 0%: 0.01+2.3+0.01 ms clock, 0.02+0/2.1/5.2+0.02 ms cpu, 122->140->96 MB, 140 MB goal, 1 MB stacks, 0 MB globals, 2 P (forced)", 96, true},
		{"time=2026-11-28T21:00:00Z level=ERROR msg=x", 0, false},
		{"gc 1 MB, ", 0, false},
		{"", 0, false},
	} {
		if got, ok := liveHeap(tt.line); got != tt.want || ok != tt.ok {
			t.Errorf("%q is read as %d, %v", tt.line, got, ok)
		}
	}
}

func TestEvenness(t *testing.T) {
	const said, authors, rate = 20_000, 100, 200 // 100 s, of which 95 count
	var fair, step, clumped []int
	for n := range said {
		if n/rate%2 == 0 && n%rate < authors { // each author once every two seconds
			fair = append(fair, n)
		}
		if n%20 == 0 { // in step with the authors' turns: always the same five
			step = append(step, n)
		}
		if n/rate%10 == 0 { // all of a second, then nothing for nine
			clumped = append(clumped, n)
		}
	}
	chance := rand.New(rand.NewPCG(1, 2))
	var random []int
	for n := range said {
		if chance.IntN(20) == 0 {
			random = append(random, n)
		}
	}
	for _, row := range []struct {
		name                      string
		shown                     []int
		passed                    int
		mostAuthors, leastAuthors float64
		mostSeconds, leastSeconds float64
	}{
		{"each in turn", fair, 100, 0.01, 0, 100, 40},
		{"always the same", step, 5, 1000, 50, 0.01, 0},
		{"in clumps", clumped, 100, 0.01, 0, 1000, 100},
		{"by chance", random, 100, 1.5, 0.5, 1.5, 0.5},
	} {
		e := evennessOf(row.shown, said, authors, rate)
		if e.authorsPassed != row.passed || e.authors > row.mostAuthors || e.authors < row.leastAuthors || e.seconds > row.mostSeconds || e.seconds < row.leastSeconds {
			t.Errorf("%s: %s", row.name, e)
		}
	}
}

// An overlay that misses a comment, or gets one twice, breaks a promise. So does a log without
// an acknowledged comment.
func TestBrokenGuaranteesAreCounted(t *testing.T) {
	frame := func(text string) (f serverFrame) {
		if err := json.Unmarshal([]byte(text), &f); err != nil {
			t.Fatal(err)
		}
		return f
	}
	for _, tt := range []struct {
		name   string
		frames []string
		logged []string
		broken bool
	}{
		{"all is well", []string{`{"type":"events","events":[{"type":"comment","id":"a"},{"type":"comment","id":"b"}]}`}, []string{"a", "b"}, false},
		{"in the greeting, and resumed", []string{`{"type":"hello","recent":[{"id":"a"}]}`, `{"type":"hello","resumed":true}`, `{"type":"events","events":[{"type":"comment","id":"b"}]}`}, []string{"a", "b"}, false},
		{"one is missing", []string{`{"type":"events","events":[{"type":"comment","id":"a"}]}`}, []string{"a", "b"}, true},
		{"one comes twice", []string{`{"type":"events","events":[{"type":"comment","id":"a"},{"type":"comment","id":"b"},{"type":"comment","id":"a"}]}`}, []string{"a", "b"}, true},
		{"one is not in the log", []string{`{"type":"events","events":[{"type":"comment","id":"a"},{"type":"comment","id":"b"}]}`}, []string{"a"}, true},
	} {
		s := promises{acked: accounts{byID: map[string]int{}, ids: map[int]string{}}}
		s.acked.put(1, "a")
		s.acked.put(2, "b")
		sc := &screen{seen: map[string]int{}}
		for _, f := range tt.frames {
			sc.take(frame(f))
		}
		logged := map[string]bool{}
		for _, id := range tt.logged {
			logged[id] = true
		}
		if err := s.report(io.Discard, []*screen{sc}, logged, health{}, health{}); (err != nil) != tt.broken {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	s := promises{acked: accounts{byID: map[string]int{}, ids: map[int]string{}}}
	s.acked.put(1, "a")
	s.acked.put(1, "b")
	if s.acked.dup != 1 {
		t.Error("a comment with two IDs is not counted")
	}
}
