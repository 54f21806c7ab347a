package bridge

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"

	"danmaku/connector"
)

// maxHTML bounds what is read of one message, in bytes.
const maxHTML = 64 << 10

// textOf returns the text of HTML, and the pictures in it that stand for letters. Only text
// and alternative texts of pictures survive; it drops the content of scripts, styles and
// similar elements.
func textOf(s string) (text string, emotes []connector.Emote) {
	if len(s) > maxHTML {
		s = strings.ToValidUTF8(s[:maxHTML], "")
	}
	if !strings.ContainsAny(s, "<&") {
		return s, nil
	}
	var b strings.Builder
	runes := 0
	write := func(t string) {
		b.WriteString(t)
		runes += utf8.RuneCountInString(t)
	}
	z := html.NewTokenizer(strings.NewReader(s))
	hidden := 0 // number of open elements whose text is dropped
	for {
		switch z.Next() {
		case html.ErrorToken: // the end: a string has no other error
			return b.String(), emotes
		case html.TextToken:
			if hidden == 0 {
				write(string(z.Text())) // the tokenizer resolves entities
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			switch t.Data {
			case "script", "style", "template", "noscript", "iframe", "object", "svg", "math", "title", "textarea":
				if t.Type == html.StartTagToken {
					hidden++
				}
			case "br", "p", "div", "li":
				write(" ")
			case "img":
				if hidden == 0 {
					if e, ok := picture(t, runes); ok {
						emotes = append(emotes, e)
						write(e.Name)
					}
				}
			}
		case html.EndTagToken:
			t := z.Token()
			switch t.Data {
			case "script", "style", "template", "noscript", "iframe", "object", "svg", "math", "title", "textarea":
				hidden = max(0, hidden-1)
			}
		}
	}
}

// picture reads an img that stands for letters: one with an alternative text.
func picture(t html.Token, at int) (e connector.Emote, ok bool) {
	for _, a := range t.Attr {
		switch a.Key {
		case "alt":
			e.Name = strings.TrimSpace(a.Val)
		case "src":
			if strings.HasPrefix(a.Val, "https://") {
				e.URL = a.Val
			}
		}
	}
	if e.Name == "" || utf8.RuneCountInString(e.Name) > 64 || strings.ContainsAny(e.Name, "<>") {
		return e, false
	}
	e.From, e.To = at, at+utf8.RuneCountInString(e.Name)
	return e, true
}
