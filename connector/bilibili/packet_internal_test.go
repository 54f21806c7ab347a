package bilibili

import (
	"bytes"
	"compress/zlib"
	"encoding/hex"
	"testing"
	"time"

	"danmaku/testrace"
)

func TestPublishedPackets(t *testing.T) {
	for want, got := range map[string][]byte{
		"0000001d0010000100000007000000017b22726f6f6d6964223a34327d": encode(opAuth, []byte(`{"roomid":42}`)),
		"000000120010000100000002000000017b7d":                       encode(opHeartbeat, []byte(`{}`)),
		"00000010001000010000000200000001":                           encode(opHeartbeat, nil),
	} {
		if hex.EncodeToString(got) != want {
			t.Errorf("got %x, want %s", got, want)
		}
	}
	for frame, want := range map[string][]packet{
		"0000001a0010000100000008000000017b22636f6465223a307d": {{opAuthAnswer, []byte(`{"code":0}`)}},
		"0000001400100001000000030000000100003039":             {{opHeartbeatAnswer, []byte{0, 0, 0x30, 0x39}}},
		"00000014001000010000000300000001000030397b7d":         {{opHeartbeatAnswer, []byte{0, 0, 0x30, 0x39, '{', '}'}}},
		"0000003100100002000000050000000078da636060906610600001561051ad949c9ba264a514a154cb805b0a008f0e06ed": {
			{opMessage, []byte(`{"cmd":"X"}`)}, {opMessage, []byte(`{"cmd":"X"}`)},
		},
		"000000140010000100000003000000010000303900000012001000000000000500000001" + "6162": { // another packet behind an answer
			{opHeartbeatAnswer, []byte{0, 0, 0x30, 0x39}}, {opMessage, []byte("ab")},
		},
		"00000016001400000000000500000001000000006162": {{opMessage, []byte("ab")}}, // a header of 20 bytes
	} {
		raw, err := hex.DecodeString(frame)
		if err != nil {
			t.Fatal(err)
		}
		got, err := decode(raw)
		if err != nil || len(got) != len(want) {
			t.Errorf("%s: %v, %v", frame, got, err)
			continue
		}
		for i := range want {
			if got[i].op != want[i].op || !bytes.Equal(got[i].body, want[i].body) {
				t.Errorf("%s: packet %d is %v", frame, i, got[i])
			}
		}
	}
}

func TestSignature(t *testing.T) {
	got := signed([]byte(`{"code":"A1B2C3D4E5F6G","app_id":1700000000001}`), "testkeyid", "testsecret",
		"00000000000000000000000000000001", time.Unix(1764300000, 0))
	want := [2]string{"Authorization", "bbdd4ee3c42a1f37473d2caa6bd4a90b96f2f92acc5f7fe61e2f41583e5291ab"}
	if got[len(got)-1] != want {
		t.Errorf("got %v, want %v", got[len(got)-1], want)
	}
	if got[1][1] != "1cd75324cbd54cb4a0ec431738b218ab" {
		t.Errorf("md5 is %s", got[1][1])
	}
}

func TestMalformedPackets(t *testing.T) {
	testrace.Skip(t)
	bomb := func(n int) []byte {
		var b bytes.Buffer
		w := zlib.NewWriter(&b)
		zeros := make([]byte, 1<<20)
		for range n {
			if _, err := w.Write(zeros); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		out := encode(opMessage, b.Bytes())
		out[7] = zlibbed
		return out
	}
	nested := encode(opMessage, []byte("{}"))
	for range maxNesting + 1 {
		var b bytes.Buffer
		w := zlib.NewWriter(&b)
		_, _ = w.Write(nested)
		_ = w.Close()
		nested = encode(opMessage, b.Bytes())
		nested[7] = zlibbed
	}
	small := bomb(9) // each within the bound, but together beyond it
	for name, frame := range map[string][]byte{
		"bombs":          append(bytes.Clone(small), small...),
		"short":          {0, 0, 0, 16},
		"beyond":         encode(opMessage, []byte("ab"))[:17],
		"header of 8":    append([]byte{0, 0, 0, 16, 0, 8}, make([]byte, 10)...),
		"total of 0":     make([]byte, 16),
		"no zlib":        {0, 0, 0, 18, 0, 16, 0, 2, 0, 0, 0, 5, 0, 0, 0, 0, 'x', 'y'},
		"bomb":           bomb(17),
		"nested":         nested,
		"many":           bytes.Repeat(encode(opMessage, nil), maxPackets+1),
		"header too big": {0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0},
	} {
		if _, err := decode(frame); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// FuzzDecode reads arbitrary frames without panicking, and within the bounds.
func FuzzDecode(f *testing.F) {
	f.Add(encode(opMessage, []byte("{}")))
	f.Add([]byte{0, 0, 0, 18, 0, 16, 0, 3, 0, 0, 0, 5, 0, 0, 0, 0, 'x', 'y'})
	f.Fuzz(func(t *testing.T, frame []byte) {
		packets, _ := decode(frame)
		if len(packets) > maxPackets+1 {
			t.Fatalf("%d packets", len(packets))
		}
	})
}
