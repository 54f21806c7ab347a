//go:build !nocluster

package cluster

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// ErrAlready means that a data folder belongs to a cluster.
var ErrAlready = errors.New("the data folder belongs to a cluster already; danmaku cluster status shows it")

// ErrAddress means that a machine cannot listen at its address.
var ErrAddress = errors.New("the machine cannot listen there")

// Found makes a cluster of this machine alone, in its data folder, and returns the name of
// the log, which begins empty. Errors: [ErrAlready], [ErrAddress].
func Found(ctx context.Context, dir, name, listen string, secret []byte) (log string, err error) {
	if Configured(dir) {
		return "", ErrAlready
	}
	c := Config{Name: name, Listen: listen, Log: "house-" + strings.ToLower(rand.Text()[:12]), Key: rand.Text(), Peers: []Peer{{Name: name, Address: listen}}}
	if err := c.check(); err != nil {
		return "", err
	}
	if err := checkFree(listen); err != nil {
		return "", err
	}
	k := keys{}
	if k.authority, err = newAuthority(c.Log, time.Now()); err != nil {
		return "", err
	}
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", err
	}
	k.certKey = private
	if k.certDER, err = k.sign(name, private.Public(), time.Now()); err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("make the cluster: %w", err), Remove(dir))
		}
	}()
	if err = k.write(dir); err != nil {
		return "", err
	}
	o := c.options(dir, k, nil)
	if err = o.found(ctx); err != nil {
		return "", err
	}
	n, err := Start(o)
	if err != nil {
		return "", err
	}
	defer n.Close()
	l, err := n.openLog(ctx, logOptions{name: c.Log, copies: 1, seal: seal(secret), make: true})
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, agreeWithin)
	defer cancel()
	if err = untilDone(ctx, func() error { return l.setPeer(ctx, c.Peers[0]) }); err != nil {
		return "", err
	}
	return c.Log, c.write(dir)
}

// checkFree returns nil when a machine can listen at both of its ports.
func checkFree(listen string) error {
	gate, err := joinAddress(listen)
	if err != nil {
		return err
	}
	for _, address := range []string{listen, gate} {
		l, err := net.Listen("tcp", address)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrAddress, err)
		}
		if err := l.Close(); err != nil {
			return err
		}
	}
	return nil
}

// Joining configures how a machine joins.
type Joining struct {
	Dir        string
	Invitation string
	Name       string
	// Listen is where the others reach this machine; empty: the address from which it
	// reaches them, with their port.
	Listen string
	Edge   bool // joins as an edge
	// Witness makes it join as a witness; Put is not called then.
	Witness bool
	Schema  int
	// Put puts secret.key, and a copy of the database in a file on the same disk, into the
	// data folder.
	Put func(ctx context.Context, secret []byte, file string) error
}

// Join adds this machine to the cluster that an invitation names. The data folder has no
// database, and the caller holds its lock. Errors: [ErrAlready], [ErrNoInvitation],
// [ErrOtherCluster], [ErrAddress], [ErrUnreachable], and those of the other machine:
// [ErrWrongToken], [ErrStale], [ErrUsed], [ErrNameTaken], [ErrOlder].
func Join(ctx context.Context, j Joining) (c Config, err error) {
	if Configured(j.Dir) {
		return c, ErrAlready
	}
	i, err := parseInvitation(j.Invitation)
	if err != nil {
		return c, err
	}
	gate, err := joinAddress(i.address)
	if err != nil {
		return c, err
	}
	if j.Listen == "" {
		if j.Listen, err = ownAddress(ctx, gate, i.address); err != nil {
			return c, err
		}
	}
	if err := checkFree(j.Listen); err != nil {
		return c, err
	}
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return c, err
	}
	public, err := x509.MarshalPKIXPublicKey(private.Public())
	if err != nil {
		return c, err
	}
	a := application{
		Token: base64.RawURLEncoding.EncodeToString(i.token[:]), Name: j.Name, Address: j.Listen, Edge: j.Edge, Witness: j.Witness, Schema: j.Schema, Public: public,
	}
	answer, err := send(ctx, pinned(i.ca), gate, "POST", "/join", a)
	if err != nil {
		return c, unreachable(gate, err)
	}
	defer answer.Body.Close()
	if c, err = j.receive(ctx, answer.Body, private); err != nil {
		err = errors.Join(fmt.Errorf("join the cluster: %w", err), Remove(j.Dir))
	}
	return c, err
}

// receive reads what admits this machine, and writes it into the data folder. The
// configuration comes last, so that an incomplete machine is no member.
func (j Joining) receive(ctx context.Context, answer io.Reader, private *ecdsa.PrivateKey) (c Config, err error) {
	body := bufio.NewReader(answer)
	line, err := body.ReadBytes('\n')
	if err != nil {
		return c, err
	}
	var ad admission
	if err = json.Unmarshal(line, &ad); err != nil {
		return c, err
	}
	k := keys{certDER: ad.Cert, certKey: private}
	if k.authority, err = readAuthority(ad); err != nil {
		return c, err
	}
	if err = k.write(j.Dir); err != nil {
		return c, err
	}
	if !j.Witness {
		file := filepath.Join(j.Dir, folder, "danmaku.db")
		if err = takeCopy(file, body, ad.Size); err != nil {
			return c, err
		}
		if err = j.Put(ctx, ad.Secret, file); err != nil {
			return c, err
		}
	}
	return ad.Config, ad.Config.write(j.Dir)
}

func readAuthority(ad admission) (a authority, err error) {
	if a.cert, err = x509.ParseCertificate(ad.CA); err != nil {
		return a, err
	}
	key, err := x509.ParsePKCS8PrivateKey(ad.CAKey)
	if err != nil {
		return a, err
	}
	ec, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return a, fmt.Errorf("the authority's key is a %T", key)
	}
	a.key = ec
	return a, nil
}

// takeCopy writes a copy of a database into a file, and refuses an incomplete one.
func takeCopy(file string, from io.Reader, size int64) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	n, err := io.Copy(f, from)
	if err == nil && n != size {
		err = fmt.Errorf("%w: %d of %d bytes of the database have come", io.ErrUnexpectedEOF, n, size)
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// ErrUnreachable means that no machine answers.
var ErrUnreachable = errors.New("no machine of the cluster answers")

// unreachable distinguishes a missing answer from an error in an answer.
func unreachable(address string, err error) error {
	var op *net.OpError
	var host *net.DNSError
	switch {
	case errors.Is(err, ErrOtherCluster):
		return ErrOtherCluster
	case errors.As(err, &op), errors.As(err, &host), errors.Is(err, context.DeadlineExceeded), isHandshake(err):
		return fmt.Errorf("%w at %s (%w); danmaku has to run there, and both ports have to be open between the machines", ErrUnreachable, address, err)
	}
	return err
}

func isHandshake(err error) bool {
	var record tls.RecordHeaderError
	return errors.As(err, &record)
}

// ownAddress returns the address from which this machine reaches another one, with that
// one's port.
func ownAddress(ctx context.Context, gate, listen string) (string, error) {
	conn, err := (&net.Dialer{Timeout: dialWithin}).DialContext(ctx, "tcp", gate)
	if err != nil {
		return "", unreachable(gate, err)
	}
	defer conn.Close()
	host, _, err := net.SplitHostPort(conn.LocalAddr().String())
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(listen)
	return net.JoinHostPort(host, port), err
}

// FetchCopy writes a copy of another machine's database into a file of the data folder, and
// returns its path: for a machine whose [Cluster.Check] returns [ErrGone]. schema is the
// schema of its program. Errors: [ErrUnreachable], [ErrOlder].
func FetchCopy(ctx context.Context, dir string, schema int) (file string, err error) {
	c, err := ReadConfig(dir)
	if err != nil {
		return "", err
	}
	k, err := readKeys(dir)
	if err != nil {
		return "", err
	}
	file = filepath.Join(dir, folder, "danmaku.db")
	err = ErrUnreachable
	for _, p := range c.others() {
		answer, failed := k.ask(ctx, p, "GET", "/copy?schema="+strconv.Itoa(schema), nil)
		if failed == nil {
			failed = takeCopy(file, answer.Body, answer.ContentLength)
			failed = errors.Join(failed, answer.Body.Close())
		}
		if failed == nil {
			return file, nil
		}
		err = errors.Join(err, fmt.Errorf("%s: %w", p.Name, failed))
	}
	return "", fmt.Errorf("fetch a copy of another machine's database: %w", err)
}
