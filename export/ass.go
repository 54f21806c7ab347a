package export

import (
	"bufio"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// The stage of an ASS file: what the overlay draws by default at 1080p, in
// pixels and ms. In ASS the size of a font is the height of its line, so it is
// the overlay's line (1.25 times its letters of 36 px). The letters are then 31
// to 41 px, as the player's font divides its line; the estimate takes the most.
const (
	assWidth  = 1920
	assHeight = 1080
	assLine   = 45
	assEm     = 0.91 * assLine // Arial's, the largest part of the usual fonts
	assPitch  = 54             // of lanes: 1.2 lines
	assGap    = 18             // between two comments: 0.4 lines
	assStroke = 2
	assSpeed  = assWidth / 9000.0 // px per ms, for every moving comment
	assFixed  = 4500
	assStand  = 3 // comments that stand at each edge at the same time
	assTick   = 250
	assWait   = 1000 // the longest wait for a lane, in ms; then the comment covers another one
	assQueue  = 200  // the most comments that wait
	assBatch  = 60   // comments that one tick looks at
	assOnce   = 150  // on the screen, except for those who run the room
)

// assScale is the height of each size relative to the medium one, as in overlay.css.
var assScale = map[comment.Size]float64{comment.Small: 0.7222, comment.Medium: 1, comment.Big: 1.5}

// ink is the colour of the overlay's outline, and paper that of the outline around dark
// letters.
const ink, paper = 0x0b0e10, 0xffffff

const assHead = `[Script Info]
; Comments of a room, written by danmaku.
ScriptType: v4.00+
PlayResX: 1920
PlayResY: 1080
WrapStyle: 2
ScaledBorderAndShadow: yes
YCbCr Matrix: None

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Danmaku,Arial,45,&H00FFFFFF,&H00FFFFFF,&H00100E0B,&H00100E0B,-1,0,0,0,100,100,0,0,1,2,0,7,0,0,0,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
`

// assWriter writes subtitles in ASS v4+. It gives every comment a lane and a time as the
// overlay does: its ticks and queue are those of stage.js, its lanes those of lanes.js (in
// lanes.go). It differs in one way. A live screen makes a comment wait for a lane, and drops
// the comment when it is too late. A file cannot wait: a comment without a lane within a
// second covers another one, in the lane of least overlap. Standing comments have a layer of
// their own, as on the overlay. Where their edge is full, a new one covers the one that leaves
// first, which the overlay would remove.
type assWriter struct {
	lanes    *lanes
	waiting  [3][]*assItem // by rank, in order of arrival
	flying   []*assItem
	standing []*assItem
	lastTick float64
	due      float64 // time of the next tick; infinite while no comment waits
	summary  *Summary
}

// assItem is a comment that waits for a lane or has one.
type assItem struct {
	flight
	text  string
	color uint32
	size  comment.Size
	rank  int
	late  float64
	high  float64
}

func newASSWriter(_ Options, summary *Summary) encoder {
	return &assWriter{
		lanes:    newLanes(assWidth, assHeight/assPitch, assGap),
		lastTick: math.Inf(-1), due: math.Inf(1), summary: summary,
	}
}

func (a *assWriter) begin(w *bufio.Writer) error {
	_, err := w.WriteString(assHead)
	return err
}

func (a *assWriter) add(w *bufio.Writer, row room.Row, offset time.Duration) error {
	text := assText(row.Text)
	if strings.TrimSpace(text) == "" {
		return nil
	}
	// The format counts in hundredths of a second, and so do the ticks.
	at := math.Ceil(float64(offset.Milliseconds())/10) * 10
	for a.due < at {
		if err := a.tick(w); err != nil {
			return err
		}
	}
	scale := or(assScale[row.Size], 1)
	item := &assItem{text: text, color: rgbOf(row.Color), size: row.Size, high: math.Round(assLine * scale)}
	item.Mode, item.Lane = row.Mode, -1
	item.W = math.Ceil(textWidth(row.Text)*assEm*scale) + 2*assStroke + 1
	item.Rows = max(1, min(len(a.lanes.rows), int(math.Ceil(item.high/assPitch))))
	switch row.Badge {
	case comment.BadgeOwner:
		item.rank = 2
	case comment.BadgeModerator:
		item.rank = 1
	}
	item.late = at + assWait
	a.waiting[item.rank] = append(a.waiting[item.rank], item)
	a.due = min(a.due, max(at, a.lastTick+assTick))
	if a.waits() <= assQueue {
		return nil
	}
	for i := range a.waiting {
		if len(a.waiting[i]) > 0 {
			oldest := a.waiting[i][0]
			a.waiting[i] = a.waiting[i][1:]
			return a.cover(w, oldest, at)
		}
	}
	return nil
}

func (a *assWriter) end(w *bufio.Writer) error {
	for a.waits() > 0 {
		if err := a.tick(w); err != nil {
			return err
		}
	}
	return nil
}

func (a *assWriter) waits() int { return len(a.waiting[0]) + len(a.waiting[1]) + len(a.waiting[2]) }

// tick does what the overlay does every 250 ms while a comment waits.
func (a *assWriter) tick(w *bufio.Writer) error {
	now := a.due
	a.lastTick, a.due = now, math.Inf(1)
	a.flying = slices.DeleteFunc(a.flying, func(c *assItem) bool { return c.Until <= now })
	blocked := map[string]float64{} // the narrowest comment that found no lane, by kind
	seen := 0
	for rank := len(a.waiting) - 1; rank >= 0; rank-- {
		left := a.waiting[rank][:0]
		for _, item := range a.waiting[rank] {
			seen++
			placed, err := false, error(nil)
			if item.late < now+assTick { // the next tick is too late
				placed, err = true, a.cover(w, item, now)
			} else if seen <= assBatch {
				placed, err = a.place(w, item, now, blocked)
			}
			if err != nil {
				return err
			}
			if !placed {
				left = append(left, item)
			}
		}
		clear(a.waiting[rank][len(left):])
		a.waiting[rank] = left
	}
	if a.waits() > 0 {
		a.due = now + assTick
	}
	return nil
}

// place lets an item fly if there is a lane for it.
func (a *assWriter) place(w *bufio.Writer, item *assItem, now float64, blocked map[string]float64) (bool, error) {
	a.prepare(item, now)
	if !moves(item.Mode) {
		return true, a.stand(w, item, now)
	}
	if len(a.flying) >= assOnce && item.rank == 0 {
		return false, nil
	}
	kind := item.key(item.Rows)
	if narrowest, ok := blocked[kind]; ok && item.W >= narrowest {
		return false, nil
	}
	lane := a.lanes.find(&item.flight, now)
	if lane < 0 {
		a.lanes.claim(&item.flight, now)
		blocked[kind] = 0
		if moves(item.Mode) {
			blocked[kind] = item.W
		}
		return false, nil
	}
	return true, a.show(w, item, lane)
}

// cover lets an item fly that has waited long enough: in a free lane, even a reserved one, or
// otherwise where it covers least.
func (a *assWriter) cover(w *bufio.Writer, item *assItem, now float64) error {
	a.prepare(item, now)
	if !moves(item.Mode) {
		return a.stand(w, item, now)
	}
	lane := a.lanes.find(&item.flight, now)
	if lane < 0 {
		a.lanes.withoutClaims(func() {
			if lane = a.lanes.find(&item.flight, now); lane < 0 {
				a.summary.Covered++
				lane = a.lanes.least(&item.flight, now)
			}
		})
	}
	return a.show(w, item, lane)
}

// prepare computes the flight of an item that starts now.
func (a *assWriter) prepare(item *assItem, now float64) {
	if !moves(item.Mode) && item.W > assWidth {
		item.Mode = comment.Scroll // it is readable only when it moves
	}
	item.T, item.M, item.V, item.Until = now, a.lanes.entry(item.Mode), 0, now+assFixed
	if moves(item.Mode) {
		item.V, item.Until = assSpeed, now+math.Round((assWidth+item.W)/assSpeed/10)*10
	}
}

// stand places an item at its edge: in the nearest free place, or otherwise over the comment
// that leaves first.
func (a *assWriter) stand(w *bufio.Writer, item *assItem, now float64) error {
	a.standing = slices.DeleteFunc(a.standing, func(c *assItem) bool { return c.Until <= now })
	var first *assItem
	there := 0
	for _, c := range a.standing {
		if c.Mode == item.Mode {
			there++
			if first == nil || c.Until < first.Until {
				first = c
			}
		}
	}
	last := len(a.lanes.rows) - item.Rows
	for i := 0; i <= last && there < assStand; i++ {
		lane := i
		if item.Mode == comment.Bottom {
			lane = last - i
		}
		if !slices.ContainsFunc(a.standing, func(c *assItem) bool { return c.Lane < lane+item.Rows && lane < c.Lane+c.Rows }) {
			return a.show(w, item, lane)
		}
	}
	a.summary.Covered++
	lane := 0
	if first != nil {
		lane = min(first.Lane, last)
	}
	return a.show(w, item, lane)
}

// show writes an item that has its lane. Standing comments are in front.
func (a *assWriter) show(w *bufio.Writer, item *assItem, lane int) error {
	layer := 0
	if moves(item.Mode) {
		a.lanes.take(&item.flight, lane)
		a.flying = append(a.flying, item)
	} else {
		layer, item.Lane = 1, lane
		a.standing = append(a.standing, item)
	}
	y := float64(lane*assPitch) + math.Round((float64(item.Rows*assPitch)-item.high)/2)
	var tags strings.Builder
	switch item.Mode {
	case comment.Reverse: // its right edge leads
		fmt.Fprintf(&tags, `\an9\move(0,%.0f,%.0f,%.0f)`, y, assWidth+item.W, y)
	case comment.Top, comment.Bottom:
		fmt.Fprintf(&tags, `\an8\pos(%d,%.0f)`, assWidth/2, y)
	default:
		fmt.Fprintf(&tags, `\move(%d,%.0f,%.0f,%.0f)`, assWidth, y, -item.W, y)
	}
	if item.high != assLine {
		fmt.Fprintf(&tags, `\fs%.0f`, item.high)
	}
	if item.color != 0xffffff {
		tags.WriteString(`\c` + assColor(item.color))
	}
	if contrast(item.color, ink) < 3 {
		tags.WriteString(`\3c` + assColor(paper))
	}
	_, err := fmt.Fprintf(w, "Dialogue: %d,%s,%s,Danmaku,,0,0,0,,{%s}%s\n", layer, assTime(item.T), assTime(item.Until), tags.String(), item.text)
	return err
}

// assText neutralizes tags and escapes: the format has no way to write these three characters
// that every player knows, so each becomes its full-width twin.
func assText(s string) string { return assNeutral.Replace(s) }

var assNeutral = strings.NewReplacer("{", "｛", "}", "｝", `\`, "＼", "\n", " ", "\r", " ", "\u2028", " ", "\u2029", " ")

// assTime formats ms as H:MM:SS.cc; rounding up carries over.
func assTime(ms float64) string {
	cs := int64(math.Round(ms / 10))
	return fmt.Sprintf("%d:%02d:%02d.%02d", cs/360_000, cs/6000%60, cs/100%60, cs%100)
}

// assColor formats a colour with its bytes in reverse order.
func assColor(rgb uint32) string {
	return fmt.Sprintf("&H%02X%02X%02X&", rgb&0xff, rgb>>8&0xff, rgb>>16)
}

// contrast returns the contrast of two colours by WCAG 2, 1 to 21, like text.js of the
// overlay.
func contrast(a, b uint32) float64 {
	high, low := luminance(a), luminance(b)
	if high < low {
		high, low = low, high
	}
	return (high + 0.05) / (low + 0.05)
}

func luminance(rgb uint32) float64 {
	part := func(v uint32) float64 {
		c := float64(v&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*part(rgb>>16) + 0.7152*part(rgb>>8) + 0.0722*part(rgb)
}
