package export_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/export"
	"danmaku/testrace"
)

// drawn is one comment as a player draws it: its left edge at two moments, in
// hundredths of a second.
type drawn struct {
	from, to    float64
	x1, x2      float64
	y, w, h     float64
	reverse     bool
	layer       string
	description string
}

var (
	move = regexp.MustCompile(`\\move\((\d+),(\d+),(-?\d+),\d+\)`)
	pos  = regexp.MustCompile(`\\pos\(960,(\d+)\)`)
	size = regexp.MustCompile(`\\fs(\d+)`)
)

func clock(t *testing.T, s string) float64 {
	t.Helper()
	var h, m, sec, cs int
	if _, err := fmt.Sscanf(s, "%d:%02d:%02d.%02d", &h, &m, &sec, &cs); err != nil || m > 59 || sec > 59 {
		t.Fatalf("time %q: %v", s, err)
	}
	return float64(((h*60+m)*60+sec)*100 + cs)
}

// dialogues reads the moving events of an ASS file.
func dialogues(t *testing.T, file string) (out []drawn) {
	t.Helper()
	num := func(s string) float64 { n, _ := strconv.ParseFloat(s, 64); return n }
	for line := range strings.Lines(file) {
		rest, ok := strings.CutPrefix(line, "Dialogue: ")
		if !ok {
			continue
		}
		f := strings.SplitN(rest, ",", 10)
		d := drawn{layer: f[0], from: clock(t, f[1]), to: clock(t, f[2]), h: 45, description: line}
		if m := size.FindStringSubmatch(f[9]); m != nil {
			d.h = num(m[1])
		}
		switch m, p := move.FindStringSubmatch(f[9]), pos.FindStringSubmatch(f[9]); {
		case m != nil && strings.Contains(f[9], `\an9`):
			d.w, d.y, d.reverse = num(m[3])-1920, num(m[2]), true
			d.x1, d.x2 = -d.w, 1920
		case m != nil:
			d.w, d.y = -num(m[3]), num(m[2])
			d.x1, d.x2 = 1920, -d.w
		case p != nil:
			d.y, d.w, d.x1, d.x2 = num(p[1]), 1920, 0, 0 // it has a lane to itself
		default:
			t.Fatalf("no place in %s", line)
		}
		out = append(out, d)
	}
	return out
}

func (d drawn) at(t float64) float64 { return d.x1 + (d.x2-d.x1)*(t-d.from)/(d.to-d.from) }

// TestNoOverlap checks in the file itself that no two comments cover each other, in rooms
// where every comment finds a lane.
func TestNoOverlap(t *testing.T) {
	testrace.Skip(t)
	pairs := 0
	for seed := range uint64(20) {
		rows := random(rand.New(rand.NewPCG(seed, 7)), 200)
		for i := range rows {
			rows[i].At = began.Add(rows[i].At.Sub(began) * 14) // few enough that three at an edge suffice
		}
		file, sum := write(t, export.ASS, export.Options{}, rows)
		all := dialogues(t, file)
		if len(all) != len(rows) || sum.Covered > 0 {
			t.Fatalf("seed %d: %d of %d are in the file, %+v", seed, len(all), len(rows), sum)
		}
		for i, a := range all {
			if a.y < 0 || a.y+a.h > 1080 {
				t.Fatalf("outside the picture: %s", a.description)
			}
			for _, b := range all[i+1:] {
				if a.layer != b.layer {
					continue // standing comments are in front of moving ones
				}
				from, to := max(a.from, b.from), min(a.to, b.to)
				if from >= to || a.y+a.h <= b.y || b.y+b.h <= a.y {
					continue
				}
				pairs++
				for k := range 5 { // both move evenly, so the ends would suffice
					at := from + (to-from)*float64(k)/4
					if left, right := max(a.at(at), b.at(at)), min(a.at(at)+a.w, b.at(at)+b.w); right > max(left, 0) && left < 1920 {
						t.Fatalf("seed %d: at %v\n%s%s", seed, at, a.description, b.description)
					}
				}
			}
		}
	}
	if pairs < 100 {
		t.Errorf("only %d pairs were compared", pairs)
	}
}

// TestExportedCommentsStartWithinASecond checks in busy rooms that every comment, also at the top and bottom, starts at
// most a second after it was written, and that the summary counts correctly how many cover
// others for that.
func TestExportedCommentsStartWithinASecond(t *testing.T) {
	testrace.Skip(t)
	const most = 100 // hundredths of a second
	for seed := range uint64(10) {
		rows := random(rand.New(rand.NewPCG(seed, 11)), 400)
		for i := range rows {
			rows[i].At = began.Add(time.Duration(i) * time.Duration(20+20*seed) * time.Millisecond)
			rows[i].Text = strconv.Itoa(i) + " " + rows[i].Text
			if seed%2 == 0 {
				rows[i].Mode = []comment.Mode{comment.Top, comment.Bottom}[i%2]
			}
			rows[i].Badge = []comment.Badge{"", "", comment.BadgeModerator, comment.BadgeOwner}[i%4]
		}
		file, sum := write(t, export.ASS, export.Options{Zero: began}, rows)
		all := dialogues(t, file)
		if len(all) != len(rows) || sum.Covered == 0 || sum.Covered >= len(rows) {
			t.Fatalf("seed %d: %d of %d are in the file, %+v", seed, len(all), len(rows), sum)
		}
		for _, d := range all {
			_, text, _ := strings.Cut(d.description, "}")
			n, err := strconv.Atoi(strings.Fields(text)[0])
			if err != nil {
				t.Fatal(err)
			}
			topics := float64(rows[n].At.Sub(began).Milliseconds()) / 10
			if d.from < topics || d.from > topics+most {
				t.Errorf("seed %d: written at %v, drawn at %v: %s", seed, topics, d.from, d.description)
			}
		}
	}
}

// TestFlood has more comments than lanes: none is lost, and the summary reports how many cover
// others.
func TestFlood(t *testing.T) {
	rows := random(rand.New(rand.NewPCG(3, 7)), 3000)
	for i := range rows {
		rows[i].At = began.Add(rows[i].At.Sub(began) / 40)
	}
	file, sum := write(t, export.ASS, export.Options{}, rows)
	if n := strings.Count(file, "Dialogue: "); n != len(rows) || sum.Covered == 0 {
		t.Errorf("%d of %d, %+v", n, len(rows), sum)
	}
}

// TestFixedCommentsAreInFront: standing comments are in front of moving ones and stacked from their
// edge; a fourth covers the one that leaves first. All moving comments have the same speed.
func TestFixedCommentsAreInFront(t *testing.T) {
	rows := random(rand.New(rand.NewPCG(5, 7)), 40)
	for i := range rows {
		rows[i].At, rows[i].Text, rows[i].Size, rows[i].Mode = began, strings.Repeat("x", i+1), comment.Medium, comment.Scroll
		if i >= 33 {
			rows[i].Mode = comment.Top
		}
		if i >= 37 {
			rows[i].Mode = comment.Bottom
		}
	}
	file, sum := write(t, export.ASS, export.Options{Zero: began}, rows)
	var ys []float64
	for _, d := range dialogues(t, file) {
		if d.layer == "1" {
			ys = append(ys, d.y)
			continue
		}
		if v := (d.x1 - d.x2) / (d.to - d.from); v < 2.13 || v > 2.14 {
			t.Errorf("%v px in a hundredth of a second: %s", v, d.description)
		}
	}
	if got, want := fmt.Sprint(ys), "[5 59 113 5 1031 977 923]"; got != want {
		t.Errorf("they stand at %s, want %s", got, want)
	}
	if sum.Covered < 1 {
		t.Error("the fourth at the top covers no other")
	}
}
