package show

import (
	"fmt"
	"slices"
)

func tickerKind() kindSpec {
	return kindSpec{
		slot: Bar, offered: true, again: true, check: checked(TickerSpec.check),
		duration: seconds(func(s TickerSpec) int { return s.Seconds }),
	}
}

// TickerSpec is a row of sentences that run along the bar.
type TickerSpec struct {
	Texts   []string `json:"texts"`
	Seconds int      `json:"seconds,omitempty"` // 0: until it is stopped
}

func (s TickerSpec) check() (TickerSpec, error) {
	if err := within("texts", len(s.Texts), 1, 20); err != nil {
		return s, err
	}
	s.Texts = slices.Clone(s.Texts)
	for i := range s.Texts {
		var err error
		if s.Texts[i], err = line(fmt.Sprintf("text %d", i+1), s.Texts[i], 200, false); err != nil {
			return s, err
		}
	}
	return s, lasts("seconds", s.Seconds, 10, 24*3600)
}
