package export_test

import (
	"bytes"
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/export"
	"danmaku/room"
)

// danmaku2ass reads a file as danmaku2ass does: it detects the format by the first 40
// characters and treats any other file as one without comments (ProbeCommentFormat and
// ReadComments… of github.com/m13253/danmaku2ass).
func danmaku2ass(t *testing.T, file string) (format string, texts []string) {
	t.Helper()
	const head = `<?xml version="1.0" encoding="UTF-8"?>`
	var element string
	switch {
	case strings.HasPrefix(file, head+"<p"):
		format, element = "Niconico", "chat"
	case strings.HasPrefix(file, head+"<i"):
		format, element = "Bilibili", "d"
	case strings.HasPrefix(file, head+"\n<"):
		return "MioMio", nil // its comments are elements named data
	default:
		return "", nil
	}
	dec := xml.NewDecoder(strings.NewReader(file))
	for {
		tok, err := dec.Token()
		if err != nil {
			return format, texts
		}
		if el, ok := tok.(xml.StartElement); ok && el.Name.Local == element {
			var text string
			if err := dec.DecodeElement(&text, &el); err != nil {
				t.Fatal(err)
			}
			texts = append(texts, text)
		}
	}
}

func TestDanmaku2ASSReadsOurXML(t *testing.T) {
	for format, want := range map[export.Format]string{export.BilibiliXML: "Bilibili", export.NiconicoXML: "Niconico"} {
		for name, rows := range map[string][]room.Row{"some": sampleRows()[1:], "none": nil} {
			file, sum := write(t, format, export.Options{Zero: began}, rows)
			got, texts := danmaku2ass(t, file)
			if got != want || len(texts) != sum.Written || len(texts) != len(rows) {
				t.Errorf("%s, %s: read as %q with %d comments of %d", format, name, got, len(texts), len(rows))
			}
		}
	}
}

// TestXMLEscapes checks how special XML characters are written: as a person would write them,
// and no quote in a text as a number.
func TestXMLEscapes(t *testing.T) {
	row := shownRow(1, 0, `"quoted" & 'single' <b> ]]>`, func(r *room.Row) { r.Name, r.User = `A "B" <C> & 'D'`, `u"1"` })
	nameless := shownRow(2, time.Second, "no name", nil)
	const text = `>"quoted" &amp; 'single' &lt;b&gt; ]]&gt;</`
	const user = ` user="A &quot;B&quot; &lt;C&gt; &amp; 'D'"`
	for _, f := range []export.Format{export.BilibiliXML, export.NiconicoXML} {
		file, _ := write(t, f, export.Options{Zero: began}, []room.Row{row, nameless})
		if !strings.Contains(file, text) || strings.Count(file, " user=") != 1 || !strings.Contains(file, user) || strings.Contains(file, "&#") {
			t.Errorf("%s:\n%s", f, file)
		}
	}
}

// TestByteOrderMark asks for a byte order mark in every format.
func TestByteOrderMark(t *testing.T) {
	for _, f := range export.Formats {
		with, _ := write(t, f, export.Options{Zero: began, BOM: true}, sampleRows())
		without, _ := write(t, f, export.Options{Zero: began}, sampleRows())
		mark := ""
		if f.Marked() {
			mark = "\ufeff"
		}
		if with != mark+without {
			t.Errorf("%s: with a mark it begins with %q, without with %q", f, with[:10], without[:10])
		}
	}
}

// TestSubtitlesMakeRoom writes a busy minute: at most six cues are in the picture unless they
// would flicker, in the order of their time.
func TestSubtitlesMakeRoom(t *testing.T) {
	for _, tt := range []struct {
		name        string
		apart       time.Duration
		lasts, most int // ms, at once
	}{
		{"quiet", 5 * time.Second, 4500, 1},
		{"busy", 500 * time.Millisecond, 3000, 6},
		{"flood", 10 * time.Millisecond, 1000, 100},
	} {
		var rows []room.Row
		for i := range 200 {
			rows = append(rows, shownRow(i, time.Duration(i)*tt.apart, "text", nil))
		}
		file, sum := write(t, export.SRT, export.Options{Zero: began}, rows)
		cues := cuesOf(t, file, ",")
		if len(cues) != len(rows) || sum.Written != len(rows) {
			t.Fatalf("%s: %d of %d", tt.name, len(cues), len(rows))
		}
		for i, c := range cues {
			want := time.Duration(tt.lasts) * time.Millisecond
			if i >= len(rows)-6 { // no comment comes after them
				want = max(want, c.to-c.from)
			}
			if c.from != time.Duration(i)*tt.apart || c.to-c.from != want {
				t.Errorf("%s: cue %d is from %v to %v", tt.name, i, c.from, c.to)
			}
			at := 0
			for _, other := range cues {
				if other.from <= c.from && c.from < other.to {
					at++
				}
			}
			if at > tt.most {
				t.Errorf("%s: %d cues at %v", tt.name, at, c.from)
			}
		}
	}
}

type cueRead struct {
	from, to time.Duration
	text     string
}

// cuesOf reads SRT and WebVTT as their specifications say: blocks parted by
// empty lines, the time in the line before the text.
func cuesOf(t *testing.T, file, sign string) (cues []cueRead) {
	t.Helper()
	at := func(s string) time.Duration {
		when, err := time.Parse("15:04:05.000", strings.Replace(s, sign, ".", 1))
		if err != nil {
			t.Fatal(err)
		}
		return when.Sub(when.Truncate(24 * time.Hour))
	}
	for block := range strings.SplitSeq(strings.TrimPrefix(file, "WEBVTT\n\n"), "\n\n") {
		if block == "" {
			continue
		}
		lines := strings.Split(block, "\n")
		from, to, ok := strings.Cut(lines[1], " --> ")
		if len(lines) != 3 || !ok {
			t.Fatalf("no cue: %q", block)
		}
		to, _, _ = strings.Cut(to, " ")
		cues = append(cues, cueRead{at(from), at(to), lines[2]})
	}
	return cues
}

// hostile are texts that would break a careless writer of subtitles.
func hostile() []room.Row {
	var rows []room.Row
	for i, text := range []string{
		"00:00:01,000 --> 00:00:02,000", "7", "WEBVTT", "NOTE hidden", "STYLE", "<v Bob>hi</v>", "<font color=red>x</font>", "{\\an8}top", "a --> b",
		"&lt;escaped&gt; &amp; more", "line\nbreak", "sep\u2028arated", "trailing \\", "- dash", "🎉🎉🎉",
	} {
		rows = append(rows, shownRow(i, time.Duration(i)*time.Second, text, func(r *room.Row) {
			if i%3 == 0 {
				r.Name = "A & <B> --> C"
			}
		}))
	}
	return rows
}

func TestSubtitlesOfHostileTexts(t *testing.T) {
	for f, sign := range map[export.Format]string{export.SRT: ",", export.WebVTT: "."} {
		rows := hostile()
		file, _ := write(t, f, export.Options{Zero: began}, rows)
		cues := cuesOf(t, file, sign)
		if len(cues) != len(rows) {
			t.Fatalf("%s: %d of %d", f, len(cues), len(rows))
		}
		for i, c := range cues {
			if c.from != time.Duration(i)*time.Second || strings.Contains(c.text, "-->") {
				t.Errorf("%s: cue %d is %+v", f, i, c)
			}
		}
	}
}

// TestFFmpegReadsSubtitles has ffmpeg, if it is installed, read the written files: as many
// events as comments, and none ends before it begins.
func TestFFmpegReadsSubtitles(t *testing.T) {
	program, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("ffmpeg is not installed")
	}
	rows := append(hostile(), shownRow(99, time.Minute, "{\\p1}m 0 0 l 9 9{\\p0}", func(r *room.Row) { r.Mode = comment.Top }))
	for _, f := range []export.Format{export.ASS, export.SRT, export.WebVTT} {
		for _, bom := range []bool{false, true} {
			file, sum := write(t, f, export.Options{Zero: began, BOM: bom}, rows)
			path := filepath.Join(t.TempDir(), "comments"+f.Suffix())
			if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
				t.Fatal(err)
			}
			var out, errs bytes.Buffer
			cmd := exec.Command(program, "-v", "warning", "-i", path, "-f", "ass", "-")
			cmd.Stdout, cmd.Stderr = &out, &errs
			if err := cmd.Run(); err != nil || errs.Len() > 0 {
				t.Fatalf("%s: %v %s", f, err, &errs)
			}
			n := 0
			for line := range strings.Lines(out.String()) {
				if rest, ok := strings.CutPrefix(line, "Dialogue: "); ok {
					n++
					fields := strings.SplitN(rest, ",", 10)
					if clock(t, fields[1]) >= clock(t, fields[2]) {
						t.Errorf("%s: %s", f, line)
					}
				}
			}
			if n != sum.Written || n != len(rows) {
				t.Errorf("%s: ffmpeg reads %d of %d comments", f, n, len(rows))
			}
			if !strings.Contains(out.String(), "🎉") || !strings.Contains(out.String(), "m 0 0") {
				t.Errorf("%s: ffmpeg reads\n%s", f, &out)
			}
		}
	}
}
