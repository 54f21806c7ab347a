package moderation

import (
	"slices"
	"time"

	"danmaku/comment"
)

// Preview tells what the author of a list should know before it is saved: the
// faults of its lines, and which of them would have stopped comments that were
// shown lately, with an example. The others are the lists that apply beside it,
// whose exceptions count.
func Preview(edited List, others []List, shown []string, at time.Time) Faults {
	edited.On = true
	rules, all := Compile(append([]List{edited}, others...))
	var out Faults
	for _, f := range all {
		if f.List == edited.Name && f.Room == edited.Room {
			out = append(out, f)
		}
	}
	stops := map[uint32]*Fault{}
	var order []uint32
	for _, text := range shown {
		found, _, _ := words([]*Rules{rules}, text, at.Unix())
		seen := map[uint32]bool{}
		for _, h := range found {
			if h.list != 0 || h.action < comment.Hold || seen[h.line] {
				continue
			}
			seen[h.line] = true
			s := stops[h.line]
			if s == nil {
				s = &Fault{Room: edited.Room, List: edited.Name, Line: int(h.line), Entry: h.word, Code: WouldStop, Word: text, Of: len(shown)}
				stops[h.line] = s
				order = append(order, h.line)
			}
			s.N++
		}
	}
	for _, line := range order {
		out = append(out, *stops[line])
	}
	slices.SortStableFunc(out, func(a, b Fault) int { return a.Line - b.Line })
	return out
}
