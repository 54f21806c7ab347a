//go:build !nocluster

package cluster

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// invitationMark is the prefix of every invitation. Its number grows when the format
// changes.
const invitationMark = "dm1-"

// invitation admits a machine: it has the address to ask, the authority's fingerprint, and
// the token to present.
type invitation struct {
	address string // of a machine of the cluster
	ca      [sha256.Size]byte
	token   [tokenLen]byte
}

const (
	tokenLen = 16
	checkLen = 4 // of the checksum, which detects an incompletely copied invitation
)

// ErrNoInvitation means that a text is not a complete invitation.
var ErrNoInvitation = errors.New("this is not a whole invitation: copy all of it, from dm1- to its end")

func (i invitation) String() string {
	b := bytes.Join([][]byte{i.token[:], i.ca[:], []byte(i.address)}, nil)
	sum := sha256.Sum256(b)
	return invitationMark + base64.RawURLEncoding.EncodeToString(append(sum[:checkLen], b...))
}

// CheckInvitation returns [ErrNoInvitation] for a text that is not a complete invitation.
func CheckInvitation(text string) error {
	_, err := parseInvitation(text)
	return err
}

func parseInvitation(text string) (i invitation, err error) {
	coded, ok := strings.CutPrefix(strings.TrimSpace(text), invitationMark)
	b, err := base64.RawURLEncoding.DecodeString(coded)
	if !ok || err != nil || len(b) <= checkLen+tokenLen+sha256.Size {
		return i, ErrNoInvitation
	}
	sum := sha256.Sum256(b[checkLen:])
	if !bytes.Equal(sum[:checkLen], b[:checkLen]) {
		return i, ErrNoInvitation
	}
	b = b[checkLen:]
	b = b[copy(i.token[:], b):]
	i.address = string(b[copy(i.ca[:], b):])
	if _, err := joinAddress(i.address); err != nil {
		return i, ErrNoInvitation
	}
	return i, nil
}

// ticket is what the inviting machine stores of an invitation: never the token.
type ticket struct {
	Until time.Time `json:"until"`
	Left  int       `json:"left"` // machines that may still join
}

// The reasons why an invitation does not admit a machine.
var (
	ErrWrongToken = errors.New("the machine that answers does not know this invitation; danmaku cluster invite there prints another one")
	ErrStale      = errors.New("this invitation has expired; danmaku cluster invite prints another one")
	ErrUsed       = errors.New("this invitation has been used; danmaku cluster invite prints another one")
)

// Invite makes an invitation to the cluster of a data folder, for a number of machines and
// until a time. The text is a secret.
func Invite(dir string, machines int, until time.Time) (string, error) {
	c, err := ReadConfig(dir)
	if err != nil {
		return "", err
	}
	if c.Witness {
		return "", ErrWitness
	}
	k, err := readKeys(dir)
	if err != nil {
		return "", err
	}
	i := invitation{address: c.Listen, ca: fingerprint(k.cert)}
	rand.Read(i.token[:]) // never fails
	if err := writeTicket(dir, i.token, ticket{until, machines}); err != nil {
		return "", fmt.Errorf("invite a machine: %w", err)
	}
	return i.String(), nil
}

func ticketPath(dir string, token [tokenLen]byte) string {
	sum := sha256.Sum256(token[:])
	return filepath.Join(dir, folder, "invitations", hex.EncodeToString(sum[:])+".json")
}

func writeTicket(dir string, token [tokenLen]byte, t ticket) error {
	data, err := json.Marshal(t)
	if err != nil {
		return err
	}
	return writeFile(ticketPath(dir, token), data)
}

// redeem takes one machine off an invitation, or returns it with -1. The caller must not
// run it concurrently.
func redeem(dir string, token [tokenLen]byte, machines int, now time.Time) error {
	data, err := os.ReadFile(ticketPath(dir, token))
	if errors.Is(err, fs.ErrNotExist) {
		return ErrWrongToken
	}
	var t ticket
	if err == nil {
		err = json.Unmarshal(data, &t)
	}
	switch {
	case err != nil:
		return err
	case now.After(t.Until):
		return ErrStale
	case t.Left < machines:
		return ErrUsed
	}
	t.Left -= machines
	return writeTicket(dir, token, t)
}

// joinAddress returns the address where a machine admits others and answers commands: the
// port after that of the log.
func joinAddress(listen string) (string, error) {
	host, port, err := splitAddress(listen)
	if err == nil && port == 65535 {
		err = fmt.Errorf("the address %q of a machine: the next port is needed, too; use a smaller one", listen)
	}
	if err != nil {
		return "", err
	}
	return net.JoinHostPort(host, strconv.Itoa(port+1)), nil
}
