package main

import (
	"bytes"
	"math/bits"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A comment of the flood encodes its number in syllables, because a filter may take digits for
// a telephone number. The number determines when the comment was due.
const (
	consonants = "lmrvz"
	vowels     = "aeiou"
	syllables  = 6   // 25^6 numbers
	opening    = "第" // with it a comment is 125 bytes in a full frame, and about 65 in a brief one
)

// appendText writes the text of comment n.
func appendText(b []byte, n int) []byte {
	b = append(b, opening...)
	for range syllables {
		b = append(b, consonants[n%5], vowels[n/5%5])
		n /= 25
	}
	return b
}

// number decodes a text; -1 if it is not one of ours.
func number(text []byte) int {
	if len(text) < len(opening)+2*syllables || string(text[:len(opening)]) != opening {
		return -1
	}
	n := 0
	for i := syllables - 1; i >= 0; i-- {
		at := len(opening) + 2*i
		c, v := bytes.IndexByte([]byte(consonants), text[at]), bytes.IndexByte([]byte(vowels), text[at+1])
		if c < 0 || v < 0 {
			return -1
		}
		n = n*25 + v*5 + c
	}
	return n
}

// timeline stores when each comment was due and which were accepted.
type timeline struct {
	start time.Time
	gap   time.Duration

	mu       sync.Mutex
	accepted map[int]bool
	sum      uint64 // of mix over the accepted
}

func (t *timeline) due(n int) time.Time { return t.start.Add(time.Duration(n) * t.gap) }

func (t *timeline) accept(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.accepted[n] {
		t.accepted[n] = true
		t.sum += mix(n)
	}
}

// mix hashes a number, so that equal sums mean equal sets of numbers.
func mix(n int) uint64 {
	x := uint64(n) + 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// parsed is the content of a frame of events. Thousands of clients get the same bytes, so a
// frame is parsed once.
type parsed struct {
	bytes       []byte
	numbers     []int
	first, last int64 // seq
	sum         uint64
	position    string
}

var (
	textMark     = []byte(`"text":"`)
	seqMark      = []byte(`"seq":`)
	positionMark = []byte(`"position":"`)
	eventsMark   = []byte(`{"type":"events"`)
	helloMark    = []byte(`{"type":"hello"`)
	beatMark     = []byte(`{"type":"beat"`)
)

// parse parses a frame, brief or full: an event without a number has the number after the
// previous one.
func parse(frame []byte) *parsed {
	p := &parsed{bytes: bytes.Clone(frame), position: string(until(frame, positionMark, '"'))}
	seq := int64(0)
	for rest := frame; ; {
		i := bytes.Index(rest, textMark)
		if i < 0 {
			return p
		}
		seq++
		if at := bytes.LastIndex(rest[:i], seqMark); at >= 0 {
			seq, _ = strconv.ParseInt(string(until(rest[at:i], seqMark, ',')), 10, 64)
		}
		rest = rest[i:]
		if n := number(until(rest, textMark, '"')); n >= 0 {
			if p.first == 0 {
				p.first = seq
			}
			p.last = seq
			p.numbers = append(p.numbers, n)
			p.sum += mix(n)
		}
		rest = rest[len(textMark):]
	}
}

// positionOf returns the position after a frame for a client that was at before: a brief frame
// omits the position if it is that of the last event.
func (p *parsed) positionOf(before string) string {
	if p.position != "" || p.last == 0 {
		return p.position
	}
	epoch, _, _ := strings.Cut(before, ":")
	return epoch + ":" + strconv.FormatInt(p.last, 10)
}

// until returns the bytes between a mark and the next stop.
func until(b, mark []byte, stop byte) []byte {
	i := bytes.Index(b, mark)
	if i < 0 {
		return nil
	}
	b = b[i+len(mark):]
	if j := bytes.IndexByte(b, stop); j >= 0 {
		return b[:j]
	}
	return b
}

// delays is a histogram of latencies in steps of a 32nd of their size.
type delays struct {
	counts [64 * 32]int64
	total  int64
	max    time.Duration
}

func (d *delays) add(took time.Duration) {
	us := uint64(max(took.Microseconds(), 1))
	exp := 63 - bits.LeadingZeros64(us)
	step := 0
	if exp > 5 {
		step = int(us>>(exp-5)) & 31
	} else {
		step = int(us<<(5-exp)) & 31
	}
	d.counts[exp*32+step]++
	d.total++
	d.max = max(d.max, took)
}

// quantile returns the latency that a share q of all does not exceed.
func (d *delays) quantile(q float64) time.Duration {
	want := int64(float64(d.total) * q)
	for i, n := range d.counts {
		if want -= n; want < 0 {
			exp, step := i/32, i%32
			us := float64(uint64(1)<<exp) * (1 + float64(step+1)/32)
			return min(time.Duration(us*float64(time.Microsecond)), d.max)
		}
	}
	return d.max
}
