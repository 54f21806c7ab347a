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

	"danmaku/comment"
	"danmaku/export"

	"github.com/google/go-cmp/cmp"
)

// spool is a new file for a reel.
func spool(t *testing.T) *os.File {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "reel"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func all(i export.Item, _ export.Format) (export.Item, bool) { return i, true }

// A reel plays what reading the file gives, in the same order.
func TestReelIsTheFile(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 9))
	for _, f := range []export.Format{export.BilibiliXML, export.NiconicoXML, export.JSONLines} {
		file, _ := write(t, f, export.Options{Room: "live"}, random(r, 400))
		want, _, _, err := export.Read(strings.NewReader(file))
		if err != nil || len(want) != 400 {
			t.Fatal(f, len(want), err)
		}
		reel, report, err := export.Wind(strings.NewReader(file), 400, spool(t), all)
		if err != nil || report.Skipped() > 0 || reel.Len() != 400 || reel.Length() != want[399].Offset {
			t.Fatalf("%s: %+v, %+v, %v", f, reel, report, err)
		}
		for n, w := range want {
			w.SentAt, w.ID, w.Status, w.Source, w.Line = time.Time{}, "", "", "", 0 // not needed to play it
			got, err := reel.Item(n)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(w, got); d != "" {
				t.Fatalf("%s, %d (-want +got):\n%s", f, n, d)
			}
			if first := reel.Find(w.Offset); first > n || first > 0 && want[first-1].Offset >= w.Offset {
				t.Fatalf("%s: from %v on is %d, which is not the first", f, w.Offset, first)
			}
		}
		if n := reel.Find(reel.Length() + 1); n != 400 {
			t.Errorf("behind the end is %d", n)
		}
	}
}

// What is left out still helps to find the beginning, and what is changed is
// played so.
func TestReelOfSome(t *testing.T) {
	const file = `{"text":"held","ts":"2026-11-21T20:00:00Z"}
{"text":"b","ts":"2026-11-21T20:00:03Z"}
{"text":"a","ts":"2026-11-21T20:00:02Z"}
{"text":"a year later","ts":"2027-11-21T20:00:02Z"}`
	reel, report, err := export.Wind(strings.NewReader(file), 4, spool(t), func(i export.Item, f export.Format) (export.Item, bool) {
		if f != export.JSONLines {
			t.Errorf("it is %s", f)
		}
		i.Text += "!"
		return i, i.Text != "held!"
	})
	if err != nil || reel.Len() != 2 || report.Unread != 1 || report.Malformed[0].Line != 4 || report.Malformed[0].Code != "late" {
		t.Fatalf("%+v, %+v, %v", reel, report, err)
	}
	for n, want := range []string{"a! at 2s", "b! at 3s"} {
		if i, err := reel.Item(n); err != nil || i.Text+" at "+i.Offset.String() != want {
			t.Errorf("%d is %+v, %v", n, i, err)
		}
	}
	if _, _, err := export.Wind(strings.NewReader(file), 3, spool(t), all); err == nil || !strings.Contains(err.Error(), "more than 3 comments") {
		t.Errorf("four of three: %v", err)
	}
}

// full is a disk with no room left.
type full struct{ io.ReaderAt }

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestReelOnAFullDisk(t *testing.T) {
	for name, file := range map[string]string{
		"at the end": d(1, "1", "x"), "on the way": strings.Repeat(d(1, "1", strings.Repeat("x", 1000)), 200),
	} {
		_, _, err := export.Wind(strings.NewReader("<i>"+file+"</i>"), 1000, full{}, all)
		if bad := (*comment.Fault)(nil); !errors.Is(err, export.ErrWind) || errors.As(err, &bad) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// However large a file is, a reel of it takes some bytes of memory for each
// comment: where it lies. So does a report of many faults.
func TestReelIsSmall(t *testing.T) {
	const comments, most = 4_000, 100 // bytes for each
	for name, piece := range map[string]string{
		"comments": d(1, "1", strings.Repeat("x", 400)),
		"IDs":      d(1, strings.Repeat("1", 400), "x"),
		"faults":   `<d p="` + strings.Repeat("x", 400) + `,1,1,1,1,1,1,1">x</d>`,
	} {
		in := io.MultiReader(strings.NewReader("<i>"), io.LimitReader(&endless{piece: piece}, int64(comments*len(piece))), strings.NewReader("</i>"))
		on := spool(t)
		before := held()
		reel, report, err := export.Wind(in, comments, on, all)
		if err != nil || reel.Len()+report.Skipped() != comments {
			t.Fatalf("%s: %+v, %v", name, report, err)
		}
		if kept := held() - before; kept > comments*most {
			t.Errorf("%s: %d bytes are kept in memory", name, kept)
		}
		runtime.KeepAlive(reel)
		runtime.KeepAlive(report)
	}
}

// held is how much memory is in use.
func held() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what the first one has found to be free
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
