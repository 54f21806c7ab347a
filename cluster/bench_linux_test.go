//go:build !nocluster

package cluster_test

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"syscall"
	"testing"

	"danmaku/cluster"
)

// BenchmarkForward sends commands of 400 bytes through a machine that is not the home, 512
// at once, with the processor time of all three nodes, which run in this process.
func BenchmarkForward(b *testing.B) {
	nodes, err := startThree(b.TempDir(), nil)
	for _, n := range nodes {
		b.Cleanup(n.Close)
	}
	if err != nil {
		b.Fatal(err)
	}
	var away *cluster.Forwarder
	answer := bytes.Repeat([]byte("a"), 150)
	for i, n := range nodes {
		l, err := n.OpenLog(b.Context(), "house", 3)
		if err != nil {
			b.Fatal(err)
		}
		r, err := l.Read(newMemory())
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(r.Close)
		m, err := l.Join(r, func() error {
			if i > 0 {
				return errors.New("another one decides")
			}
			return nil
		}, 0)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(m.Leave)
		d, err := m.OpenForwarder(func(context.Context, []byte) ([]byte, bool) { return answer, false })
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(d.Close)
		away = d
	}
	command := bytes.Repeat([]byte("c"), 400)
	do := func() {
		if got, err := away.DoText(b.Context(), command, false); err != nil || !bytes.Equal(got, answer) {
			b.Errorf("%q, %v", got, err)
		}
	}
	do() // wait until there is a home
	before := processors(b)
	b.ResetTimer()
	var all sync.WaitGroup
	for i := range 512 {
		all.Go(func() {
			for k := i; k < b.N; k += 512 {
				do()
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64(processors(b)-before)/float64(b.N), "cpu-ns/op")
}

// processors returns the processor time that this process has used.
func processors(b *testing.B) int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return u.Utime.Nano() + u.Stime.Nano()
}
