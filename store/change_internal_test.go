package store

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"danmaku/comment"
	"danmaku/room"
)

// typicalChange is a typical comment.
func typicalChange() change {
	return &eventChange{ev: room.Event{
		Room: "live", Seq: 812, At: time.UnixMilli(1_790_000_000_000).UTC(), Kind: room.KindComment, By: "",
		Comment: comment.Comment{ID: 7_204_812, At: time.UnixMilli(1_790_000_000_000).UTC(), Text: "弾幕 <comes> in from the right", User: "a1b2c3d4e5f6", Mode: comment.Scroll, Source: "live"},
		Entry:   room.Entry{Ref: "k3v9-12", Address: "f00dfeedf00dfeed"},
	}}
}

// A decoded change equals the encoded one, also from another version's envelope.
func TestChangesComeBack(t *testing.T) {
	want := []change{typicalChange(), &numberDrawn{Of: "last.act", N: 3}, typicalChange()}
	payload, err := encodeChanges(want)
	if err != nil {
		t.Fatal(err)
	}
	again := func(payload string) {
		t.Helper()
		if got, err := decodeChanges([]byte(payload)); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s\nbecomes %v, %v", payload, got, err)
		}
	}
	text := string(payload)
	again(text)
	again(strings.ReplaceAll(text, "}\n", `,"later":{"c":1}}`+"\n"))
	again(strings.ReplaceAll(text, `{"k":"number","c":{"of":"last.act","n":3}}`, ` { "c": {"of":"last.act","n":3}, "k": "number" }`))
	for _, broken := range []string{text[:len(text)-3], strings.Replace(text, "}\n", "}}\n", 1), `{"k":"number","c":{"n":"x"}}`, `{"k":`, "{}"} {
		if got, err := decodeChanges([]byte(broken)); err == nil {
			t.Errorf("%s\nbecomes %v", broken, got)
		}
	}
}

// BenchmarkChanges measures what each machine of a cluster does with a comment before it is
// written: the home encodes it, the others decode it.
func BenchmarkChanges(b *testing.B) {
	payload, err := encodeChanges([]change{typicalChange()})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("encode", func(b *testing.B) {
		b.ReportAllocs()
		list := []change{typicalChange()}
		for b.Loop() {
			if _, err := encodeChanges(list); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("decode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := decodeChanges(payload); err != nil {
				b.Fatal(err)
			}
		}
	})
}
