package export

import (
	"bufio"
	"fmt"
	"strings"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// Text subtitles are stacked, so a busy room would fill the picture. A comment is removed when
// the cueMost-th one after it comes, but not before it has been readable for a moment.
const (
	cueLasts = 4500 * time.Millisecond // as standing comments on the overlay
	cueLeast = time.Second
	cueMost  = 6
)

// cueWriter writes text subtitles, one for each comment.
type cueWriter struct {
	head  string
	write func(w *bufio.Writer, n int, c cue, end time.Duration) error
	n     int
	open  []cue // cues whose end is not known yet, at most cueMost
}

// cue is a comment that is not yet written.
type cue struct {
	start      time.Duration
	name, text string
	top        bool
}

func newSRTWriter(Options, *Summary) encoder { return &cueWriter{write: writeSRT} }

func newVTTWriter(Options, *Summary) encoder { return &cueWriter{head: "WEBVTT\n\n", write: writeVTT} }

func (c *cueWriter) begin(w *bufio.Writer) error {
	_, err := w.WriteString(c.head)
	return err
}

func (c *cueWriter) add(w *bufio.Writer, row room.Row, offset time.Duration) error {
	offset = offset.Truncate(time.Millisecond)
	text := strings.TrimSpace(row.Text)
	if text == "" {
		return nil // an empty line would end the cue
	}
	for len(c.open) > 0 && (len(c.open) == cueMost || c.open[0].start+cueLasts <= offset) {
		if err := c.close(w, offset); err != nil {
			return err
		}
	}
	c.open = append(c.open, cue{offset, strings.TrimSpace(row.Name), text, row.Mode == comment.Top})
	return nil
}

func (c *cueWriter) end(w *bufio.Writer) error {
	for len(c.open) > 0 {
		if err := c.close(w, c.open[0].start+cueLasts); err != nil {
			return err
		}
	}
	return nil
}

// close writes the oldest cue, which is to disappear by a time.
func (c *cueWriter) close(w *bufio.Writer, by time.Duration) error {
	oldest := c.open[0]
	c.open = append(c.open[:0], c.open[1:]...)
	c.n++
	return c.write(w, c.n, oldest, min(max(by, oldest.start+cueLeast), oldest.start+cueLasts))
}

// writeSRT writes SubRip. It cannot escape what looks like a tag, and players know different
// tags, so the characters of tags become their full-width twins. We write no tags either:
// editors and video platforms show them as text.
func writeSRT(w *bufio.Writer, n int, c cue, end time.Duration) error {
	text := c.text
	if c.name != "" {
		text = c.name + ": " + text
	}
	_, err := fmt.Fprintf(w, "%d\n%s --> %s\n%s\n\n", n, cueTime(c.start, ","), cueTime(end, ","), srtNeutral.Replace(text))
	return err
}

var srtNeutral = strings.NewReplacer("<", "＜", ">", "＞", "{", "｛", "}", "｝", `\`, "＼", "\u2028", " ", "\u2029", " ")

// writeVTT writes WebVTT (www.w3.org/TR/webvtt1), with the author as its voice.
func writeVTT(w *bufio.Writer, n int, c cue, end time.Duration) error {
	settings, text := "", textEscapes.Replace(c.text)
	if c.top {
		settings = " line:0"
	}
	if c.name != "" {
		text = "<v " + textEscapes.Replace(c.name) + ">" + text + "</v>"
	}
	_, err := fmt.Fprintf(w, "%d\n%s --> %s%s\n%s\n\n", n, cueTime(c.start, "."), cueTime(end, "."), settings, text)
	return err
}

// cueTime formats HH:MM:SS, the sign, and milliseconds.
func cueTime(d time.Duration, sign string) string {
	ms := d.Milliseconds()
	return fmt.Sprintf("%02d:%02d:%02d%s%03d", ms/3_600_000, ms/60_000%60, ms/1000%60, sign, ms%1000)
}
