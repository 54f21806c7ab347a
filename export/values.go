package export

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// maxOffset bounds the time of a comment: no recording lasts a month, so a later time is a
// fault.
const (
	mostDays  = 30
	maxOffset = mostDays * 24 * time.Hour
)

// number parses a decimal number. Programs also write whole numbers with a fraction.
func number(s string) (float64, bool) {
	n, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	return n, err == nil && !math.IsNaN(n) && !math.IsInf(n, 0)
}

// whole parses a number and drops its fraction.
func whole(s string) (int64, bool) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n, true
	}
	n, ok := number(s)
	return int64(n), ok && math.Abs(n) < 1<<62
}

// offsetOf parses the time of a comment in some unit. A negative time becomes zero. It returns
// false for anything that is not a time, or is beyond maxOffset.
func offsetOf(s string, unit time.Duration) (time.Duration, bool) {
	n, ok := number(s)
	if !ok {
		// In some languages a recorder writes a comma; several numbers are invalid.
		n, ok = number(strings.Replace(s, ",", ".", 1))
	}
	if !ok && unit == time.Second && strings.Contains(s, ":") {
		return clockOffset(s)
	}
	if !ok || n*unit.Seconds() > maxOffset.Seconds() {
		return 0, false
	}
	us := math.Round(max(n, 0) * float64(unit/time.Microsecond))
	return time.Duration(us) * time.Microsecond, true
}

// placed returns a comment at a position in the recording, or at a date, which some recorders
// write in its place, in the same unit or a finer one.
func placed(when string, unit time.Duration) (t timed, ok bool) {
	if t.Offset, t.hasOffset = offsetOf(when, unit); t.hasOffset {
		return t, true
	}
	if n, isNumber := number(when); isNumber && n*unit.Seconds() < firstDate {
		return timed{}, false
	}
	t.SentAt, ok = unixTime(when)
	return t, ok && t.SentAt.Year() >= 2000 && t.SentAt.Year() < 2100
}

// firstDate is the least Unix time that a position in a recording may be: that of 2000-01-01.
const firstDate = 946_684_800

// badTime returns the fault of a time that offsetOf refuses: code, that there is none, or that
// it is beyond maxOffset.
func badTime(code, word string) *room.Fault {
	if strings.TrimSpace(word) == "" {
		return &room.Fault{Code: faultTimeMissing}
	}
	if n, ok := number(word); ok && n > 0 {
		return &room.Fault{Code: faultLate, N: mostDays}
	}
	return &room.Fault{Code: code, Word: word}
}

// unixTime parses a moment: Unix seconds with or without a fraction, milliseconds,
// microseconds or nanoseconds, distinguished by their size, or a date with its time. An empty
// text and zero are neither moments nor faults.
func unixTime(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return time.Time{}, true
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		switch {
		case n == 0:
			return time.Time{}, true
		case n < 0:
			return time.Time{}, false
		case n < 1e11:
			return time.Unix(n, 0).UTC(), true
		case n < 1e14:
			return time.UnixMilli(n).UTC(), true
		case n < 1e17:
			return time.UnixMicro(n).UTC(), true
		}
		return time.Unix(0, n).UTC(), true
	}
	if n, ok := number(s); ok && n < 1e20 {
		for n >= 1e11 {
			n /= 1000
		}
		if n < 0 {
			return time.Time{}, false
		}
		return time.UnixMicro(int64(math.Round(n * 1e6))).UTC(), true
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04:05Z0700"} {
		if t, err := time.Parse(layout, s); err == nil && t.Year() >= 1970 && t.Year() < 3000 {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

var (
	hexColor = regexp.MustCompile(`^#[0-9a-f]{6}$`)
	hexLike  = regexp.MustCompile(`^(?:#|0x)?([0-9a-f]{3}|[0-9a-f]{4}|[0-9a-f]{6}|[0-9a-f]{8})$`)
	rgbLike  = regexp.MustCompile(`^rgba?\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*(?:,[^)]*)?\)$`)
)

// numberColor parses a colour as a decimal number and drops the opacity in the top byte.
func numberColor(s string) (string, bool) {
	n, ok := whole(s)
	if !ok {
		return "", false
	}
	if n < 0 && n >= math.MinInt32 {
		n += 1 << 32
	}
	switch {
	case n < 0 || n > math.MaxUint32:
		return "", false
	case n > 0xffffff && n>>24 != 0xff:
		return "", false
	}
	return hexOf(uint32(n) & 0xffffff), true
}

func hexOf(rgb uint32) string {
	const digits = "0123456789abcdef"
	b := []byte("#000000")
	for i := 6; i > 0; i-- {
		b[i] = digits[rgb&15]
		rgb >>= 4
	}
	return string(b)
}

// anyColor parses a colour as programs write it: a decimal number, #rgb, #rrggbb with or
// without an opacity, rgb(), or one of niconico's names.
func anyColor(s string) (string, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	if strings.HasPrefix(s, "#") || strings.HasPrefix(s, "0x") || hexLike.MatchString(s) && strings.ContainsAny(s, "abcdef") {
		m := hexLike.FindStringSubmatch(s)
		if m == nil {
			return "", false
		}
		d := m[1]
		if len(d) <= 4 {
			d = string([]byte{d[0], d[0], d[1], d[1], d[2], d[2]})
		}
		return "#" + d[:6], true
	}
	if m := rgbLike.FindStringSubmatch(s); m != nil {
		var rgb uint32
		for _, part := range m[1:] {
			n, _ := strconv.Atoi(part)
			rgb = rgb<<8 | uint32(min(n, 255))
		}
		return hexOf(rgb), true
	}
	if name := niconicoNames[s]; name != "" {
		s = name
	}
	if color, ok := niconicoColors[s]; ok {
		return color, true
	}
	return numberColor(s)
}

// bilibiliStyle sets the style of a comment from the terms of Bilibili, which many programs
// share. Empty strings are missing fields.
func (rd *reading) bilibiliStyle(item *Item, kind, height, color string) (positioned bool) {
	item.Mode, item.Size, item.Color = comment.Scroll, comment.Medium, comment.White
	if kind != "" {
		k, ok := whole(kind)
		switch mode, known := bilibiliModes[k]; {
		case known:
			item.Mode = mode
		case ok && k > 6:
			return true
		default:
			rd.side(faultType, kind)
		}
	}
	filled := true // the size is present and not a placeholder zero
	if height != "" {
		h, ok := whole(height)
		switch {
		case !ok || h < 1:
			filled = false
			rd.side(faultHeight, height)
		case h <= 18:
			item.Size = comment.Small
		case h >= 36:
			item.Size = comment.Big
		}
	}
	if color != "" && (filled || color != "0") {
		c, ok := anyColor(color)
		if ok {
			item.Color = c
		} else {
			rd.side(faultNumberColor, color)
		}
	}
	return false
}

// sentAt parses when a comment was sent, which is optional.
func (rd *reading) sentAt(s string) time.Time {
	t, ok := unixTime(s)
	if !ok {
		rd.side(faultDate, s)
	}
	return t
}

// paidStyle sets the style of a paid comment: it stands at the top, big and golden.
func paidStyle(item *Item) {
	item.Mode, item.Size, item.Color = comment.Top, comment.Big, "#ffd700"
}
