package export

import (
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"danmaku/comment"
)

// ReadNiconico reads the XML of niconico (<packet> with one <chat> for each
// comment), ordered by vpos, then no. vpos counts hundredths of a second; one
// below zero, from before the recording, becomes zero. mail holds commands, of
// which place (ue, shita, naka), size (big, medium, small) and colour (a name or
// #RRGGBB) are heeded, the first of each kind. Comments that were deleted and
// what the broadcaster tells the player (premium 2 and 3, text with a leading
// slash) are counted in the report. Faults are told as [ReadBilibili] does.
//
// There is no published specification; this is what the files that tools save
// have in common, and what niconico's help says of commands
// (qa.nicovideo.jp/faq/show/271).
func ReadNiconico(r io.Reader) ([]Item, Report, error) {
	return readAs(NiconicoXML, buffered(r), mostComments)
}

var niconico = xmlDialect{root: "packet", item: "chat", read: readChat}

func readChat(attr func(string) string, text string, report *Report) (Item, bool, *comment.Fault) {
	switch premium := attr("premium"); {
	case attr("deleted") != "" && attr("deleted") != "0":
		report.Deleted++
		return Item{}, false, nil
	case (premium == "2" || premium == "3") && strings.HasPrefix(text, "/"):
		report.Commands++
		return Item{}, false, nil
	}
	vpos, err := strconv.ParseInt(strings.TrimSpace(attr("vpos")), 10, 64)
	if err != nil || vpos > int64(maxOffset/(10*time.Millisecond)) {
		return Item{}, false, flaw(comment.Fault{Code: faultVpos, Word: attr("vpos")})
	}
	item := Item{
		Offset: time.Duration(max(vpos, 0)) * 10 * time.Millisecond, Mode: comment.Scroll, Size: comment.Medium,
		Color: comment.White, Sender: attr("user_id"), ID: attr("no"),
	}
	var bad *comment.Fault
	if item.SentAt, bad = chatDate(attr("date"), attr("date_usec")); bad != nil {
		return Item{}, false, bad
	}
	readMail(&item, attr("mail"))
	return item, true, nil
}

// chatDate is when a comment was sent; files may leave it out.
func chatDate(date, usec string) (time.Time, *comment.Fault) {
	if date == "" || date == "0" {
		return time.Time{}, nil
	}
	s, err := strconv.ParseInt(date, 10, 64)
	if err != nil || s < 0 || s > 1<<40 {
		return time.Time{}, flaw(comment.Fault{Code: faultDate, Word: date})
	}
	us, err := strconv.ParseInt(or(usec, "0"), 10, 64)
	if err != nil || us < 0 || us > 999_999 {
		return time.Time{}, flaw(comment.Fault{Code: faultUsec, Word: usec})
	}
	return time.Unix(s, us*1000).UTC(), nil
}

var hexColor = regexp.MustCompile(`^#[0-9a-f]{6}$`)

// readMail takes the style from the commands of a comment.
func readMail(item *Item, mail string) {
	place, size, color := false, false, false
	for _, word := range strings.Fields(strings.ToLower(mail)) {
		if name := niconicoNames[word]; name != "" {
			word = name
		}
		named := niconicoColors[word]
		if hexColor.MatchString(word) {
			named = word
		}
		switch {
		case named != "" && !color:
			item.Color, color = named, true
		case (word == "ue" || word == "shita" || word == "naka") && !place:
			place = true
			item.Mode = map[string]comment.Mode{"ue": comment.Top, "shita": comment.Bottom, "naka": comment.Scroll}[word]
		case (word == "big" || word == "medium" || word == "small") && !size:
			item.Size, size = comment.Size(word), true
		}
	}
}
