// Package config turns defaults, a file, environment variables and flags into
// one value. It keeps nothing: what it found is in the [Config] it returns.
package config

import (
	"errors"
	"flag"
	"log/slog"
	"net/netip"
	"net/url"
	"slices"
)

// ErrUsage is in the chain of an error when at least one fault lies on the
// command line. The program then ends with exit code 2, otherwise with 1.
var ErrUsage = errors.New("bad usage")

// ErrHelp is returned alone when help was asked for.
var ErrHelp = flag.ErrHelp

// FileName is the settings file looked for in the data folder when no other is
// named by --config.
const FileName = "danmaku.toml"

// Config holds every option of the server. A rate is in comments a second; a
// rate or cap of 0 means that there is no limit.
type Config struct {
	Listen         string         // address to listen on, as net.Listen takes it
	Data           string         // folder of everything that is kept
	File           string         // settings file that was read; empty when there was none
	PublicURL      *url.URL       // base of links and QR codes; nil when not set
	Origins        []string       // pages of these origins may connect, besides our own
	TrustedProxies []netip.Prefix // who may say the client's address
	Open           Open           // whether a start shows the console in the browser
	Lang           Lang           // language of what a start prints
	OBS            string         // where OBS listens for us, as ws://HOST:PORT
	Sync           Sync
	LogLevel       slog.Level

	UserRate, AddressRate, RoomRate, SenderRate float64
	UserBurst                                   int

	MaxSockets, MaxSocketsPerAddress int

	KeepDays int // how long comments are kept; 0 for ever
}

// Open says when a start shows the console in the browser.
type Open string

// The kinds of Open.
const (
	OpenAuto   Open = "auto" // when nobody sits in a terminal
	OpenAlways Open = "always"
	OpenNever  Open = "never"
)

// Lang is the language of what a start prints into its terminal.
type Lang string

// The languages.
const (
	LangAuto Lang = "auto" // that of the system
	English  Lang = "en"
	Chinese  Lang = "zh-CN"
	Japanese Lang = "ja"
)

// Sync says what an acknowledged comment survives.
type Sync string

// The kinds of Sync.
const (
	SyncNormal Sync = "normal" // a killed process
	SyncFull   Sync = "full"   // a power cut, too
)

// AllowedOrigins lists the origins from which a browser may connect, besides
// the host that it asked: those named and that of the public URL, since a proxy
// may hand on another Host header.
func (c Config) AllowedOrigins() []string {
	out := slices.Clone(c.Origins)
	if c.PublicURL != nil {
		if o := originOf(c.PublicURL); !slices.Contains(out, o) {
			out = append(out, o)
		}
	}
	return out
}

// Load reads the server's options: flags from args, variables from environ (in
// the form of os.Environ), the settings file.
//
// The error lists every fault, one a line: which option, where it was set, what
// is wrong and what would be right. Unknown options, variables that begin with
// DANMAKU_, and keys in the file are faults, so that a typo cannot pass unseen.
// See [ErrUsage] and [ErrHelp].
func Load(args, environ []string) (Config, error) {
	fs := flag.NewFlagSet("danmaku", flag.ContinueOnError)
	set := reader{fs: fs, offered: options}
	cfg, rest, err := set.load(args, environ)
	if err == nil && len(rest) > 0 {
		err = joined{Usagef(`"%s": danmaku takes no such argument; see danmaku --help`, rest[0])}
	}
	return cfg, err
}

// LoadCommand reads the options of a command beside the server. It adds --data,
// --config and the options in also to the command's own flags in fs; variables
// and the settings file count as for the server. Arguments that are no flags may
// stand anywhere and come back in rest.
func LoadCommand(fs *flag.FlagSet, args, environ []string, also ...string) (cfg Config, rest []string, err error) {
	set := reader{fs: fs, offered: commandOptions(also)}
	return set.load(args, environ)
}
