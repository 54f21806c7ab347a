package moderation

import (
	"strings"
)

// This file recognizes the numbers of papers and cards.

// checked recognizes the numbers of papers and cards by their check digits. One number in ten
// matches by chance, so only numbers grouped like these count.
func checked(all string, groups []group) bool {
	for _, g := range groups[1:] {
		if strings.Trim(g.glue, " -_/.·") != "" {
			return false
		}
	}
	switch len(all) {
	case 15, 16:
		return (len(groups) > 1 && distinct(all) > 2 || issued(all)) && len(groups) <= 4 && luhn(all) && distinct(all) > 1 && len(groups[0].digits) >= 4
	case 18:
		cut := len(groups) > 1 && len(groups[0].digits) == 6 && len(groups[len(groups)-1].digits) == 4
		return chineseID(all) || cut && isWrittenDate(all[6:14])
	case 17, 19:
		if len(all) == 17 && len(groups) > 1 && endsInX(all) {
			return true
		}
		return len(groups) > 1 && len(groups) <= 5 && luhn(all) && len(groups[0].digits) >= 4
	}
	return false
}

// issued recognizes the first digits of issued cards.
func issued(s string) bool {
	if len(s) == 15 {
		return s[:2] == "34" || s[:2] == "37"
	}
	return s[0] == '4' || s[0] == '5' && '1' <= s[1] && s[1] <= '5' || s[:2] == "62" || s[:2] == "35"
}

// luhn checks the last digit of a card's number.
func luhn(s string) bool {
	sum := 0
	for i := range len(s) {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			d = d*2%10 + d/5
		}
		sum += d
	}
	return sum%10 == 0
}

// endsInX recognizes the 17 digits of a Chinese identity number whose check digit is
// an X, wherever it is cut.
func endsInX(s string) bool { return isWrittenDate(s[6:14]) && checkDigit(s) == 'X' }

// chineseID checks the birthday and the last digit of a Chinese identity number
// (GB 11643). One that ends in X has 17 digits and is a contact anyway.
func chineseID(s string) bool {
	return isWrittenDate(s[6:14]) && checkDigit(s) == s[17]
}

// checkDigit returns the last character of a Chinese identity number by the 17 digits
// before it.
func checkDigit(s string) byte {
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += w * int(s[i]-'0')
	}
	return "10X98765432"[sum%11]
}
