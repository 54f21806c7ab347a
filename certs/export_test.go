package certs

import "time"

// SetClock makes f use a test's clock.
func SetClock(f *Files, now func() time.Time) { f.now, f.checked = now, now() }
