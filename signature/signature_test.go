package signature_test

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"danmaku/signature"
)

// The example of the specification's reference libraries.
const (
	exampleKey  = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	exampleID   = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	exampleBody = `{"test": 2432232314}`
	exampleSum  = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
)

var exampleTime = time.Unix(1614265330, 0)

func key(t *testing.T, text string) signature.Key {
	t.Helper()
	k, err := signature.ParseKey(text)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestSignatureMatchesTheSpecification(t *testing.T) {
	h := http.Header{}
	k := key(t, exampleKey)
	k.Sign(h, exampleID, exampleTime, []byte(exampleBody))
	if got := h.Get("webhook-signature"); got != exampleSum {
		t.Errorf("signature %q, want %q", got, exampleSum)
	}
	if k.String() != exampleKey {
		t.Errorf("the key reads %s", k)
	}
}

func TestVerify(t *testing.T) {
	other := "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	for name, c := range map[string]struct {
		change func(h http.Header)
		key    string
		body   string
		now    time.Time
		want   error
	}{
		"as sent":         {},
		"a second one":    {change: func(h http.Header) { h.Set(signature.HeaderSignature, "v1,AAAA v2,x "+exampleSum) }},
		"late":            {now: exampleTime.Add(signature.Tolerance)},
		"too late":        {now: exampleTime.Add(signature.Tolerance + time.Second), want: signature.ErrTime},
		"of the future":   {now: exampleTime.Add(-signature.Tolerance - time.Second), want: signature.ErrTime},
		"another body":    {body: exampleBody + " ", want: signature.ErrSignature},
		"another key":     {key: other, want: signature.ErrSignature},
		"another id":      {change: func(h http.Header) { h.Set(signature.HeaderID, "msg_2") }, want: signature.ErrSignature},
		"another time":    {change: func(h http.Header) { h.Set(signature.HeaderTime, "1614265331") }, want: signature.ErrSignature},
		"no signature":    {change: func(h http.Header) { h.Del(signature.HeaderSignature) }, want: signature.ErrUnsigned},
		"no time":         {change: func(h http.Header) { h.Del(signature.HeaderTime) }, want: signature.ErrUnsigned},
		"no id":           {change: func(h http.Header) { h.Del(signature.HeaderID) }, want: signature.ErrUnsigned},
		"a dot in the id": {change: func(h http.Header) { h.Set(signature.HeaderID, "msg.1") }, want: signature.ErrUnsigned},
		"another scheme":  {change: func(h http.Header) { h.Set(signature.HeaderSignature, "v2"+exampleSum[2:]) }, want: signature.ErrSignature},
	} {
		h := http.Header{}
		key(t, exampleKey).Sign(h, exampleID, exampleTime, []byte(exampleBody))
		if c.change != nil {
			c.change(h)
		}
		if c.key == "" {
			c.key = exampleKey
		}
		if c.body == "" {
			c.body = exampleBody
		}
		if c.now.IsZero() {
			c.now = exampleTime
		}
		if err := key(t, c.key).Verify(h, c.now, []byte(c.body)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// Only a holder of the key can sign, and a signed message cannot be changed.
func FuzzVerify(f *testing.F) {
	f.Add(exampleID, "1614265330", exampleSum, []byte(exampleBody))
	f.Add("a.b", "-1", "v1,AAAA v2,"+exampleSum, []byte{})
	f.Add("", "9223372036854775807", " v1, ", []byte("x"))
	k, err := signature.ParseKey(exampleKey)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, id, seconds, signatures string, body []byte) {
		own := http.Header{}
		k.Sign(own, id, exampleTime, body)
		sum := own.Get(signature.HeaderSignature)
		h := http.Header{}
		h.Set(signature.HeaderID, id)
		h.Set(signature.HeaderTime, seconds)
		h.Set(signature.HeaderSignature, signatures)
		at, err := strconv.ParseInt(seconds, 10, 64)
		if k.Verify(h, exampleTime, body) == nil {
			// It is valid only for that second, so for the one that it names.
			named := http.Header{}
			k.Sign(named, id, time.Unix(at, 0), body)
			if err != nil || exampleTime.Sub(time.Unix(at, 0)).Abs() > signature.Tolerance || !strings.Contains(signatures, named.Get(signature.HeaderSignature)) {
				t.Fatalf("%q at %q with %q is taken for signed", id, seconds, signatures)
			}
		}
		err = k.Verify(own, exampleTime, body)
		if good := id != "" && !strings.Contains(id, "."); good != (err == nil) {
			t.Fatalf("a message signed as %q: %v", id, err)
		}
		own.Set(signature.HeaderSignature, signatures+" "+sum)
		if again := k.Verify(own, exampleTime, body); (again == nil) != (err == nil) {
			t.Fatalf("behind %q the signature is not found: %v", signatures, again)
		}
		if k.Verify(own, exampleTime, append(body, 0)) == nil || k[1:].Verify(own, exampleTime, body) == nil {
			t.Fatal("another body, or another key, is taken")
		}
	})
}

func TestParseKey(t *testing.T) {
	for _, bad := range []string{"", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2hvcnQ=", "whsec_%%%"} {
		if _, err := signature.ParseKey(bad); !errors.Is(err, signature.ErrKey) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, err := signature.ParseKey(exampleKey + "\n"); err != nil {
		t.Error("a key from a file has a line break behind it:", err)
	}
}
