package tests

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"danmaku/export"
)

// mostExportMemory is the most MB that a process may grow by, or use, for 100,000 comments.
const mostExportMemory = 64

// memoryMB reads a line of /proc/PID/status, in MB: VmRSS is the resident memory, VmHWM its peak
// since the last forget; 0 for a process that has ended.
func memoryMB(b *testing.B, pid int, name string) float64 {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0 // it has ended
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			kb, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			if err != nil {
				b.Fatal(err)
			}
			return kb / 1024
		}
	}
	return 0
}

// resetPeak resets the peak of a process (proc(5), clear_refs).
func resetPeak(b *testing.B, pid int) {
	b.Helper()
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkExport exports 100,000 comments in every format, from the server over HTTP (one
// after another, then four at once) and by command, uploads as many for a replay, and reports
// how much memory the processes use for it. It fails beyond the bar.
func BenchmarkExport(b *testing.B) {
	const n = 100_000
	dir := b.TempDir()
	fill(b, dir, n)
	p, cmd := child(b, dir)
	key := p.link("owner").Key
	pid := cmd.Process.Pid
	fetch := func(path string, into io.Writer) {
		req, err := http.NewRequest("GET", p.base+path, nil)
		if err != nil {
			b.Error(err)
			return
		}
		req.Header.Set("Authorization", "Bearer "+key)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			b.Error(err)
			return
		}
		defer resp.Body.Close()
		if _, err := io.Copy(into, resp.Body); err != nil || resp.StatusCode != http.StatusOK {
			b.Errorf("%s: %d, %v", path, resp.StatusCode, err)
		}
	}
	report := func(b *testing.B, grown float64) {
		b.ReportMetric(grown, "MB")
		if grown > mostExportMemory {
			b.Errorf("%.1f MB for %d comments", grown, n)
		}
	}
	grown := func(b *testing.B, do func()) {
		before := memoryMB(b, pid, "VmRSS")
		resetPeak(b, pid)
		most := 0.0
		for b.Loop() {
			do()
			most = max(most, memoryMB(b, pid, "VmHWM")-before)
		}
		report(b, most)
		b.ReportMetric(memoryMB(b, pid, "VmHWM"), "MB-whole")
	}
	var lines bytes.Buffer
	for _, f := range export.Formats {
		b.Run("http/"+string(f), func(b *testing.B) {
			grown(b, func() {
				var into io.Writer = io.Discard
				if f == export.JSONLines {
					lines.Reset()
					into = &lines
				}
				fetch("/api/rooms/live/export?format="+string(f), into)
			})
		})
	}
	b.Run("http/four-at-once", func(b *testing.B) {
		grown(b, func() {
			done := make(chan bool)
			for range 4 {
				go func() { fetch("/api/rooms/live/export?format=ass", io.Discard); done <- true }()
			}
			for range 4 {
				<-done
			}
		})
	})
	for _, f := range export.Formats {
		b.Run("command/"+string(f), func(b *testing.B) {
			most := 0.0
			for b.Loop() {
				out := filepath.Join(b.TempDir(), "file")
				cmd := exec.CommandContext(context.Background(), os.Args[0])
				cmd.Env = append(os.Environ(), childVariable+"="+strings.Join([]string{"export", "--data", dir, "--format", string(f), "--out", out}, "\n"))
				var said bytes.Buffer
				cmd.Stderr = &said
				if err := cmd.Start(); err != nil {
					b.Fatal(err)
				}
				// Its own record of the peak would include the process that it was forked
				// from.
				ended := make(chan error)
				go func() { ended <- cmd.Wait() }()
				for running := true; running; {
					select {
					case err := <-ended:
						if running = false; err != nil || !strings.Contains(said.String(), "100000 comments written") {
							b.Fatalf("%v: %s", err, &said)
						}
					case <-time.After(time.Millisecond):
						most = max(most, memoryMB(b, cmd.Process.Pid, "VmHWM"))
					}
				}
			}
			report(b, most)
		})
	}
	// An upload is on the disk while it is played: 100,000 comments unchanged, and as many in
	// a file of the largest size.
	if lines.Len() == 0 { // the benchmark above was not requested
		fetch("/api/rooms/live/export?format=jsonl", &lines)
	}
	large := bytes.Repeat([]byte(`{"offset_ms":1,"id":"1234567890123","sender":"somebody","text":"`+strings.Repeat("弹", 196)+"\"}\n"), n)
	for name, file := range map[string][]byte{"exported": lines.Bytes(), "largest": large} {
		b.Run("replay/"+name, func(b *testing.B) {
			b.ReportMetric(float64(len(file))/(1<<20), "MB-file")
			grown(b, func() {
				for _, call := range []struct {
					method, path string
					body         []byte
				}{{"PUT", "/file?name=all.jsonl", file}, {"DELETE", "", nil}} {
				again:
					req, err := http.NewRequest(call.method, p.base+"/api/rooms/live/replay"+call.path, bytes.NewReader(call.body))
					if err != nil {
						b.Fatal(err)
					}
					req.Header.Set("Authorization", "Bearer "+key)
					resp, err := http.DefaultClient.Do(req)
					if err != nil {
						b.Fatal(err)
					}
					resp.Body.Close()
					switch {
					case call.method == "PUT" && resp.StatusCode == http.StatusConflict:
						goto again // the last one is not over yet
					case resp.StatusCode/100 != 2:
						b.Fatal(resp.Status)
					}
				}
			})
		})
	}
}
