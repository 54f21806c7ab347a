//go:build !linux

package moderation

import "time"

// spent is unknown here: elapsed time counts instead.
func spent() (used time.Duration, ok bool) { return 0, false }
