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
	"strings"
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
// rate or cap of 0 means unlimited.
type Config struct {
	Listen         string                       // address to listen on, as net.Listen takes it
	Data           string                       // folder of everything that is kept
	File           string                       // settings file that was read; empty when there was none
	PublicURL      *url.URL                     // base of links and QR codes; nil when not set
	Domains        []string                     // names for which certificates are got
	TLSCert        string                       // file of the certificate; empty without one
	TLSKey         string                       // file of its key
	SelfSigned     bool                         // https with a certificate made here
	TLSListen      string                       // where https is spoken; empty: nowhere
	HTTPListen     string                       // where http is led on to https; empty: nowhere
	ACME           string                       // directory of the authority; empty: Let's Encrypt
	UnixSocket     string                       // further socket to listen on; empty without one
	Origins        []string                     // pages of these origins may connect, besides our own
	TrustedProxies []netip.Prefix               // who may say the client's address
	Open           Open                         // whether a start shows the console in the browser
	Lang           Lang                         // language of what a start prints
	OBS            string                       // where OBS listens for us, as ws://HOST:PORT
	ChatKeys       map[string]map[string]string // by kind and name; for chats without their own
	Sync           Sync
	LogLevel       slog.Level
	LogFormat      LogFormat
	AccessLog      bool   // each request is logged
	Metrics        string // where metrics and profiles are read; empty: nowhere

	UserRate, AddressRate, RoomRate, SenderRate float64
	UserBurst                                   int

	MaxSockets, MaxSocketsPerAddress int

	CheckURL  *url.URL // service that is asked for a second opinion; nil when none is
	CheckFail CheckFail

	KeepDays   int    // how long comments are kept; 0 forever
	KeepDaysBy string // which flag, variable or place of the file says so; empty: none does
}

// Open says when a start shows the console in the browser.
type Open string

// The kinds of Open.
const (
	OpenAuto   Open = "auto" // when no terminal is attached
	OpenAlways Open = "always"
	OpenNever  Open = "never"
)

// CheckFail says what becomes of a comment about which the service at check-url does
// not answer.
type CheckFail string

// The kinds of CheckFail.
const (
	CheckFailHold CheckFail = "hold"
	CheckFailPass CheckFail = "pass"
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

// LogFormat says how the log is written.
type LogFormat string

// The kinds of LogFormat.
const (
	LogText LogFormat = "text"
	LogJSON LogFormat = "json"
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

// resolveTLS puts what "auto" means into the addresses of https, and finds options that
// contradict each other. With a certificate of a name plain http is for this machine
// alone, where OBS and the commands are, unless --listen says otherwise.
func (c *Config) resolveTLS(listenSet bool) *Fault {
	named := len(c.Domains) > 0 || c.TLSCert != ""
	switch {
	case (c.TLSCert == "") != (c.TLSKey == ""):
		return Faultf(certNeedsKey)
	case len(c.Domains) > 0 && c.TLSCert != "" || named && c.SelfSigned:
		return Faultf(oneCertificate)
	case !named && !c.SelfSigned && (c.TLSListen != "auto" || c.HTTPListen != "auto" || c.ACME != ""):
		return Faultf(noCertificate)
	case !named && !c.SelfSigned:
		c.TLSListen, c.HTTPListen = "", ""
		return nil
	}
	if named && !listenSet {
		c.Listen = "127.0.0.1:2333"
	}
	if c.TLSListen == "auto" {
		c.TLSListen = map[bool]string{true: ":443", false: ":2343"}[named]
	}
	switch {
	case c.HTTPListen == "none" || c.HTTPListen == "auto" && !named:
		c.HTTPListen = ""
	case c.HTTPListen == "auto":
		c.HTTPListen = ":80"
	}
	return nil
}

// Load reads the server's options: flags from args, variables from environ (in
// the form of os.Environ), the settings file.
//
// The error lists every fault, one a line: which option, where it was set, what
// is wrong and what would be right. Unknown options, variables that begin with
// DANMAKU_, and keys in the file are faults, so that a typo cannot pass unseen.
// See [ErrUsage] and [ErrHelp].
func Load(args, environ []string) (Config, error) {
	fs := flag.NewFlagSet("danmaku serve", flag.ContinueOnError)
	set := reader{fs: fs, offered: options}
	cfg, rest, err := set.load(args, environ)
	if err == nil && len(rest) > 0 {
		err = joined{Usage(noArgument, rest[0], Faultf(seeHelp, "serve"))}
	}
	return cfg, err
}

// LoadCommand reads the options of a command beside the server. It adds --data,
// --config and the options in also to the command's own flags in fs; variables
// and the settings file count as for the server. Arguments that are not flags may
// stand anywhere and are returned in rest.
func LoadCommand(fs *flag.FlagSet, args, environ []string, also ...string) (cfg Config, rest []string, err error) {
	set := reader{fs: fs, offered: commandOptions(also)}
	return set.load(args, environ)
}

// ParseFlags reads the flags of a command that needs no data folder.
// Arguments that are not flags may stand anywhere and are returned in rest.
func ParseFlags(fs *flag.FlagSet, args []string) (rest []string, err error) {
	set := reader{fs: fs}
	_, rest, err = set.fromFlags(args)
	if err == nil && len(set.faults) > 0 {
		err = set.faults
	}
	return rest, err
}

// Flag describes an option to help and to shells.
type Flag struct {
	Name    string
	Value   string   // what stands for the value
	Choices []string // all values, where there are few
	Default string
	Help    string
}

// Flags describes the options of the server, or those of a command beside it
// with the options in also.
func Flags(server bool, also ...string) (list []Flag) {
	offered := options
	if !server {
		offered = commandOptions(also)
	}
	for _, o := range offered {
		list = append(list, Flag{o.name, o.value, o.choices, o.def, strings.ReplaceAll(o.help, "`", "")})
	}
	return list
}
