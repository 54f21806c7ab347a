package rules

import (
	"cmp"
	"slices"
	"time"

	"danmaku/comment"
)

// Preview returns what the author of a list should know before saving it: the faults of its
// lines, and the lines that would have stopped recently shown comments, with an example. The
// others are the lists that apply beside it: those of the same room share its bounds, and the
// exceptions of all count. It returns at most [MaxFaults], the gravest, in the order of their
// lines; total is the number of all.
func Preview(edited List, others []List, shown []string, at time.Time) (found Faults, total int) {
	edited.On = true
	var beside, far []List
	for _, l := range others {
		if l.Room == edited.Room {
			beside = append(beside, l)
		} else {
			far = append(far, l)
		}
	}
	stored := len(edited.Text)
	for _, l := range beside {
		stored += len(l.Text)
	}
	// The edited list comes last, so that lines beyond a bound are its own.
	beside = slices.DeleteFunc(beside, func(l List) bool { return !l.On })
	rules, all := Compile(append(slices.Clone(beside), edited))
	elsewhere, _ := Compile(far)
	var out Faults
	for _, f := range all {
		if f.List == edited.Name && f.Room == edited.Room {
			out = append(out, f)
		}
	}
	if stored > MaxStoredBytes {
		out = append(out, Fault{Room: edited.Room, List: edited.Name, Line: 1, Entry: edited.Name, Code: StoredTooLarge, N: MaxStoredBytes, Of: stored})
	}
	stops := map[uint32]*Fault{}
	var order []uint32
	for _, text := range shown {
		hits, _, _ := Match([]*Rules{rules, elsewhere}, text, at.Unix(), &Budget{})
		seen := map[uint32]bool{}
		for _, h := range hits {
			if h.set != 0 || int(h.list) != len(beside) || h.Action < comment.Hold || seen[h.line] {
				continue
			}
			seen[h.line] = true
			s := stops[h.line]
			if s == nil {
				s = &Fault{Room: edited.Room, List: edited.Name, Line: int(h.line), Entry: h.Word, Code: WouldStop, Word: text, Of: len(shown)}
				stops[h.line] = s
				order = append(order, h.line)
			}
			s.N++
		}
	}
	for _, line := range order {
		out = append(out, *stops[line])
	}
	n := rules.counts[listKey{edited.Room, edited.Name}]
	total = n.leftOut + n.warnings + len(order)
	if stored > MaxStoredBytes {
		total++
	}
	byLine := func(a, b Fault) int { return a.Line - b.Line }
	if len(out) > MaxFaults {
		slices.SortStableFunc(out, func(a, b Fault) int { return cmp.Or(a.weight()-b.weight(), byLine(a, b)) })
		out = slices.Clone(out[:MaxFaults])
	}
	slices.SortStableFunc(out, byLine)
	return out, total
}

// weight orders faults, the gravest first.
func (f Fault) weight() int {
	switch {
	case f.OverBound():
		return 0
	case !f.Warning():
		return 1
	case f.Code == WouldStop:
		return 2
	}
	return 3
}
