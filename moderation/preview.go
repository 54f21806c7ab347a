package moderation

import (
	"fmt"
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
	type stop struct {
		count   int
		example string
		fault   Fault
	}
	stops := map[uint32]*stop{}
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
				s = &stop{example: text, fault: Fault{Room: edited.Room, List: edited.Name, Line: int(h.line), Entry: h.word, Warning: true}}
				stops[h.line] = s
				order = append(order, h.line)
			}
			s.count++
		}
	}
	for _, line := range order {
		s := stops[line]
		s.fault.Message = fmt.Sprintf("would have stopped %d of the last %d comments, such as %q", s.count, len(shown), s.example)
		out = append(out, s.fault)
	}
	return out
}
