package export_test

import (
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"danmaku/export"

	"github.com/google/go-cmp/cmp"

	"danmaku/room"
	"danmaku/testrace"
)

// spool creates a file for a spool file.
func spool(t *testing.T) *os.File {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "spool"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func keepAll(i export.Item, _ export.Format) (export.Item, bool) { return i, true }

// A spool file plays the same comments as reading the file, in the same order.
func TestSpoolFileIsTheFile(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 9))
	for _, f := range []export.Format{export.BilibiliXML, export.NiconicoXML, export.JSONLines} {
		file, _ := write(t, f, export.Options{Room: "live"}, random(r, 400))
		want, _, _, err := export.Read(strings.NewReader(file), export.ReadOptions{})
		if err != nil || len(want) != 400 {
			t.Fatal(f, len(want), err)
		}
		spooled, report, err := export.Spool(strings.NewReader(file), export.ReadOptions{Most: 400}, spool(t), keepAll)
		if err != nil || report.Skipped() > 0 || spooled.Len() != 400 || spooled.Length() != want[399].Offset {
			t.Fatalf("%s: %+v, %+v, %v", f, spooled, report, err)
		}
		for n, w := range want {
			w.SentAt, w.ID, w.Status, w.Source, w.Line, w.Column = time.Time{}, "", "", "", 0, 0 // playback does not need these
			got, err := spooled.Item(n)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(w, got); d != "" {
				t.Fatalf("%s, %d (-want +got):\n%s", f, n, d)
			}
			if first := spooled.Find(w.Offset); first > n || first > 0 && want[first-1].Offset >= w.Offset {
				t.Fatalf("%s: from %v on is %d, which is not the first", f, w.Offset, first)
			}
		}
		if n := spooled.Find(spooled.Length() + 1); n != 400 {
			t.Errorf("behind the end is %d", n)
		}
	}
}

// A skipped comment still helps to find the beginning, and a changed one is played as changed.
func TestSpoolFileOfSome(t *testing.T) {
	const file = `{"text":"held","ts":"2026-11-21T20:00:00Z"}
{"text":"b","ts":"2026-11-21T20:00:03Z"}
{"text":"a","ts":"2026-11-21T20:00:02Z"}
{"text":"a year later","ts":"2027-11-21T20:00:02Z"}`
	spooled, report, err := export.Spool(strings.NewReader(file), export.ReadOptions{Most: 4}, spool(t), func(i export.Item, f export.Format) (export.Item, bool) {
		if f != export.JSONLines {
			t.Errorf("it is %s", f)
		}
		i.Text += "!"
		return i, i.Text != "held!"
	})
	if err != nil || spooled.Len() != 2 || report.Unread != 1 || report.Malformed[0].Line != 4 || report.Malformed[0].Code != "late" {
		t.Fatalf("%+v, %+v, %v", spooled, report, err)
	}
	for n, want := range []string{"a! at 2s", "b! at 3s"} {
		if i, err := spooled.Item(n); err != nil || i.Text+" at "+i.Offset.String() != want {
			t.Errorf("%d is %+v, %v", n, i, err)
		}
	}
	if _, _, err := export.Spool(strings.NewReader(file), export.ReadOptions{Most: 3}, spool(t), keepAll); err == nil || !strings.Contains(err.Error(), "more than 3 comments") {
		t.Errorf("four of three: %v", err)
	}
}

// full is a full disk.
type full struct{ io.ReaderAt }

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestSpoolFileOnAFullDisk(t *testing.T) {
	for name, file := range map[string]string{
		"at the end": bilibiliElement(1, "1", "x"), "on the way": strings.Repeat(bilibiliElement(1, "1", strings.Repeat("x", 1000)), 200),
	} {
		_, _, err := export.Spool(strings.NewReader("<i>"+file+"</i>"), export.ReadOptions{Most: 1000}, full{}, keepAll)
		if bad := (*room.Fault)(nil); !errors.Is(err, export.ErrSpool) || errors.As(err, &bad) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A spool file takes some bytes of memory for each comment's position, however large the file
// is. So does a report of many faults.
func TestSpoolFileIsSmall(t *testing.T) {
	testrace.Skip(t)
	const comments, most = 4_000, 100 // bytes for each
	for name, fragment := range map[string]string{
		"comments": bilibiliElement(1, "1", strings.Repeat("x", 400)),
		"IDs":      bilibiliElement(1, strings.Repeat("1", 400), "x"),
		"faults":   `<d p="` + strings.Repeat("x", 400) + `,1,1,1,1,1,1,1">x</d>`,
	} {
		in := io.MultiReader(strings.NewReader("<i>"), io.LimitReader(&endless{fragment: fragment}, int64(comments*len(fragment))), strings.NewReader("</i>"))
		on := spool(t)
		before := heapInUse()
		spooled, report, err := export.Spool(in, export.ReadOptions{Most: comments}, on, keepAll)
		if err != nil || spooled.Len()+report.Skipped() != comments {
			t.Fatalf("%s: %+v, %v", name, report, err)
		}
		if kept := heapInUse() - before; kept > comments*most {
			t.Errorf("%s: %d bytes are kept in memory", name, kept)
		}
		runtime.KeepAlive(spooled)
		runtime.KeepAlive(report)
	}
}

// heapInUse returns how much memory is in use.
func heapInUse() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // frees what the first run found
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
