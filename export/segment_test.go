package export_test

import (
	"bytes"
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
	if _, _, err := readStrictly(bytes.NewReader(concat(one, two[:9]))); err == nil || !strings.Contains(err.Error(), "ends within a comment") {
		t.Errorf("strictly, cut off: %v", err)
	}
}

func concat(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
