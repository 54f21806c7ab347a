//go:build !nocluster

package cluster_test

import (
	"bytes"
	"testing"
)

// BenchmarkPublish measures what a transaction waits for: three nodes in this process store
// payloads of 1 KB, one after the other.
func BenchmarkPublish(b *testing.B) {
	nodes, err := startThree(b.TempDir(), nil)
	for _, n := range nodes {
		b.Cleanup(n.Close)
	}
	if err != nil {
		b.Fatal(err)
	}
	l, err := nodes[0].OpenLog(b.Context(), "house", 3)
	if err != nil {
		b.Fatal(err)
	}
	payload := bytes.Repeat([]byte("danmaku "), 128)
	var pos uint64
	for b.Loop() {
		if pos, err = l.Publish(pos, payload); err != nil {
			b.Fatal(err)
		}
	}
}
