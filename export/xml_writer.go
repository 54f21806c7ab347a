package export

import "strings"

// xmlDeclaration begins a file, and the root follows on the same line: danmaku2ass detects
// formats by the first 40 characters and allows no line break in them (ProbeCommentFormat of
// github.com/m13253/danmaku2ass).
const xmlDeclaration = `<?xml version="1.0" encoding="UTF-8"?>`

// escapeText and escapeAttr escape a text between tags and in an attribute. A quote stays
// literal where it may, because many tools read our files with patterns and know only the
// usual character references.
func escapeText(s string) string { return textEscapes.Replace(s) }

func escapeAttr(s string) string { return attrEscapes.Replace(s) }

var (
	textEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	attrEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")
)

// userAttr returns the attribute with an author's name, or "" without a name.
func userAttr(name string) string {
	if name == "" {
		return ""
	}
	return ` user="` + escapeAttr(name) + `"`
}
