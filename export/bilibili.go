package export

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"danmaku/comment"
)

// ReadBilibili reads the XML of Bilibili (<i> with one <d p="…"> for each
// comment), ordered by time, then ID. The fields of p are: seconds, type, size,
// colour as a decimal, Unix seconds, pool, sender, ID and sometimes a ninth.
// Types 1 to 3 scroll, 4 stands below, 5 above, 6 runs backwards; 7 and above
// are placed by a program and counted as [Report.Positioned]. Sizes up to 18
// are small, from 36 on big. A comment with a bad p is left out and reported.
//
// Characters that XML 1.0 forbids are dropped: real files hold them. Any other
// fault of the XML is a [*comment.Fault], and then nothing is returned. At most
// [MaxFile] bytes are read.
func ReadBilibili(r io.Reader) ([]Item, Report, error) {
	return readAs(BilibiliXML, buffered(r), mostComments)
}

var bilibili = xmlDialect{root: "i", item: "d", read: func(attr func(string) string, _ string, report *Report) (Item, bool, *comment.Fault) {
	item, positioned, bad := parseP(attr("p"))
	if positioned {
		report.Positioned++
	}
	return item, bad == nil && !positioned, bad
}}

var bilibiliModes = map[int]comment.Mode{
	1: comment.Scroll, 2: comment.Scroll, 3: comment.Scroll,
	4: comment.Bottom, 5: comment.Top, 6: comment.Reverse,
}

func parseP(attr string) (item Item, positioned bool, bad *comment.Fault) {
	not := func(code, word string) (Item, bool, *comment.Fault) {
		return Item{}, false, flaw(comment.Fault{Code: code, Word: word})
	}
	f := strings.Split(attr, ",")
	if len(f) != 8 && len(f) != 9 {
		return Item{}, false, flaw(comment.Fault{Code: faultFields, N: len(f)})
	}
	for i := range f {
		f[i] = strings.TrimSpace(f[i])
	}
	seconds, err := strconv.ParseFloat(f[0], 64)
	if err != nil || math.IsNaN(seconds) || seconds < 0 || seconds > maxOffset.Seconds() {
		return not(faultTime, f[0])
	}
	kind, err := strconv.Atoi(f[1])
	if err != nil || kind < 1 {
		return not(faultType, f[1])
	}
	if kind > 6 {
		return Item{}, true, nil
	}
	size, err := strconv.Atoi(f[2])
	if err != nil || size < 1 {
		return not(faultHeight, f[2])
	}
	color, err := strconv.ParseUint(f[3], 10, 24)
	if err != nil {
		return not(faultNumberColor, f[3])
	}
	sent, err := strconv.ParseInt(f[4], 10, 64)
	if err != nil || sent < 0 || sent > 1<<40 {
		return not(faultDate, f[4])
	}
	item = Item{
		Offset: time.Duration(math.Round(seconds*1e6)) * time.Microsecond,
		Mode:   bilibiliModes[kind], Color: fmt.Sprintf("#%06x", color), Size: comment.Medium,
		Sender: f[6], ID: f[7],
	}
	if sent > 0 {
		item.SentAt = time.Unix(sent, 0).UTC()
	}
	switch {
	case size <= 18:
		item.Size = comment.Small
	case size >= 36:
		item.Size = comment.Big
	}
	return item, false, nil
}
