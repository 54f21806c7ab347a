package export

import (
	"bufio"
	"fmt"
	"hash/fnv"
	"strconv"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// bilibiliWriter writes the format that [ReadBilibili] reads.
type bilibiliWriter struct{}

func newBilibiliWriter(Options, *Summary) encoder { return bilibiliWriter{} }

// The numbers of Bilibili, see [ReadBilibili].
var (
	bilibiliTypes = map[comment.Mode]int{comment.Scroll: 1, comment.Bottom: 4, comment.Top: 5, comment.Reverse: 6}
	bilibiliSizes = map[comment.Size]int{comment.Small: 18, comment.Medium: 25, comment.Big: 36}
)

// begin writes the head that readers expect. maxlimit is how many comments Bilibili keeps; it
// is larger than any file, so that no reader truncates one.
func (bilibiliWriter) begin(w *bufio.Writer) error {
	_, err := w.WriteString(xmlDeclaration + "<i>\n<chatserver>danmaku</chatserver><chatid>0</chatid><mission>0</mission>" +
		"<maxlimit>100000000</maxlimit><state>0</state><real_name>0</real_name><source>k-v</source>\n")
	return err
}

// add writes the author's name as the attribute user, like recorders of live rooms; p has no
// field for it.
func (bilibiliWriter) add(w *bufio.Writer, row room.Row, offset time.Duration) error {
	_, err := fmt.Fprintf(w, `<d p="%s,%d,%d,%d,%d,0,%s,%d"%s>%s</d>`+"\n", seconds(offset), or(bilibiliTypes[row.Mode], 1),
		or(bilibiliSizes[row.Size], 25), rgbOf(row.Color), row.At.Unix(), senderHash(row.User), int64(row.ID),
		userAttr(row.Name), escapeText(row.Text))
	return err
}

func (bilibiliWriter) end(w *bufio.Writer) error {
	_, err := w.WriteString("</i>\n")
	return err
}

// seconds formats a duration in seconds as a decimal number with milliseconds.
func seconds(d time.Duration) string {
	ms := d.Milliseconds()
	return fmt.Sprintf("%d.%03d", ms/1000, ms%1000)
}

// senderHash returns an author's hash for formats that want hexadecimal digits: FNV-1a of the
// pseudonym, 64 bits, so that no two authors of a room collide.
func senderHash(user string) string {
	h := fnv.New64a()
	h.Write([]byte(user)) // never fails, see hash.Hash
	return fmt.Sprintf("%016x", h.Sum64())
}

// rgbOf parses "#rrggbb", and returns white for anything else.
func rgbOf(color string) uint32 {
	if len(color) == 7 && color[0] == '#' {
		if n, err := strconv.ParseUint(color[1:], 16, 32); err == nil {
			return uint32(n)
		}
	}
	return 0xffffff
}

func or[T comparable](v, other T) T {
	var zero T
	if v == zero {
		return other
	}
	return v
}
