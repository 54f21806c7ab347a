package tests

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// BenchmarkPhoneToOverlay measures the delay of one comment through real sockets and real
// SQLite: from the phone's write to the overlay's read. A comment comes every 50 ms, as in a
// lively room, so some are sent at once and some wait for the overlay's next frame.
func BenchmarkPhoneToOverlay(b *testing.B) {
	p := start(b, b.TempDir(), "--user-rate", "0", "--address-rate", "0", "--room-rate", "0")
	phone, overlay := p.phone().open("audience", ""), p.overlaySocket("")
	overlay.next("hello")
	took := make([]time.Duration, 0, b.N)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for i := 0; b.Loop(); i++ {
		<-tick.C
		text := fmt.Sprint("comment ", i)
		began := time.Now()
		phone.send(fmt.Sprint(i), text)
		overlay.until(text, textIs(text))
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(ms(took[len(took)/2]), "p50-ms")
	b.ReportMetric(ms(took[len(took)*99/100]), "p99-ms")
	b.ReportMetric(ms(took[len(took)-1]), "max-ms")
	b.ReportMetric(0, "ns/op")
}
