package live

import (
	"slices"
	"strings"

	"danmaku/comment"
	"danmaku/room"
)

// reportedRules is how many letters of a change of rules the audit shows; the whole change
// is stored for an undo.
const reportedRules = 300

// editOf returns the difference between two lists; nil means no list.
func editOf(was, now *room.RuleList) room.ListEdit {
	e := room.ListEdit{Made: was == nil, Deleted: now == nil}
	var before, after []string
	if was != nil {
		before, e.WasOn = strings.Split(was.Text, "\n"), was.On
	}
	if now != nil {
		after, e.On = strings.Split(now.Text, "\n"), now.On
	}
	if was == nil || now == nil {
		e.Was, e.Now = before, after
		return e
	}
	for e.Line < min(len(before), len(after)) && before[e.Line] == after[e.Line] {
		e.Line++
	}
	tail := 0
	for tail < min(len(before), len(after))-e.Line && before[len(before)-1-tail] == after[len(after)-1-tail] {
		tail++
	}
	e.Was, e.Now = before[e.Line:len(before)-tail], after[e.Line:len(after)-tail]
	if e.Line > 0 {
		e.Above = before[e.Line-1]
	}
	if tail > 0 {
		e.Below = before[len(before)-tail]
	}
	return e
}

// takeBack returns a list after an edit of it is undone, nil when no list remains. Later
// changes of other lines stay; a later change of the same lines is ErrChanged.
func takeBack(e room.ListEdit, list room.RuleList, now *room.RuleList) (*room.RuleList, error) {
	if e.Deleted {
		if now != nil {
			return nil, room.ErrChanged
		}
		list.Text, list.On = strings.Join(e.Was, "\n"), e.WasOn
		return &list, nil
	}
	if now == nil || e.Made && (now.Text != strings.Join(e.Now, "\n") || now.On != e.On) {
		return nil, room.ErrChanged
	}
	if e.Made {
		return nil, nil
	}
	list.Text, list.On = now.Text, now.On
	if e.On != e.WasOn {
		if now.On != e.On {
			return nil, room.ErrChanged
		}
		list.On = e.WasOn
	}
	if len(e.Was)+len(e.Now) == 0 {
		return &list, nil
	}
	lines := strings.Split(now.Text, "\n")
	at, ok := findEdit(e, lines)
	if !ok {
		return nil, room.ErrChanged
	}
	list.Text = strings.Join(slices.Concat(lines[:at], e.Was, lines[at+len(e.Now):]), "\n")
	return &list, nil
}

// findEdit finds the lines of an edit, nearest to where they were. Lines that were only
// deleted have their place between their neighbours; if one neighbour is gone, the other is
// enough.
func findEdit(e room.ListEdit, lines []string) (at int, ok bool) {
	best := 0 // how well a place fits: one, plus one for each neighbour that is still there
	for i := 0; i+len(e.Now) <= len(lines); i++ {
		end := i + len(e.Now)
		if !slices.Equal(lines[i:end], e.Now) {
			continue
		}
		fit := 0
		if i > 0 && lines[i-1] == e.Above || i == 0 && e.Line == 0 {
			fit++
		}
		if end < len(lines) && lines[end] == e.Below || end == len(lines) && e.Below == "" {
			fit++
		}
		if len(e.Now) > 0 {
			fit++
		}
		if fit > best || fit == best && fit > 0 && distance(i, e.Line) < distance(at, e.Line) {
			at, best = i, fit
		}
	}
	return at, best > 0
}

func distance(a, b int) int { return max(a, b) - min(a, b) }

// differences describes which entries were added and deleted, without comments.
func differences(was, now *room.RuleList) string {
	before, after := entries(was), entries(now)
	var b strings.Builder
	n := 0
	say := func(sign string, mine, others map[string]bool, l *room.RuleList) {
		if l == nil {
			return
		}
		for line := range strings.SplitSeq(l.Text, "\n") {
			line = strings.TrimSpace(line)
			if !mine[line] || others[line] || n > reportedRules {
				continue
			}
			if b.Len() > 0 {
				b.WriteString(" · ")
			}
			letters := []rune(comment.OneLine(sign + line))
			if len(letters) > reportedRules {
				letters = append(letters[:reportedRules:reportedRules], '…')
			}
			b.WriteString(string(letters))
			n += len(letters)
			if n > reportedRules {
				b.WriteString(" …")
			}
		}
	}
	say("+", after, before, now)
	say("−", before, after, was)
	return b.String()
}

// entries returns the rules of a list as they are written.
func entries(l *room.RuleList) map[string]bool {
	out := map[string]bool{}
	if l == nil {
		return out
	}
	for line := range strings.SplitSeq(l.Text, "\n") {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			out[line] = true
		}
	}
	return out
}
