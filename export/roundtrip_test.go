package export_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/export"
	"danmaku/room"
	"danmaku/testrace"

	"github.com/google/go-cmp/cmp"
)

// random generates rows of every style with texts as the log stores them.
func random(r *rand.Rand, n int) []room.Row {
	alphabet := []rune("abc <>&\"'=+-@{}\\,;/nN弹幕コメントहिन्दी👩‍👩‍👧🏴é\u3000]#!x0شكرا")
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	var rows []room.Row
	offset := time.Duration(0)
	for len(rows) < n {
		text := make([]rune, 1+r.IntN(30))
		for i := range text {
			text[i] = alphabet[r.IntN(len(alphabet))]
		}
		d, err := comment.Draft{
			Text: string(text), Name: pick("", "", "Ann", "=cmd", "名前"), Mode: comment.Modes[r.IntN(4)], Size: comment.Sizes[r.IntN(3)],
			Color: pick(comment.White, "#ff0000", "#000000", fmt.Sprintf("#%06x", r.IntN(1<<24))),
		}.Normalize(room.New("live").Limits())
		if err != nil {
			continue
		}
		offset += time.Duration(r.IntN(900)) * time.Millisecond
		if r.IntN(40) == 0 {
			offset += time.Duration(r.IntN(10_000)) * time.Second // a break of hours
		}
		rows = append(rows, shownRow(len(rows)+1, offset, d.Text, func(row *room.Row) {
			row.Name, row.Mode, row.Size, row.Color = d.Name, d.Mode, d.Size, d.Color
			row.Source = []comment.Source{comment.FromAudience, comment.FromAPI, comment.FromReplay}[r.IntN(3)]
			row.Status = []comment.Status{comment.Shown, comment.Held, comment.Refused, comment.Removed}[r.IntN(4)]
		}))
	}
	return rows
}

// TestRoundTrip writes random comments and reads them back: nothing that the format can
// represent is lost.
func TestRoundTrip(t *testing.T) {
	testrace.Skip(t)
	holds := map[export.Format]func(item export.Item, row room.Row) (got, want export.Item){
		export.JSONLines: func(it export.Item, r room.Row) (export.Item, export.Item) {
			return it, export.Item{Offset: r.At.Sub(began), Text: r.Text, Mode: r.Mode, Color: r.Color, Size: r.Size, Name: r.Name,
				Sender: r.User, SentAt: r.At, ID: r.ID.String(), Status: r.Status, Source: r.Source, Line: it.Line, Column: 1}
		},
		export.CSV: func(it export.Item, r room.Row) (export.Item, export.Item) {
			return it, export.Item{Offset: r.At.Sub(began), Text: r.Text, Mode: r.Mode, Color: r.Color, Size: r.Size, Name: r.Name,
				Sender: r.User, SentAt: r.At, ID: r.ID.String(), Status: r.Status, Source: r.Source, Line: it.Line, Column: 1}
		},
		export.BilibiliXML: func(it export.Item, r room.Row) (export.Item, export.Item) {
			return it, export.Item{Offset: r.At.Sub(began), Text: r.Text, Mode: r.Mode, Color: r.Color, Size: r.Size, Name: r.Name,
				Sender: it.Sender, SentAt: r.At.Truncate(time.Second), ID: fmt.Sprint(int64(r.ID)), Line: it.Line, Column: it.Column}
		},
		export.NiconicoXML: func(it export.Item, r room.Row) (export.Item, export.Item) {
			if r.Mode == comment.Reverse {
				r.Mode = comment.Scroll // the format has no reverse mode
			}
			return it, export.Item{Offset: r.At.Sub(began).Round(10 * time.Millisecond), Text: r.Text, Mode: r.Mode, Color: r.Color, Size: r.Size, Name: r.Name,
				Sender: r.User, SentAt: r.At, ID: fmt.Sprint(r.Seq), Line: it.Line, Column: it.Column}
		},
	}
	for f, pair := range holds {
		for seed := range uint64(30) {
			rows := random(rand.New(rand.NewPCG(seed, 1)), 100)
			file, _ := write(t, f, export.Options{Room: "live", Zero: began}, rows)
			items, report, format, err := export.Read(strings.NewReader(file), export.ReadOptions{})
			if err != nil || format != f || report.Skipped() > 0 || len(items) != len(rows) {
				t.Fatalf("%s, seed %d: read as %s, %d items, report %+v, error %v", f, seed, format, len(items), report, err)
			}
			senders := map[string]string{}
			for i, it := range items {
				got, want := pair(it, rows[i])
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("%s, seed %d, comment %d:\n%s", f, seed, i, diff)
				}
				if was, ok := senders[rows[i].User]; ok && was != it.Sender || it.Sender == "" {
					t.Fatalf("%s: %s is %q and %q", f, rows[i].User, was, it.Sender)
				}
				senders[rows[i].User] = it.Sender
			}
		}
	}
}

// Comments from before the beginning keep their distances where the format can represent them:
// the reader begins with the earliest.
func TestRoundTripFromBeforeTheBeginning(t *testing.T) {
	rows := random(rand.New(rand.NewPCG(9, 9)), 100)
	file, _ := write(t, export.JSONLines, export.Options{Room: "live", Zero: rows[50].At}, rows)
	items, report, err := read(strings.NewReader(file))
	if err != nil || report.Skipped() > 0 || len(items) != len(rows) {
		t.Fatalf("%d items, report %+v, error %v", len(items), report, err)
	}
	for i, it := range items {
		if want := rows[i].At.Sub(rows[0].At); it.Offset != want || it.Text != rows[i].Text {
			t.Errorf("comment %d is %q at %v, want %q at %v", i, it.Text, it.Offset, rows[i].Text, want)
		}
	}
}

// TestSoundXML reads the written files with a strict parser, whatever the text.
func TestSoundXML(t *testing.T) {
	testrace.Skip(t)
	var rows []room.Row
	for r := rune(0); r < 0x3000; r++ {
		rows = append(rows, shownRow(int(r), time.Second, "a"+string(r)+"b\xff", func(row *room.Row) { row.User = "u" + string(r) }))
	}
	for _, f := range []export.Format{export.BilibiliXML, export.NiconicoXML} {
		file, _ := write(t, f, export.Options{}, rows)
		dec := xml.NewDecoder(strings.NewReader(file))
		for {
			if _, err := dec.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", f, err)
			}
		}
		if strings.Contains(file, "&#x1;") || strings.Contains(file, "\uFFFD") {
			t.Errorf("%s contains characters that XML forbids, or a replacement for them", f)
		}
	}
}

// What was read from a file of any program comes back from an export in any format that can be
// read, with its text, time, style and author's name.
func TestImportsComeBackFromExports(t *testing.T) {
	files, err := filepath.Glob("testdata/imports/*")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		items, _, err := read(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if len(items) == 0 {
			continue // as JSON Lines, an empty file
		}
		var rows []room.Row
		for n, it := range items {
			rows = append(rows, shownRow(n+1, it.Offset, it.Text, func(row *room.Row) {
				row.Name, row.Mode, row.Size, row.Color = it.Name, it.Mode, it.Size, it.Color
			}))
		}
		for _, f := range []export.Format{export.BilibiliXML, export.NiconicoXML, export.JSONLines, export.CSV} {
			file, _ := write(t, f, export.Options{Room: "live", Zero: began}, rows)
			again, report, err := read(strings.NewReader(file))
			if err != nil || report.Skipped() > 0 {
				t.Errorf("%s as %s: %+v, %v", name, f, report, err)
			}
			unit := time.Millisecond
			if f == export.NiconicoXML {
				unit *= 10
			}
			want := slices.Clone(items)
			for i := range want {
				want[i].Offset = want[i].Offset.Round(unit)
			}
			if d := cmp.Diff(summarize(want), summarize(again)); d != "" {
				t.Errorf("%s as %s (-want +got):\n%s", name, f, d)
			}
		}
	}
}
