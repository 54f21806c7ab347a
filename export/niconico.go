package export

import (
	"strings"
	"time"

	"danmaku/comment"
)

// niconico is the XML of niconico: <packet> with one <chat> for each comment. vpos counts
// hundredths of a second; one below zero, from before the recording, becomes zero. mail holds
// commands, of which the first place (ue, shita, naka), size (big, medium, small) and colour
// (a name or #RRGGBB) are used. The report counts deleted and invisible comments, and the
// commands of the broadcaster or operator to the player.
var niconico = xmlDialect{
	root: niconicoRoot,
	items: map[string]func(*reading, *xmlDocument, xmlElement) error{
		"chat": func(rd *reading, _ *xmlDocument, el xmlElement) error { return rd.chat(el.attr, el.text) },
	},
}

const niconicoRoot = "packet"

func scanNiconico(in *input, rd *reading) error { return scanXML(in, rd, niconico) }

// commanders are the values of premium whose texts with a leading slash are commands to the
// player: 2 the system, 3 the broadcaster, 6 and 7 an official show.
var commanders = map[string]bool{"2": true, "3": true, "6": true, "7": true}

// chat reads a comment of niconico by the names of its XML attributes; its JSON has the same
// names. Our export has the author's name as user.
func (rd *reading) chat(attr func(string) string, text string) error {
	mail := strings.Fields(strings.ToLower(attr("mail")))
	switch deleted := attr("deleted"); {
	case deleted != "" && deleted != "0" && deleted != "false":
		rd.report.Deleted++
		return nil
	case commanders[attr("premium")] && strings.HasPrefix(text, "/"):
		rd.report.Commands++
		return nil
	case invisible(mail):
		rd.report.Invisible++
		return nil
	}
	vpos, unit := attr("vpos"), 10*time.Millisecond
	if ms := attr("vposMs"); vpos == "" && ms != "" {
		vpos, unit = ms, time.Millisecond
	}
	at, ok := offsetOf(vpos, unit)
	item := Item{
		Offset: at, Text: text, Mode: comment.Scroll, Size: comment.Medium, Color: comment.White,
		Name: strings.TrimSpace(or(attr("name"), attr("user"))), Sender: attr("user_id"), ID: attr("no"),
	}
	if ok || vpos == "" {
		item.SentAt = rd.chatDate(attr("date"), attr("date_usec"))
	}
	// Recorders of live shows may write dates alone.
	if !ok && item.SentAt.IsZero() {
		rd.unread(*badTime(faultVpos, vpos))
		return nil
	}
	readMail(&item, mail)
	return rd.add(timed{item, ok})
}

// chatDate returns when a comment was sent.
func (rd *reading) chatDate(date, usec string) time.Time {
	at := rd.sentAt(date)
	if at.IsZero() || usec == "" || strings.ContainsAny(date, ".:") {
		return at
	}
	us, ok := whole(usec)
	if !ok || us < 0 || us > 999_999 {
		rd.side(faultUsec, usec)
		return at
	}
	return at.Add(time.Duration(us) * time.Microsecond)
}

// invisible reports whether the commands hide a comment.
func invisible(mail []string) bool {
	for _, word := range mail {
		if word == "invisible" {
			return true
		}
	}
	return false
}

// readMail sets the style of an item from the commands of a comment.
func readMail(item *Item, mail []string) {
	place, size, color := false, false, false
	for _, word := range mail {
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
