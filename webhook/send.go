package webhook

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"

	"danmaku/room"
	"danmaku/signature"
)

// Bounds of a request.
const (
	sendWithin  = 10 * time.Second
	dialWithin  = 5 * time.Second
	answerMost  = 64 << 10  // bytes of an answer that are read and discarded
	longestWait = time.Hour // the longest wait that a receiver may request
	redirects   = 3
)

// message is the body of a request, and its ID.
type message struct {
	id     string
	body   []byte
	events int
	test   bool
}

// body is the JSON of a message: the wire's frame, with its room.
type body struct {
	Type     string            `json:"type"`
	Room     string            `json:"room"`
	Position string            `json:"position,omitempty"`
	Events   []json.RawMessage `json:"events"`
}

// eventsMessage makes a message with events. Its ID names the part of the log that it
// covers, so that a receiver recognizes a repetition.
func eventsMessage(w room.Webhook, after int64, upTo room.Position, events [][]byte, early bool) message {
	b := body{Type: "events", Room: w.Room, Position: upTo.String(), Events: make([]json.RawMessage, len(events))}
	for i, e := range events {
		b.Events[i] = e
	}
	id := fmt.Sprintf("%s_%s_%d-%d", w.ID, upTo.Epoch, after, upTo.Seq)
	if early {
		b.Position = ""
		id = w.ID + "_early_" + strings.ToLower(rand.Text())
	}
	return message{id: id, body: encode(b), events: len(events)}
}

// testMessage makes the message of the test button.
func testMessage(w room.Webhook, now time.Time) message {
	event := fmt.Appendf(nil, `{"type":"test","at":%d,"text":"A test of danmaku"}`, now.UnixMilli())
	return message{id: w.ID + "_test_" + strings.ToLower(rand.Text()), body: encode(body{Type: "events", Room: w.Room, Events: []json.RawMessage{event}}), events: 1, test: true}
}

func encode(b body) []byte {
	out, err := json.Marshal(b)
	if err != nil {
		panic("webhook: encode " + err.Error()) // they are our own types
	}
	return out
}

// outcome is a delivery, and the wait that the receiver asks for.
type outcome struct {
	room.Delivery
	wait time.Duration
}

// send sends a message once.
func (r *Runner) send(ctx context.Context, w room.Webhook, m message) outcome {
	began := r.opt.Now()
	out := outcome{Delivery: room.Delivery{At: began, Events: m.events, Test: m.test}}
	status, wait, err := r.post(ctx, w, m)
	out.Took, out.Status, out.wait = r.opt.Now().Sub(began), status, wait
	if err != nil {
		out.Fault, out.Detail = faultOf(err)
	}
	return out
}

// errStatus is an unsuccessful HTTP status.
type errStatus int

func (e errStatus) Error() string { return http.StatusText(int(e)) }

// Faults outside the network.
var (
	errNoKey    = errors.New("its address cannot be opened: it was sealed with another secret.key")
	errRedirect = errors.New("it redirects to where it may not lead")
)

// post sends a message and returns the status of the answer.
func (r *Runner) post(ctx context.Context, w room.Webhook, m message) (status int, wait time.Duration, err error) {
	if w.URL == "" || len(w.Key) == 0 {
		return 0, 0, errNoKey
	}
	ctx, cancel := context.WithTimeout(ctx, sendWithin)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(m.body))
	if err != nil {
		return 0, 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", r.opt.Agent)
	sign(req.Header, w, m, r.opt.Now())
	client := r.open
	if w.Local {
		client = r.local
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, 0, err
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, answerMost)) // so that the connection can be reused
	if resp.StatusCode/100 == 3 {
		return resp.StatusCode, 0, errRedirect
	}
	if resp.StatusCode/100 != 2 {
		seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
		return resp.StatusCode, time.Duration(max(seconds, 0)) * time.Second, errStatus(resp.StatusCode)
	}
	return resp.StatusCode, 0, nil
}

// sign signs a message with the webhook's key, and with the previous one while receivers
// may still have that.
func sign(h http.Header, w room.Webhook, m message, now time.Time) {
	if len(w.Old) > 0 && now.Before(w.OldUntil) {
		signature.Key(w.Old).Sign(h, m.id, now, m.body)
	}
	old := h.Get(signature.HeaderSignature)
	signature.Key(w.Key).Sign(h, m.id, now, m.body)
	if old != "" {
		h.Set(signature.HeaderSignature, h.Get(signature.HeaderSignature)+" "+old)
	}
}

// near are the networks that a webhook may reach if its owner allows local ones: this
// machine and private networks. Link-local addresses are never reached: the machines of
// cloud providers serve their keys there.
var near = struct{ v4, v6 []netip.Prefix }{
	v4: []netip.Prefix{
		netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"),
		netip.MustParsePrefix("192.168.0.0/16"), netip.MustParsePrefix("100.64.0.0/10"),
	},
	v6: []netip.Prefix{netip.MustParsePrefix("::1/128"), netip.MustParsePrefix("fc00::/7")},
}

// metadata are the addresses outside of link-local at which cloud providers serve the keys
// of their machines. Most of them lie in private networks; Azure's is public.
var metadata = []netip.Prefix{
	netip.MustParsePrefix("fd00:ec2::/32"),          // Amazon: metadata, and keys of pods
	netip.MustParsePrefix("fd20:ce::254/128"),       // Google
	netip.MustParsePrefix("fd00:c1::a9fe:a9fe/128"), // Oracle
	netip.MustParsePrefix("fd00:42::42/128"),        // Scaleway
	netip.MustParsePrefix("fd00:a9fe:a9fe::1/128"),  // Akamai
	netip.MustParsePrefix("100.100.100.200/32"),     // Alibaba
	netip.MustParsePrefix("fd00:100::100:200/128"),  // Alibaba
	netip.MustParsePrefix("168.63.129.16/32"),       // Azure
}

// newClient makes a client that connects only to public addresses, and with local also to
// those nearby. It checks the address when it connects, after the name was resolved, so
// that a name that resolves differently the next time cannot bypass the check; and no proxy
// connects instead.
func newClient(local bool) *http.Client {
	options := []ssrf.Option{ssrf.WithAnyPort()}
	if local {
		options = append(options, ssrf.WithAllowedV4Prefixes(near.v4...), ssrf.WithAllowedV6Prefixes(near.v6...))
	}
	guard := ssrf.New(options...)
	control := func(network, address string, c syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if ip := to.Addr().WithZone(""); err == nil && slices.ContainsFunc(metadata, func(p netip.Prefix) bool { return p.Contains(ip) }) {
			return ssrf.ErrProhibitedIP
		}
		return guard.Safe(network, address, c)
	}
	transport := &http.Transport{
		DialContext: (&net.Dialer{Timeout: dialWithin, Control: control}).DialContext, TLSHandshakeTimeout: dialWithin,
		ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 2, IdleConnTimeout: 90 * time.Second, MaxResponseHeaderBytes: answerMost,
	}
	return &http.Client{Transport: transport, CheckRedirect: mayRedirect}
}

// mayRedirect allows 307 and 308, which repeat the request unchanged, but not from https to
// http.
func mayRedirect(next *http.Request, via []*http.Request) error {
	if next.Method != http.MethodPost || len(via) > redirects || via[0].URL.Scheme == "https" && next.URL.Scheme != "https" || next.URL.User != nil {
		return http.ErrUseLastResponse
	}
	return nil
}

// faultOf names what went wrong. It omits the URL, which may contain a key.
func faultOf(err error) (code, detail string) {
	var status errStatus
	var dns *net.DNSError
	var op *net.OpError
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	switch {
	case errors.Is(err, errNoKey):
		return room.DeliveryKey, err.Error()
	case errors.As(err, &status) && status == http.StatusGone:
		return room.DeliveryGone, status.Error()
	case errors.As(err, &status):
		return room.DeliveryStatus, status.Error()
	case errors.Is(err, errRedirect):
		return room.DeliveryRedirect, err.Error()
	case errors.Is(err, ssrf.ErrProhibitedIP), errors.Is(err, ssrf.ErrProhibitedNetwork), errors.Is(err, ssrf.ErrProhibitedPort), errors.Is(err, ssrf.ErrInvalidHostPort):
		return room.DeliveryLocal, "the address is in a network that may not be reached"
	case errors.Is(err, context.DeadlineExceeded), isTimeout(err):
		return room.DeliveryTimeout, "no answer within " + sendWithin.String()
	case errors.As(err, &certificate):
		return room.DeliveryTLS, certificate.Err.Error()
	case errors.As(err, &record), errors.As(err, &alert), errors.Is(err, http.ErrSchemeMismatch):
		return room.DeliveryTLS, "the server speaks no TLS that is known here"
	case errors.As(err, &dns):
		return room.DeliveryName, dns.Err
	case errors.As(err, &op):
		return room.DeliveryUnreachable, op.Err.Error()
	}
	return room.DeliveryUnreachable, "the connection ended before the answer"
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}
