package cli

import (
	"encoding/json"
	"fmt"
	"io/fs"

	"danmaku/config"
)

// pageWords returns the words that a page has in a language, so that a command says the
// same as the page. English has its sentences in the code: there are none for it, and
// none where the page has no such file.
func pageWords(assets fs.FS, page string, lang config.Lang) (words map[string]any) {
	if assets == nil || lang == config.English {
		return nil
	}
	text, err := fs.ReadFile(assets, fmt.Sprintf("locales/%s.%s.json", page, lang))
	if err != nil || json.Unmarshal(text, &words) != nil {
		return nil
	}
	return words
}
