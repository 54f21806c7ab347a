package export

import (
	"encoding/json"
	"mime"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFormats reports what a new format lacks: a field of its row, the golden file, or its
// words in a language of the console.
func TestFormats(t *testing.T) {
	locales, err := filepath.Glob("../assets/locales/console.*.json")
	if err != nil || len(locales) < 3 {
		t.Fatalf("%d languages, %v", len(locales), err)
	}
	seen := map[Format]bool{}
	for _, f := range formats {
		if kind, params, err := mime.ParseMediaType(f.mediaType); err != nil || !strings.Contains(kind, "/") || params["charset"] != "utf-8" && kind != "application/octet-stream" {
			t.Errorf("%s: the media type %q", f.name, f.mediaType)
		}
		if !strings.HasPrefix(f.suffix, ".") || f.name == "" || seen[f.name] {
			t.Errorf("%q: the suffix %q, or the name is there twice", f.name, f.suffix)
		}
		seen[f.name] = true
		if f.read == nil && f.write == nil {
			t.Errorf("%s is neither read nor written", f.name)
		}
		if f.write == nil {
			continue
		}
		if _, err := os.Stat("testdata/sample" + f.suffix); err != nil {
			t.Error(err)
		}
		for _, path := range locales {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var words map[string]any
			if err := json.Unmarshal(text, &words); err != nil {
				t.Fatal(err)
			}
			key := "format_" + strings.ReplaceAll(string(f.name), "-", "_")
			for _, k := range []string{key, key + "_help"} {
				if s, ok := words[k].(string); !ok || s == "" {
					t.Errorf("%s has no %s", path, k)
				}
			}
		}
	}
}
