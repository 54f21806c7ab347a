package tests

import (
	"net/http"
	"testing"
)

// Every page renders for each of its users: this finds a template that names a field
// missing from its data before a user does.
func TestEveryPageRenders(t *testing.T) {
	p := start(t, t.TempDir())
	owner := p.moderator()
	for _, path := range []string{
		"/r/live", "/overlay/live", "/chat/live", "/console/live", "/dock/live", "/welcome/live", "/builder/live", "/poster/live", "/screen/live", "/overlay-loader/live",
	} {
		for _, lang := range []string{"en", "zh-CN", "ja", "zh-TW", "ko", "es"} {
			if status, _ := owner.do("GET", path+"?lang="+lang, nil, nil); status != http.StatusOK {
				t.Errorf("%s in %s: %d", path, lang, status)
			}
		}
	}
}
