package cli

import (
	"encoding/json"
	"fmt"
	"io/fs"

	"danmaku/config"
)

// pageWords returns the words of a page in a language, so that a command says the same as the
// page. It returns nil for English, whose sentences are in the code, and for a page without
// such a file.
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
