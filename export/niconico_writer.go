package export

import (
	"bufio"
	"fmt"
	"strings"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// niconicoWriter writes the format that [ReadNiconico] reads. The format has no reverse mode:
// such comments scroll.
type niconicoWriter struct{ no int }

func newNiconicoWriter(Options, *Summary) encoder { return &niconicoWriter{} }

// niconicoColors are the names of colours in the order that tools write; those with a 2 have a
// second name, see niconicoNames.
var niconicoColors = map[string]string{
	"red": "#ff0000", "pink": "#ff8080", "orange": "#ffc000", "yellow": "#ffff00", "green": "#00ff00",
	"cyan": "#00ffff", "blue": "#0000ff", "purple": "#c000ff", "black": "#000000", "white": comment.White,
	"white2": "#cccc99", "red2": "#cc0033", "pink2": "#ff33cc", "orange2": "#ff6600", "yellow2": "#999900",
	"green2": "#00cc66", "cyan2": "#00cccc", "blue2": "#3399ff", "purple2": "#6633cc", "black2": "#666666",
}

// niconicoNames are second names.
var niconicoNames = map[string]string{
	"niconicowhite": "white2", "truered": "red2", "passionorange": "orange2", "madyellow": "yellow2",
	"elementalgreen": "green2", "marineblue": "blue2", "nobleviolet": "purple2",
}

var niconicoColorNames = func() map[string]string {
	names := map[string]string{}
	for name, color := range niconicoColors {
		names[color] = name
	}
	return names
}()

func (n *niconicoWriter) begin(w *bufio.Writer) error {
	_, err := w.WriteString(xmlDeclaration + "<packet>\n")
	return err
}

func (n *niconicoWriter) add(w *bufio.Writer, row room.Row, offset time.Duration) error {
	n.no++
	_, err := fmt.Fprintf(w, `<chat thread="1" no="%d" vpos="%d" date="%d" date_usec="%d" mail="%s" user_id="%s" anonymity="1"%s>%s</chat>`+"\n",
		n.no, offset.Round(10*time.Millisecond).Milliseconds()/10, row.At.Unix(), row.At.Nanosecond()/1000, mail(row.Comment),
		escapeAttr(legalText(row.User)), userAttr(row.Name), escapeText(row.Text))
	return err
}

func (n *niconicoWriter) end(w *bufio.Writer) error {
	_, err := w.WriteString("</packet>\n")
	return err
}

// mail returns the style of a comment as niconico's commands. 184 marks an anonymous author.
func mail(c comment.Comment) string {
	words := []string{"184"}
	switch c.Mode {
	case comment.Top:
		words = append(words, "ue")
	case comment.Bottom:
		words = append(words, "shita")
	}
	if c.Size == comment.Big || c.Size == comment.Small {
		words = append(words, string(c.Size))
	}
	color := fmt.Sprintf("#%06x", rgbOf(c.Color))
	switch name := niconicoColorNames[color]; {
	case color == comment.White:
	case name != "":
		words = append(words, name)
	default:
		words = append(words, strings.ToUpper(color))
	}
	return strings.Join(words, " ")
}
