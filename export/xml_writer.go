package export

import "strings"

// xmlDeclaration begins a file, and the root follows on the same line:
// danmaku2ass tells formats by the 40 first characters, in which it allows no
// line break (ProbeCommentFormat of github.com/m13253/danmaku2ass).
const xmlDeclaration = `<?xml version="1.0" encoding="UTF-8"?>`

// escapeText and escapeAttr write a text between tags and in an attribute. A
// quote stands for itself where it may, since many tools read our files with
// patterns and know no character references but the usual ones.
func escapeText(s string) string { return textEscapes.Replace(s) }

func escapeAttr(s string) string { return attrEscapes.Replace(s) }

var (
	textEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	attrEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")
)

// userAttr is the attribute with an author's name, and nothing for one without.
func userAttr(name string) string {
	if name == "" {
		return ""
	}
	return ` user="` + escapeAttr(name) + `"`
}
