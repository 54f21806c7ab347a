package tests

import (
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// guides are the user guides that each language has; the index of each language links to all
// of them.
var guides = map[string][]string{
	"docs":       {"first-start", "moderators", "chats", "chat-platforms", "halls", "second-screen", "faq", "comparison", "install", "security", "privacy", "glossary", "after-the-show", "chat-box", "emotes", "photo-wall", "cluster", "moderation", "exports", "replays"},
	"docs/zh-CN": {"first-start", "moderators", "chats", "halls", "faq", "comparison", "install", "security", "privacy", "glossary", "after-the-show", "chat-box", "emotes", "photo-wall", "cluster"},
	"docs/ja":    {"first-start", "moderators", "faq", "photo-wall"},
}

// guideWords is the number of English words on two screens, not counting tables and code.
const guideWords = 960

// TestGuidesOfEachLanguage reports a missing guide, one that is not in its index, or one that
// links to another language although there is a translation.
func TestGuidesOfEachLanguage(t *testing.T) {
	for folder, names := range guides {
		index := readPage(t, folder+"/README.md")
		have := map[string]bool{}
		for _, name := range names {
			have[name+".md"] = true
			page := readPage(t, folder+"/"+name+".md")
			if !strings.HasPrefix(page, "# ") {
				t.Errorf("%s/%s.md has no title", folder, name)
			}
			if words := len(proseWords(page)); folder == "docs" && words > guideWords {
				t.Errorf("%s/%s.md has %d words: two screens are enough", folder, name, words)
			}
			if !strings.Contains(index, "]("+name+".md)") {
				t.Errorf("%s/README.md does not lead to %s", folder, name)
			}
		}
		if folder == "docs" {
			continue
		}
		pages, err := filepath.Glob(filepath.FromSlash(folder + "/*.md"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range pages {
			name = filepath.ToSlash(name)
			if base := path.Base(name); base != "README.md" && !have[base] {
				t.Errorf("%s is in no list", name)
			}
			for _, m := range target.FindAllStringSubmatch(readPage(t, name), -1) {
				if link := strings.TrimPrefix(m[1], "../"); link != m[1] && have[link] {
					t.Errorf("%s leads to the English %s", name, link)
				}
			}
			if lines := strings.Count(readPage(t, name), "\n"); lines > 110 {
				t.Errorf("%s has %d lines: two screens are enough", name, lines)
			}
		}
	}
}

// proseWords are the words of a page without its code and tables, which are looked up rather
// than read.
func proseWords(page string) (out []string) {
	for line := range strings.Lines(fence.ReplaceAllString(page, "")) {
		if !strings.HasPrefix(strings.TrimSpace(line), "|") {
			out = append(out, strings.Fields(line)...)
		}
	}
	return out
}

func TestProseWords(t *testing.T) {
	page := "# Two words\n\nplain text\n\n| a table | here |\n|---|---|\n\n```\nsome code\n```\nend\n"
	if got := strings.Join(proseWords(page), " "); got != "# Two words plain text end" {
		t.Errorf("it counts %q", got)
	}
}
