//go:build !nocluster

package cluster

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
)

// folder is where a machine keeps what it needs of the cluster, in its data folder.
const folder = "cluster"

// Peer is a machine of the cluster, and where the others reach it.
type Peer struct {
	Name    string `json:"name"`
	Address string `json:"address"` // host:port
	Edge    bool   `json:"edge,omitempty"`
	Witness bool   `json:"witness,omitempty"`
}

// Config is what a machine knows of its cluster before it reaches another one. It lies in
// the data folder as cluster/config.json, which its owner alone can read, with the
// certificates beside it.
type Config struct {
	Name   string `json:"name"`   // of this machine
	Log    string `json:"log"`    // of the cluster: another for each that was ever made
	Listen string `json:"listen"` // host:port; the port behind it is listened on, too
	// Edge says that this machine keeps no copy of the log, is never the home, and does not
	// count for what is most of the machines: it follows, and has pages and sockets.
	Edge bool `json:"edge,omitempty"`
	// Witness says that this machine keeps a copy of the log and counts for what is most of
	// the machines, and has nothing else: no database, no pages, and it is never the home.
	Witness bool   `json:"witness,omitempty"`
	Peers   []Peer `json:"peers"` // all machines, this one among them
	Key     string `json:"key"`   // what a machine says to the others to be let in
}

// names of machines can be read aloud, and stand in a certificate and in a subject of the log.
var names = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)

// ValidName reports whether a machine may have a name.
func ValidName(name string) bool { return names.MatchString(name) }

// ValidAddress reports whether an address is one at which machines can reach each other.
func ValidAddress(address string) bool {
	_, err := joinAddress(address)
	return err == nil
}

// Configured reports whether a data folder belongs to a machine of a cluster.
func Configured(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, folder, "config.json"))
	return err == nil
}

// ErrNoCluster says that a data folder belongs to no cluster.
var ErrNoCluster = errors.New("the data folder belongs to no cluster")

// ReadConfig reads the configuration in a data folder. Errors: [ErrNoCluster].
func ReadConfig(dir string) (Config, error) {
	var c Config
	path := filepath.Join(dir, folder, "config.json")
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return c, ErrNoCluster
	}
	if err == nil {
		err = json.Unmarshal(data, &c)
	}
	if err == nil {
		err = c.check()
	}
	if err != nil {
		return c, fmt.Errorf("read the cluster's configuration %s: %w", path, err)
	}
	return c, nil
}

func (c Config) check() error {
	if !names.MatchString(c.Name) {
		return fmt.Errorf("%q is not a name of a machine: use 1 to 32 of a-z, 0-9 and -, beginning with a letter or digit", c.Name)
	}
	if c.Log == "" || c.Key == "" {
		return errors.New("the name of the log or the key is missing")
	}
	if _, err := joinAddress(c.Listen); err != nil {
		return err
	}
	for _, p := range c.Peers {
		if _, err := joinAddress(p.Address); err != nil {
			return err
		}
	}
	return nil
}

// write puts the configuration in its place, whole or not at all.
func (c Config) write(dir string) error {
	slices.SortFunc(c.Peers, func(a, b Peer) int { return cmp.Compare(a.Name, b.Name) })
	data, err := json.MarshalIndent(c, "", "  ")
	if err == nil {
		err = writeFile(filepath.Join(dir, folder, "config.json"), append(data, '\n'))
	}
	if err != nil {
		return fmt.Errorf("write the cluster's configuration: %w", err)
	}
	return nil
}

// self is this machine.
func (c Config) self() Peer { return Peer{c.Name, c.Listen, c.Edge, c.Witness} }

// addresses are those of all machines that are no edges. Edges connect to these, and not
// these to them: a server of the log waits for as many as it was told of.
func (c Config) addresses() (list []string) {
	for _, p := range c.Peers {
		if !p.Edge {
			list = append(list, p.Address)
		}
	}
	return list
}

// others are the other machines, edges and witnesses last.
func (c Config) others() []Peer {
	list := slices.DeleteFunc(slices.Clone(c.Peers), func(p Peer) bool { return p.Name == c.Name })
	full := func(p Peer) bool { return !p.Edge && !p.Witness }
	slices.SortStableFunc(list, func(a, b Peer) int {
		switch {
		case full(a) == full(b):
			return 0
		case full(a):
			return -1
		}
		return 1
	})
	return list
}

// Keepers is how many of the machines are no edges.
func (c Config) Keepers() int { return len(c.addresses()) }

// writeFile writes a file that its owner alone can read. A file that is there is replaced at
// once, so that no program ever reads half of it.
func writeFile(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // 0600
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// Remove takes the configuration, the certificates and the copy of the log out of a data
// folder. The database stays.
func Remove(dir string) error {
	if err := os.RemoveAll(filepath.Join(dir, folder)); err != nil {
		return fmt.Errorf("remove the cluster's configuration: %w", err)
	}
	return nil
}
