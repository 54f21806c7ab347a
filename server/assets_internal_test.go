package server

import (
	"os"
	"testing"
)

// BenchmarkPackPage measures the compression of a page for one client.
func BenchmarkPackPage(b *testing.B) {
	page, err := os.ReadFile("../assets/audience/index.html")
	if err != nil {
		b.Fatal(err)
	}
	style, err := os.ReadFile("../assets/audience/audience.css") // the page contains it
	if err != nil {
		b.Fatal(err)
	}
	page = append(page, style...)
	for name, packed := range map[string]func([]byte) []byte{"gzip": gzipped, "brotli": brotlied} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					packed(page)
				}
			})
		})
	}
}
