package connector

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"syscall"
	"time"
)

// Code identifies a fault. Pages and the command line make the sentence from it, in the
// reader's language.
type Code string

// The codes of faults.
const (
	FaultNoChannel   Code = "no_channel"  // the platform does not know it, or does not answer for it
	FaultSuspended   Code = "suspended"   // the platform closed the channel
	FaultNotAllowed  Code = "not_allowed" // private, members only, chat turned off
	FaultEnded       Code = "ended"       // the show is over
	FaultKey         Code = "key"         // a key or token is wrong
	FaultKeyMissing  Code = "key_missing" // the platform needs a key and has none
	FaultUserCode    Code = "user_code"   // Bilibili's 身份码 is wrong
	FaultSessions    Code = "sessions"    // the platform allows no more sessions
	FaultQuota       Code = "quota"       // the platform's quota is used up until RetryAt
	FaultTooFast     Code = "too_fast"    // the platform asks to wait
	FaultNotRunning  Code = "not_running" // nothing listens at the tool's address
	FaultUnreachable Code = "unreachable" // no connection to the platform
	FaultName        Code = "name"        // the host's name cannot be resolved
	FaultClock       Code = "clock"       // this computer's clock is too far from the platform's
	FaultTLS         Code = "tls"         // the certificate is invalid
	FaultLost        Code = "lost"        // the connection ended
	FaultSilent      Code = "silent"      // nothing arrived for too long
	FaultAnswer      Code = "answer"      // the platform's answer could not be parsed
	FaultPlatform    Code = "platform"    // the platform reports a fault of its own
	FaultReconnect   Code = "reconnect"   // the platform asked for a new connection
	FaultTarget      Code = "target"      // the entered text names no chat of this kind
)

// Fault is why a source stopped.
type Fault struct {
	Code    Code
	Final   bool      // another try will fail the same way until somebody changes something
	RetryAt time.Time // the earliest useful try; zero: soon
	Detail  string    // for the log and the details on the page; no secrets, no comment text
	Err     error
}

// Error returns the code, the detail and the cause.
func (f *Fault) Error() string {
	s := "chat: " + string(f.Code)
	if f.Detail != "" {
		s += ": " + f.Detail
	}
	if f.Err != nil {
		s += ": " + f.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (f *Fault) Unwrap() error { return f.Err }

// Stop returns a final fault.
func Stop(code Code, detail string) *Fault { return &Fault{Code: code, Final: true, Detail: detail} }

// Retry returns a temporary fault.
func Retry(code Code, detail string, err error) *Fault {
	return &Fault{Code: code, Detail: detail, Err: err}
}

// Classify returns err as a fault. An error that is not a fault yet becomes a temporary
// one, with a code for the network's error.
func Classify(err error) *Fault {
	var (
		fault *Fault
		dns   *net.DNSError
		cert  *tls.CertificateVerificationError
		ca    x509.UnknownAuthorityError
		plain tls.RecordHeaderError
		op    *net.OpError
		time_ net.Error
	)
	switch {
	case errors.As(err, &fault):
		return fault
	case errors.Is(err, syscall.ECONNREFUSED):
		return Retry(FaultNotRunning, "", err)
	case errors.As(err, &dns):
		return Retry(FaultName, dns.Name, err)
	case errors.As(err, &cert), errors.As(err, &ca):
		return Retry(FaultTLS, "", err)
	case errors.As(err, &plain):
		return Retry(FaultTLS, "the server does not speak TLS: try ws:// in place of wss://", err)
	case errors.As(err, &op) && op.Op == "remote error": // crypto/tls: the server ended the handshake
		return Retry(FaultTLS, "", err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed), errors.Is(err, syscall.ECONNRESET):
		return Retry(FaultLost, "", err)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &time_) && time_.Timeout():
		return Retry(FaultSilent, "", err)
	case errors.As(err, &op):
		return Retry(FaultUnreachable, "", err)
	}
	return Retry(FaultLost, "", err)
}
