package export

import (
	"strconv"
	"strings"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// bilibili is the XML of Bilibili: <i> with one <d p="…"> for each comment. The fields of p
// are seconds, type, size, colour as a decimal, the time when it was sent, pool, sender, ID
// and sometimes more. Types 1 to 3 scroll, 4 stands below, 5 above, 6 runs backwards; 7 and
// above are positioned by a program and counted as [Report.Positioned]. Sizes up to 18 are
// small, from 36 on big. Two other kinds of file have the same element: <i version="2.0"> has
// ID, attributes, milliseconds, type, size, colour, time, pool and sender, and dandanplay has
// seconds, type, colour and sender.
//
// Recorders of live shows add the author's name as user and write purchases beside the
// comments: <sc> is a comment ([Report.SuperChats]), <gift> and <guard> are counted. biliup
// writes <s> for all of them.
//
// A comment needs its time. Every other field that is missing or unreadable gets its default.
var bilibili = xmlDialect{
	root: "i",
	items: map[string]func(*reading, *xmlDocument, xmlElement) error{
		"d": readD, "sc": readSC, "s": readS,
		"gift":  func(rd *reading, _ *xmlDocument, _ xmlElement) error { rd.report.Gifts++; return nil },
		"guard": func(rd *reading, _ *xmlDocument, _ xmlElement) error { rd.report.Guards++; return nil },
	},
	noted: []string{"video_start_time"},
}

func scanBilibili(in *input, rd *reading) error { return scanXML(in, rd, bilibili) }

var bilibiliModes = map[int64]comment.Mode{
	1: comment.Scroll, 2: comment.Scroll, 3: comment.Scroll,
	4: comment.Bottom, 5: comment.Top, 6: comment.Reverse,
}

func readD(rd *reading, doc *xmlDocument, el xmlElement) error {
	t, positioned, bad := rd.parseP(el.attr("p"), strings.HasPrefix(doc.root.attr("version"), "2"))
	switch {
	case bad != nil:
		rd.unread(*bad)
		return nil
	case positioned:
		rd.report.Positioned++
		return nil
	}
	if t.SentAt.IsZero() {
		t.SentAt, _ = unixTime(el.attr("timestamp"))
	}
	if rd.begun.IsZero() && t.hasOffset && !t.SentAt.IsZero() {
		rd.begun = t.SentAt.Add(-t.Offset)
	}
	t.Text, t.Name = el.text, strings.TrimSpace(el.attr("user"))
	if t.Sender == "" {
		t.Sender = or(el.attr("uid"), t.Name)
	}
	return rd.add(t)
}

// parseP reads the fields of a comment of Bilibili and of the programs that took
// them over.
func (rd *reading) parseP(p string, second bool) (t timed, positioned bool, bad *room.Fault) {
	f := strings.Split(p, ",")
	for i := range f {
		f[i] = strings.TrimSpace(f[i])
	}
	t, ok := placed(f[0], time.Second)
	when := f[0]
	field := func(n int) string {
		if n >= len(f) {
			return ""
		}
		return f[n]
	}
	kind, height, color, sent, sender, id := field(1), field(2), field(3), field(4), field(6), field(7)
	switch {
	case second || !(ok && t.hasOffset) && len(f) >= 9 && strings.Trim(f[0], "0123456789") == "":
		when = field(2)
		t, ok = placed(when, time.Millisecond)
		kind, height, color, sent, sender, id = field(3), field(4), field(5), field(6), field(8), f[0]
		if len(f) < 9 {
			rd.side(faultFewFields, p)
		}
	case isDandanplay(f):
		height, color, sent, sender, id = "", f[2], "", strings.Join(f[3:], ","), ""
	case len(f) < 8:
		rd.side(faultFewFields, p)
	}
	if !ok {
		return timed{}, false, badTime(faultTime, when)
	}
	t.Sender, t.ID = known(sender), known(id)
	if rd.bilibiliStyle(&t.Item, kind, height, color) {
		return timed{}, true, nil
	}
	if sent := rd.sentAt(sent); t.hasOffset {
		t.SentAt = sent
	}
	return t, false, nil
}

// known returns an ID, or "" for the 0 that a recorder writes when it has no ID.
func known(id string) string {
	if id == "0" {
		return ""
	}
	return id
}

// isDandanplay reports whether the fields are seconds, type, colour and sender: the third is
// not a font size, or the fourth is not a colour.
func isDandanplay(f []string) bool {
	if len(f) < 4 || len(f) > 7 {
		return false
	}
	const tallest = 127
	if n, ok := whole(f[2]); ok && n <= tallest {
		color, err := strconv.ParseUint(f[3], 10, 24)
		return len(f) == 4 && (err != nil || n < 1 || color <= tallest && color > 0)
	}
	_, ok := anyColor(f[2])
	return ok
}

// readSC reads a super chat.
func readSC(rd *reading, doc *xmlDocument, el xmlElement) error {
	return rd.paid(doc, el, or(el.attr("ts"), el.attr("p")), el.attr("user"))
}

// readS reads the element that biliup writes for every purchase.
func readS(rd *reading, doc *xmlDocument, el xmlElement) error {
	switch el.attr("type") {
	case "gift":
		rd.report.Gifts++
	case "guard_buy":
		rd.report.Guards++
	case "super_chat":
		return rd.paid(doc, el, or(el.attr("ts"), el.attr("timestamp")), or(el.attr("user"), el.attr("username")))
	}
	return nil
}

// paid reads a comment that was paid for. Its time is in seconds since the beginning, or a
// date; for a date, the offset is computed from the start of the recording or from the date of
// another comment.
func (rd *reading) paid(doc *xmlDocument, el xmlElement, ts, user string) error {
	if strings.TrimSpace(el.text) == "" { // money without words
		rd.report.Gifts++
		return nil
	}
	t, ok := placed(ts, time.Second)
	if !ok {
		rd.unread(*badTime(faultTime, ts))
		return nil
	}
	t.Text, t.Name = el.text, strings.TrimSpace(user)
	t.Sender = or(el.attr("uid"), t.Name)
	if !t.hasOffset {
		if begun, ok := unixTime(doc.noted["video_start_time"]); ok && begun.Year() >= 2000 {
			rd.begun = begun
		}
	}
	rd.report.SuperChats++
	paidStyle(&t.Item)
	return rd.add(t)
}
