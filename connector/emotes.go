package connector

import (
	"cmp"
	"slices"
)

// WithoutOverlaps returns emotes in the order of their positions, without empty ones and
// without those that overlap an earlier one.
func WithoutOverlaps(emotes []Emote) []Emote {
	slices.SortStableFunc(emotes, func(a, b Emote) int { return cmp.Compare(a.From, b.From) })
	end := 0
	return slices.DeleteFunc(emotes, func(e Emote) bool {
		if e.From < end || e.To <= e.From {
			return true
		}
		end = e.To
		return false
	})
}
