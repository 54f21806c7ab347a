package export

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"
)

// FuzzSplitJSON compares the parts of an object or a list with those of package encoding/json.
func FuzzSplitJSON(f *testing.F) {
	for _, s := range []string{
		`{}`, `[]`, ` { "a" : 1 , "b":[1,{"c":"}"}], "a":null, "\u0041":"x\"y\\" } `, `[ [1,2] , "a,b" , {"x":":"}, null ]`, `"a"`, `{"":""}`, `{"a":{"a":[":",","]}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if !json.Valid(text) || !utf8.Valid(text) {
			t.Skip("only valid JSON has parts to compare")
		}
		got := splitJSON(text, false)
		var fields map[string]json.RawMessage
		if json.Unmarshal(text, &fields) == nil && fields != nil {
			if !got.object {
				t.Fatalf("%q is an object", text)
			}
			for name, want := range fields {
				if v := got.raw(name); !bytes.Equal(v, want) {
					t.Fatalf("%q is %q, want %q", name, v, want)
				}
			}
			for _, f := range got.fields {
				if _, ok := fields[f.name]; !ok {
					t.Fatalf("there is no %q", f.name)
				}
			}
		}
		var list []json.RawMessage
		if json.Unmarshal(text, &list) == nil {
			if len(list) != len(got.list) {
				t.Fatalf("%d elements, want %d", len(got.list), len(list))
			}
			for i, want := range list {
				if !bytes.Equal(got.list[i], want) {
					t.Fatalf("%d is %q, want %q", i, got.list[i], want)
				}
			}
		}
	})
}
