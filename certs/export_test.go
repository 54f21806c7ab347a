package certs

import "time"

// SetClock has f measure by a test's clock.
func SetClock(f *Files, now func() time.Time) { f.now, f.checked = now, now() }
