package moderation

import (
	"math/bits"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"danmaku/moderation/fold"
)

// This file recognizes numbers that are not contacts: counts, dates, scores and sayings.

// isCount recognizes counting, in one group or in each of several: 1234567, 7654321,
// 123123123, powers of two, and the digits of constants.
func isCount(all string, groups []group) bool {
	if len(groups) == 1 && len(all) >= minContact && slices.ContainsFunc(constants, func(c string) bool { return strings.HasPrefix(c, all) }) {
		return true
	}
	if len(groups) == 1 {
		if n, err := strconv.ParseUint(all, 10, 64); err == nil && all[0] != '0' && (bits.OnesCount64(n) == 1 || n&(n+1) == 0) {
			return true
		}
	}
	for period := 1; period <= 3; period++ {
		if len(groups) == 1 && len(all) >= 2*period+1 && strings.HasPrefix(strings.Repeat(all[:period], len(all)), all) {
			return true
		}
	}
	if countsOn(all) {
		return true
	}
	for _, g := range groups {
		if len(g.digits) < 3 || !countsOn(g.digits) {
			return false
		}
	}
	return true
}

// countsOn recognizes digits that go down by one, or up as far as seven: with eight digits,
// people disguise a contact as counting.
func countsOn(s string) bool {
	for i := 2; i < len(s); i++ {
		if s[i]-s[i-1] != s[1]-s[0] {
			return false
		}
	}
	return len(s) > 2 && (s[0] == s[1]+1 || s[1] == s[0]+1 && len(s) <= minContact)
}

func distinct(s string) int {
	var seen [10]bool
	n := 0
	for i := range len(s) {
		if d := s[i] - '0'; !seen[d] {
			seen[d] = true
			n++
		}
	}
	return n
}

// isSaying recognizes numbers made of well-known ones, with or without truncating the last.
func isSaying(s string) bool {
	all := len(s)
	for _, known := range sayings {
		for strings.HasPrefix(s, known) {
			s = s[len(known):]
		}
	}
	if len(s) < 3 || len(s) == all {
		return s == ""
	}
	return slices.ContainsFunc(sayings, func(known string) bool { return strings.HasPrefix(known, s) })
}

// counted recognizes that a unit follows, that a word before the number names what it counts,
// that it is part of a sum, or that it names a video.
func counted(runes []fold.Rune, groups []group) bool {
	last := groups[len(groups)-1]
	behind := textOf(runes[last.to:min(int(last.to)+12, len(runes))])
	before := textOf(runes[max(0, groups[0].from-20):groups[0].from])
	return unit.MatchString(behind) || video.MatchString(before) || countsBefore.MatchString(before) ||
		sumBehind.MatchString(behind) || sumBefore.MatchString(before)
}

func textOf(runes []fold.Rune) string {
	f := fold.Text{Runes: runes}
	return f.String()
}

// round recognizes numbers such as 10000000 or 1500000.
func round(s string) bool { return strings.HasSuffix(s, "0000") && distinct(s) < 4 }

// countdown recognizes numbers that go down by one, or up to more than nine, or that double:
// 10 9 8 and so on.
func countdown(groups []group) bool {
	if len(groups) < 3 {
		return false
	}
	num := func(i int) int {
		n := 0
		for _, c := range groups[i].digits {
			n = min(n*10+int(c-'0'), 1<<30)
		}
		return n
	}
	if doubles(groups, num) {
		return true
	}
	by := num(1) - num(0)
	for i := 2; i < len(groups); i++ {
		if num(i)-num(i-1) != by {
			return false
		}
	}
	// Single digits that only go up may space out an account.
	return by == -1 || by != 0 && len(groups[len(groups)-1].digits) > 1
}

// doubles recognizes numbers each of which is twice the one before: 64 128 256 512.
func doubles(groups []group, num func(i int) int) bool {
	for i := 1; i < len(groups); i++ {
		if num(i) != 2*num(i-1) {
			return false
		}
	}
	return true
}

// isDate recognizes dates, with or without a time behind them.
func isDate(groups []group) bool {
	if len(groups) == 1 {
		return isWrittenDate(groups[0].digits)
	}
	if len(groups) < 3 || len(groups) > 5 {
		return false
	}
	for _, g := range groups[3:] { // hours and minutes
		if len(g.digits) > 2 {
			return false
		}
	}
	a, b, c := groups[0].digits, groups[1].digits, groups[2].digits
	return isYear(a) && len(b) <= 2 && len(c) <= 2 || len(a) <= 2 && len(b) <= 2 && (isYear(c) || len(groups) == 3 && len(c) == 2)
}

func isYear(s string) bool { return len(s) == 4 && (s[:2] == "19" || s[:2] == "20") }

var writtenDate = regexp.MustCompile(`^(?:19|20)\d\d(?:(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|[1-9](?:0[1-9]|[12]\d|3[01])|1[0-2][1-9])$`)

// isWrittenDate recognizes dates without signs: 20240115, 2024831.
func isWrittenDate(s string) bool { return writtenDate.MatchString(s) }

// isScores recognizes pairs of small numbers: 21-19 21-17 21-15.
// The points of a tie-break are in brackets behind its set: 7-6(5).
func isScores(groups []group) bool {
	n := 0
	for _, g := range groups {
		if strings.TrimSpace(g.glue) == "(" && n > 0 && n%2 == 0 && len(g.digits) <= 2 {
			continue
		}
		if len(g.digits) > 3 || n%2 == 1 && g.glue != "-" || n > 0 && n%2 == 0 && !strings.HasPrefix(strings.TrimPrefix(g.glue, ")"), " ") {
			return false
		}
		n++
	}
	return n%2 == 0
}

// decimals recognizes numbers with a point, versions and addresses of machines.
func decimals(groups []group) bool {
	pairs, short := len(groups)%2 == 0, false
	for i, g := range groups {
		short = short || i > 0 && len(g.digits) == 1
		pairs = pairs && (i == 0 || i%2 == 1 && g.glue == "." || i%2 == 0 && strings.HasPrefix(g.glue, " "))
	}
	if pairs {
		return true
	}
	for i, g := range groups {
		if i > 0 && g.glue != "." {
			return false
		}
	}
	return len(groups) == 2 || len(groups) == 4 && short || len(groups[0].digits) <= 2 && !(len(groups) == 5 && groups[0].digits[0] == '0')
}
