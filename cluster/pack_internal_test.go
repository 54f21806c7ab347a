//go:build !nocluster

package cluster

import (
	"bytes"
	"reflect"
	"testing"
)

// Decoded packs equal the encoded ones, in each form that their receiver reads; a broken
// pack, or one of an unknown form, is an error.
func TestPacksSurviveEncoding(t *testing.T) {
	commands := []command{{N: 1, MS: 12_000, Body: []byte("[a\x00")}, {N: 1 << 63, Long: "boot.c.7"}, {N: 3, MS: 1}}
	replies := []reply{{N: 1, Body: []byte("\x01{")}, {N: 1 << 63, Again: true}, {N: 3, Long: "boot.a.x"}}
	for form := range packsNow + 1 {
		data, err := encodePack(commands, form)
		if err != nil {
			t.Fatal(err)
		}
		got, err := decodePack(data, form, commandOf)
		if err != nil || !equalPacks(got, commands) {
			t.Errorf("form %d: %+v, %v", form, got, err)
		}
		if data, err = encodePack(replies, form); err != nil {
			t.Fatal(err)
		}
		answers, err := decodePack(data, form, replyOf)
		if err != nil || !equalPacks(answers, replies) {
			t.Errorf("form %d: %+v, %v", form, answers, err)
		}
		if _, err := decodePack(data, form-1, replyOf); err == nil && form > packsJSON {
			t.Errorf("form %d is read by a program that does not know it", form)
		}
		for n := range data {
			if some, err := decodePack(data[:n], form, replyOf); err == nil && len(some) >= len(replies) {
				t.Errorf("form %d: %d of %d bytes are read as %+v", form, n, len(data), some)
			}
		}
	}
	if _, err := decodePack([]byte{packsNow + 1, 0}, packsNow, replyOf); err == nil {
		t.Error("a form of the future is read")
	}
}

// equalPacks compares packs; an empty body equals none.
func equalPacks[T packed](a, b []T) bool {
	same := len(a) == len(b)
	for i := range min(len(a), len(b)) {
		n, extra, long, body := a[i].fields()
		otherN, otherExtra, otherLong, otherBody := b[i].fields()
		same = same && reflect.DeepEqual([]any{n, extra, long}, []any{otherN, otherExtra, otherLong}) && bytes.Equal(body, otherBody)
	}
	return same
}

func FuzzPack(f *testing.F) {
	for form := range packsNow + 1 {
		data, err := encodePack([]command{{N: 1, MS: 2, Long: "x", Body: []byte("abc")}, {N: 9}}, form)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := decodePack(data, packsNow, commandOf)
		if err != nil {
			return
		}
		again, err := encodePack(list, packsNow)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := decodePack(again, packsNow, commandOf); err != nil || !equalPacks(got, list) {
			t.Errorf("%+v becomes %+v, %v", list, got, err)
		}
	})
}
