package export_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"danmaku/export"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/google/go-cmp/cmp"
)

// protobufElement is an element of seg.so with a text and numbers.
func protobufElement(text string, numbers map[protowire.Number]uint64) []byte {
	var e []byte
	for _, n := range []protowire.Number{1, 2, 3, 4, 5, 8, 9, 11, 13, 25, 26} {
		if v, ok := numbers[n]; ok {
			e = protowire.AppendVarint(protowire.AppendTag(e, n, protowire.VarintType), v)
		}
	}
	e = protowire.AppendString(protowire.AppendTag(e, 6, protowire.BytesType), "hash")
	e = protowire.AppendString(protowire.AppendTag(e, 7, protowire.BytesType), text)
	return protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), e)
}

func TestSegments(t *testing.T) {
	numbers := func(ms uint64) map[protowire.Number]uint64 {
		return map[protowire.Number]uint64{1: 77, 2: ms, 3: 1, 4: 25, 5: 0xffffff, 8: 1700000000, 9: 10, 13: 1 << 20, 25: 1, 26: 1 << 40}
	}
	one, two := protobufElement("one", numbers(1000)), protobufElement("two", numbers(2000))
	const first, second = "1s scroll medium #ffffff |one", "2s scroll medium #ffffff |two"
	other := protowire.AppendVarint(protowire.AppendTag(nil, 2, protowire.VarintType), 1)
	other = protowire.AppendBytes(protowire.AppendTag(other, 5, protowire.BytesType), []byte("gradient"))
	bad := protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), []byte("\x3a\x05\xff\xff\xff\xff\xff"))
	torn := protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), []byte("\x3a\x7fx"))
	for name, row := range map[string]struct {
		file    []byte
		items   []string
		account []string
	}{
		"joined":       {concat(one, two), []string{first, second}, nil},
		"other fields": {concat(one, other, two, other), []string{first, second}, nil},
		"cut off":      {concat(one, two[:len(two)-3]), []string{first}, []string{"2:1 cut_off"}},
		"one is torn":  {concat(one, torn, two), []string{first, second}, []string{"2:1 elem"}},
		"not UTF-8":    {concat(one, bad, two), []string{first, second}, []string{"2:1 not_utf8"}},
		"defaults": {concat(protobufElement("zeros", map[protowire.Number]uint64{8: 1, 2: 0}), protobufElement("code", map[protowire.Number]uint64{3: 8, 2: 5})),
			[]string{"0s scroll medium #000000 |zeros"}, []string{"positioned 1"}},
		"far away": {concat(one, protobufElement("x", numbers(1<<40))), []string{first}, []string{"2:1 late"}},
	} {
		items, report, format, err := export.Read(bytes.NewReader(row.file), export.ReadOptions{})
		if err != nil || format != export.BilibiliProto {
			t.Errorf("%s: %s, %v", name, format, err)
		}
		if d := cmp.Diff(row.items, summarize(items)) + cmp.Diff(row.account, describeReport(report)); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
	// A damaged place costs its comment, not those behind it.
	var many [][]byte
	var texts []string
	for n := range 3_000 {
		many = append(many, protobufElement(fmt.Sprintf("text %d", n), numbers(uint64(n))))
		texts = append(texts, fmt.Sprintf("text %d", n))
	}
	whole := concat(many...)
	from := len(concat(many[:1_000]...))
	for name, damage := range map[string]func(b []byte) []byte{
		"a longer comment":       func(b []byte) []byte { b[from+1] |= 0x40; return b },
		"a far longer comment":   func(b []byte) []byte { b[from+1] |= 0x80; return b },
		"a comment without end":  func(b []byte) []byte { return append(append(b[:from:from], "\x0a\xff\xff\xff\x7f"...), b[from+1:]...) },
		"a shorter comment":      func(b []byte) []byte { b[from+1] = 3; return b },
		"a byte more":            func(b []byte) []byte { return append(append(b[:from+9:from+9], 'x'), b[from+9:]...) },
		"a byte less":            func(b []byte) []byte { return append(b[:from+9:from+9], b[from+10:]...) },
		"zeros":                  func(b []byte) []byte { clear(b[from : from+20]); return b },
		"many zeros":             func(b []byte) []byte { return append(append(b[:from:from], make([]byte, 200_000)...), b[from:]...) },
		"a longer comment, long": func(b []byte) []byte { return append(append(b[:from:from], "\x0a\xff\xff\x07"...), b[from:]...) },
	} {
		file := damage(bytes.Clone(whole))
		items, report, err := read(bytes.NewReader(file))
		if err != nil || len(items) < 2_999 || report.Unread != 1 || report.Malformed[0].Code != "elem" || report.Malformed[0].Line != 1_001 || len(report.Notes) > 0 || items[len(items)-1].Text != texts[2_999] {
			t.Errorf("%s: %d items, %+v, %v", name, len(items), report, err)
		}
		if _, _, err := readStrictly(bytes.NewReader(file)); err == nil || !strings.Contains(err.Error(), "damaged here") {
			t.Errorf("strictly, %s: %v", name, err)
		}
	}
	for name, head := range map[string]string{"another first byte": "\xff", "another field first": string(other[:2])} {
		items, _, err := read(strings.NewReader(head + string(whole)))
		if err != nil || len(items) != 3_000 {
			t.Errorf("%s: %d items, %v", name, len(items), err)
		}
	}
	// The file ends within a long text.
	long := protobufElement(strings.Repeat("x", 100_000), numbers(2000))
	checkRead(t, string(concat(one, long[:90_000])), readAs{export.BilibiliProto, []string{first}, []string{"2:1 cut_off"}})
	// Zeros at the end are no damage.
	checkRead(t, string(concat(one, two, make([]byte, 100_000))), readAs{export.BilibiliProto, []string{first, second}, nil})
	if _, _, err := readStrictly(bytes.NewReader(concat(one, make([]byte, 9)))); err != nil {
		t.Errorf("strictly, zeros at the end: %v", err)
	}
	if _, _, err := readStrictly(bytes.NewReader(concat(one, two[:9]))); err == nil || !strings.Contains(err.Error(), "ends within a comment") {
		t.Errorf("strictly, cut off: %v", err)
	}
}

func concat(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
