package moderation

import (
	"slices"
	"strings"

	"danmaku/moderation/fold"
)

// This file finds the digits of a text, in any writing.

// group is a run of digits with nothing between them.
type group struct {
	digits   string
	from, to int32 // runes
	glue     string
}

// asDigits replaces runes that stand for digits in a number by these digits: an o, an l, and
// Chinese digits, if enough real digits are around.
func asDigits(runes []fold.Rune) []fold.Rune {
	out, copied := runes, false
	for i := 0; i < len(runes); {
		real, hans, all, end, last := 0, 0, 0, i, -1
		for k := i; k < len(runes); k++ {
			_, like := digitLike(runes[k])
			switch {
			case runes[k].Kind == fold.Digit:
				real, all = real+1, all+1
			case like && (all > 0 || runes[k].Script == fold.Han || k+1 < len(runes) && runes[k+1].Kind == fold.Digit):
				all++
				if runes[k].Script == fold.Han {
					hans++
				}
			case (runes[k].Kind == fold.Space || runes[k].Kind == fold.Symbol) && last >= 0 && k-last <= 2:
				continue
			default:
				k = len(runes)
				continue
			}
			last, end = k, k+1
		}
		if end == i {
			i++
			continue
		}
		if all > real && all >= minContact && (real >= 5 || hans >= 5 && all >= 9 && (end-i > all || real > 0) || hans > 0 && real >= 3) {
			if !copied {
				out, copied = slices.Clone(runes), true
			}
			for k := i; k < end; k++ {
				if d, like := digitLike(runes[k]); like {
					out[k].Kind, out[k].R, out[k].Script = fold.Digit, d, fold.Common
				}
			}
		}
		i = end
	}
	return out
}

// digitLike returns the digit that a letter stands for.
func digitLike(c fold.Rune) (rune, bool) {
	switch c.R {
	case 'o':
		return '0', true
	case 'l', 'i':
		return '1', true
	}
	if v := hanDigit(c.R); v >= 0 {
		return rune('0' + v), true
	}
	return 0, false
}

// lettersBetween finds a number with one letter after each group: the usual three groups of a
// mobile number of China with any letter (138a0013b8000), or three and more groups that begin
// with two of three digits and have letters that are not units (066b968y636). Units and the x of
// a size are none.
func lettersBetween(runes []fold.Rune, groups []group) (from, to int32) {
	letter := func(a, b group, not string) bool {
		return b.from-a.to == 1 && runes[a.to].Kind == fold.Letter && !strings.ContainsRune(not, runes[a.to].R)
	}
	const units = "x元块塊万萬千百億亿年月日号號点點分秒米个個次人度折级級楼"
	for i := 0; i+2 < len(groups); i++ {
		a, b, c := groups[i], groups[i+1], groups[i+2]
		if len(a.digits) == 3 && len(b.digits) == 4 && len(c.digits) == 4 && letter(a, b, units) && letter(b, c, units) && isMobile(a.digits+b.digits+c.digits) {
			return a.from, c.to
		}
		if len(a.digits) != 3 || len(b.digits) != 3 {
			continue
		}
		all, k := a.digits, i+1
		for ; k < len(groups) && letter(groups[k-1], groups[k], units+"kmhsgpwf"); k++ {
			all += groups[k].digits
		}
		if k-i >= 3 && len(all) >= minContact+1 && len(all) <= 13 && distinct(all) > 3 {
			return a.from, groups[k-1].to
		}
	}
	return 0, 0
}

// digitGroups finds the digits of a text. The glue of a group is the text between it and the
// previous group: "|" if that separates them.
func digitGroups(runes []fold.Rune) []group {
	var out []group
	for i := 0; i < len(runes); i++ {
		if runes[i].Kind != fold.Digit {
			continue
		}
		g := group{from: int32(i), glue: "|"}
		var b strings.Builder
		for ; i < len(runes) && runes[i].Kind == fold.Digit; i++ {
			b.WriteRune(runes[i].R)
		}
		g.digits, g.to = b.String(), int32(i)
		if n := len(out); n > 0 {
			g.glue = glue(runes[out[n-1].to:g.from])
		}
		out = append(out, g)
		i--
	}
	return out
}

// glue returns the signs between two groups, "|" if they separate them.
func glue(between []fold.Rune) string {
	if len(between) > 3 {
		return "|"
	}
	var b strings.Builder
	for i, c := range between {
		if c.Kind == fold.Letter && strings.ContainsRune("加减減杠横空点點转轉ーの", c.R) {
			b.WriteRune(c.R) // 138加1234加5678
			continue
		}
		if c.Kind == fold.Letter || c.R == '+' && i > 0 || c.R == ':' || c.R == ',' || c.R == '%' || c.R == '=' || c.R == '→' || c.R == '>' || c.R == '<' || c.R == 'x' {
			return "|"
		}
		b.WriteRune(c.R)
	}
	return b.String()
}

// hanDigits are the digits of Chinese and Japanese, the formal ones, too.
const hanDigits = "〇零一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖"

// hanDigit returns the value of a Chinese digit, −1 for anything else.
func hanDigit(r rune) int {
	i := strings.IndexRune(hanDigits, r)
	if r < 0x3000 || i < 0 {
		return -1
	}
	switch n := i / 3; {
	case n < 2:
		return 0
	case n < 11:
		return n - 1
	case n == 11:
		return 1
	case n == 12:
		return 2
	default:
		return n - 12
	}
}

// spelledDigits finds seven and more Chinese digits in a row that do not just count, unless
// the author asks for a call. With commas and similar signs between them they are a number
// only if they have the length and the beginning of one.
func spelledDigits(runes []fold.Rune, asked bool) (from, to int32) {
	for i := 0; i < len(runes); i++ {
		start, end, cuts := i, i, 0
		var b strings.Builder
		for ; i < len(runes); i++ {
			if v := hanDigit(runes[i].R); v >= 0 {
				b.WriteByte(byte('0' + v))
				end = i + 1
				continue
			}
			if end != i || end == start || runes[i].Kind != fold.Symbol && runes[i].Kind != fold.Space {
				break
			}
			cuts++
		}
		s := b.String()
		if len(s) < minContact || distinct(s) < 3 || !asked && countsAlong(s) {
			continue
		}
		if end < i { // a sign at the end separates nothing
			cuts--
		}
		if cuts <= 0 || asked || isMobile(s) || s[0] == '0' && (len(s) == 10 || len(s) == 11) {
			return int32(start), int32(end)
		}
	}
	return 0, 0
}

// countsAlong recognizes digits that repeat the previous one or add one to it, or that each
// subtract one.
func countsAlong(s string) bool {
	up, down := true, true
	for i := 1; i < len(s); i++ {
		up = up && (s[i] == s[i-1] || s[i] == s[i-1]+1)
		down = down && s[i]+1 == s[i-1]
	}
	return up || down
}
