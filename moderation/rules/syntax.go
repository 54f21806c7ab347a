package rules

import (
	"strings"
	"time"

	"danmaku/comment"
	"danmaku/moderation/fold"
)

// This file parses the lines of a list.

// section compiles a line that sets the language of the lines below it, or excludes the
// entries of a language.
func (c *compiler) section(n int, line, rest string) {
	code, _, _ := strings.Cut(rest, "#")
	code = strings.TrimSpace(code)
	off := line[0] == '!'
	if _, ok := readLanguage(code); !ok && (code != "" || off) {
		c.fault(Fault{Line: n, Entry: line, Code: NoOption, Word: strings.TrimSpace("@lang " + code)})
		return
	}
	if off {
		c.rules.off = append(c.rules.off, code)
	} else {
		c.language = code
	}
}

// splitOptions splits a line into the entry and its options. Options begin at the first " =>
// ", " @until ", " @exact", " @lang " or " # ".
func splitOptions(line string) (head, opts string) {
	from := 0
	if line[0] == '/' {
		if i := closingSlash(line); i > 0 {
			from = i + 1
		}
	}
	end := len(line)
	for _, mark := range []string{" =>", " @until ", " @exact", " @lang ", " #", "\t=>", "\t@until", "\t@exact", "\t@lang", "\t#"} {
		if i := strings.Index(line[from:], mark); i >= 0 && from+i < end {
			end = from + i
		}
	}
	return strings.TrimSpace(line[:end]), strings.TrimSpace(line[end:])
}

// closingSlash finds the end of an expression: the last slash that is followed
// by a space or nothing.
func closingSlash(line string) int {
	for i := 1; i < len(line); i++ {
		if line[i] == '/' && line[i-1] != '\\' && (i+1 == len(line) || line[i+1] == ' ' || line[i+1] == '\t') {
			return i
		}
	}
	return 0
}

// options parses the options of an entry; it returns a fault for what it cannot parse.
func (e *entry) options(opts string) (fault FaultCode, word string) {
	for opts != "" {
		if opts[0] == '#' {
			return "", ""
		}
		if rest, ok := strings.CutPrefix(opts, "=>"); ok {
			word, opts, _ = strings.Cut(strings.TrimSpace(rest), " ")
			a, ok := comment.ParseAction(word)
			if !ok || a == comment.Pass {
				return NoAction, word
			}
			e.action, e.stated = a, true
		} else if rest, ok := strings.CutPrefix(opts, "@until"); ok {
			word, opts, _ = strings.Cut(strings.TrimSpace(rest), " ")
			at, ok := parseUntil(word)
			if !ok {
				return NoDate, word
			}
			e.until = at.Unix()
		} else if rest, ok := strings.CutPrefix(opts, "@lang "); ok {
			word, opts, _ = strings.Cut(strings.TrimSpace(rest), " ")
			if e.language, ok = readLanguage(word); !ok {
				return NoOption, "@lang " + word
			}
		} else if rest, ok := strings.CutPrefix(opts, "@exact"); ok && (rest == "" || rest[0] == ' ' || rest[0] == '\t') {
			e.exact, opts = true, rest
		} else {
			return NoOption, opts
		}
		opts = strings.TrimSpace(opts)
	}
	return "", ""
}

// parseUntil parses a day, which lasts to its end in the server's time zone, or a moment as in
// RFC 3339.
func parseUntil(s string) (time.Time, bool) {
	if t, err := time.ParseInLocation(time.DateOnly, s, time.Local); err == nil {
		return t.AddDate(0, 0, 1), true
	}
	t, err := time.Parse(time.RFC3339, s)
	return t, err == nil
}

// cutReading splits an entry from its reading: 死ね=しね. Only kana after a word with an ideograph
// are a reading; any other = is part of the entry.
func cutReading(text string) (word, kana string, ok bool) {
	word, kana, ok = strings.Cut(text, "=")
	if !ok {
		return text, "", false
	}
	isHan := func(r rune) bool { return fold.ScriptOf(r) == fold.Han }
	noKana := func(r rune) bool { return fold.ScriptOf(r) != fold.Kana }
	kana = strings.TrimSpace(kana)
	if word = strings.TrimSpace(word); kana == "" || strings.ContainsFunc(kana, noKana) || !strings.ContainsFunc(word, isHan) {
		return text, "", false
	}
	return word, kana, true
}
