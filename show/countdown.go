package show

import (
	"encoding/json"
	"fmt"
	"time"
)

func countdownKind() kindSpec {
	return kindSpec{
		slot: Corner, offered: true, again: true, check: checked(CountdownSpec.check),
		duration: seconds(func(s CountdownSpec) int { return s.Seconds }), until: countdownUntil,
	}
}

// CountdownSpec counts down for some seconds or to a moment.
type CountdownSpec struct {
	Title   string `json:"title,omitempty"`
	Seconds int    `json:"seconds,omitempty"`
	Until   int64  `json:"until,omitempty"` // in ms since 1970; then Seconds is 0
	Done    string `json:"done,omitempty"`  // text shown for some seconds after it has reached 0
}

func (s CountdownSpec) check() (out CountdownSpec, err error) {
	if s.Title, err = line("title", s.Title, 60, true); err != nil {
		return s, err
	}
	if s.Done, err = line("done", s.Done, 60, true); err != nil {
		return s, err
	}
	if s.Until != 0 {
		if s.Seconds != 0 || s.Until < 0 || s.Until > latest {
			return s, fmt.Errorf("%w: until: a moment in ms since 1970, without seconds beside it", ErrInvalid)
		}
		return s, nil
	}
	return s, within("seconds", s.Seconds, 1, 24*3600)
}

// latest bounds times, in ms since 1970: the year 2286.
const latest = 9_999_999_999_999

func countdownUntil(spec json.RawMessage) time.Time {
	var s CountdownSpec
	if json.Unmarshal(spec, &s) != nil || s.Until == 0 {
		return time.Time{}
	}
	return time.UnixMilli(s.Until).UTC()
}
