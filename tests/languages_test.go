package tests

import (
	"regexp"
	"strings"
	"testing"
)

var pageLanguage = regexp.MustCompile(`<html lang="([^"]*)"`)

// TestLanguagesOfThePages checks the language of each page: the audience's pages have six, the
// pages of people who run the room three.
func TestLanguagesOfThePages(t *testing.T) {
	p := start(t, t.TempDir())
	owner := p.moderator()
	of := func(path string, header map[string]string) string {
		t.Helper()
		status, page := owner.do("GET", path, nil, header)
		m := pageLanguage.FindStringSubmatch(page)
		if m == nil {
			t.Fatalf("%s: %d without a language", path, status)
		}
		return m[1]
	}
	for accept, want := range map[string][2]string{
		"zh-TW,zh;q=0.9,en;q=0.8": {"zh-TW", "zh-CN"},
		"zh-HK":                   {"zh-TW", "zh-CN"},
		"zh-Hant-MO":              {"zh-TW", "zh-CN"},
		"zh-SG":                   {"zh-CN", "zh-CN"},
		"zh":                      {"zh-CN", "zh-CN"},
		"ko-KR,ko;q=0.9,ja;q=0.5": {"ko", "ja"},
		"es-419,es;q=0.9":         {"es", "en"},
		"es-MX":                   {"es", "en"},
		"fr-FR,es;q=0.5":          {"es", "en"},
		"pt-BR":                   {"en", "en"},
	} {
		header := map[string]string{"Accept-Language": accept}
		for _, path := range []string{"/r/live", "/r/live/privacy", "/r/nothing", "/overlay/live", "/chat/live", "/screen/live", "/poster/live"} {
			if got := of(path, header); got != want[0] {
				t.Errorf("%s for %s is %s", path, accept, got)
			}
		}
		for _, path := range []string{"/console/live", "/welcome/live", "/builder/live"} {
			if got := of(path, header); got != want[1] {
				t.Errorf("%s for %s is %s", path, accept, got)
			}
		}
	}
	if got := of("/r/live?lang=ko", map[string]string{"Accept-Language": "ja"}); got != "ko" {
		t.Errorf("?lang=ko gives %s", got)
	}
	// One cookie for all pages: if a page lacks its language, the browser's next preference
	// applies.
	chosen := map[string]string{"Cookie": "danmaku_lang=ko", "Accept-Language": "ja"}
	if got := of("/r/live", chosen); got != "ko" {
		t.Errorf("the phone forgot its language and speaks %s", got)
	}
	_, page := owner.do("GET", "/r/live", nil, nil)
	for _, name := range []string{"English", "Español", "日本語", "한국어", "简体中文", "繁體中文"} {
		if !strings.Contains(page, "<span>"+name+"</span>") {
			t.Errorf("%s cannot be chosen on the phone", name)
		}
	}
}
