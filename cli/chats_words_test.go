package cli

import (
	"encoding/json"
	"os"
	"regexp"
	"testing"

	"danmaku/config"
	"danmaku/connector"
)

// Every fault of a chat has its sentence in three languages, the same on pages and in
// commands.
func TestChatFaultsHaveSentences(t *testing.T) {
	source, err := os.ReadFile("connector/fault.go")
	if err != nil {
		t.Fatal(err)
	}
	codes := regexp.MustCompile(`Code = "([a-z_]+)"`).FindAllSubmatch(source, -1)
	if len(codes) < 15 {
		t.Fatalf("%d codes are found", len(codes))
	}
	for _, lang := range []config.Lang{config.English, config.Chinese, config.Japanese} {
		text, err := os.ReadFile("assets/locales/console." + string(lang) + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var page map[string]any
		if err := json.Unmarshal(text, &page); err != nil {
			t.Fatal(err)
		}
		for _, code := range codes {
			sentence, known := chatFaults[connector.Code(code[1])]
			if !known {
				t.Errorf("%s has no sentence", code[1])
				continue
			}
			said := config.Faultf(sentence).In(lang)
			if page["chat_fault_"+string(code[1])] != said {
				t.Errorf("%s in %s: the page says %q, commands %q", code[1], lang, page["chat_fault_"+string(code[1])], said)
			}
		}
	}
}
