// Package config combines defaults, a file, environment variables and flags into one value.
// It stores nothing: the result is in the [Config] that it returns.
package config

import (
	"errors"
	"flag"
	"log/slog"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// ErrUsage is in the chain of an error when at least one fault is on the command line. The
// program then ends with exit code 2, otherwise with 1.
var ErrUsage = errors.New("bad usage")

// ErrHelp is returned alone when help was requested.
var ErrHelp = flag.ErrHelp

// FileName is the settings file in the data folder, used when --config names no other.
const FileName = "danmaku.toml"

// Config holds every option of the server. A rate is in comments a second; a
// rate or cap of 0 means unlimited.
type Config struct {
	Listen         string                       // address to listen on, as net.Listen takes it
	Data           string                       // data folder
	File           string                       // settings file that was read; empty when there was none
	PublicURL      *url.URL                     // base of links and QR codes; nil when not set
	MachineURL     string                       // origin of this machine alone in a cluster; empty when not set
	MachineSilence time.Duration                // after which another machine of a cluster counts as dead
	Domains        []string                     // names for which to get certificates
	TLSCert        string                       // file of the certificate; empty without one
	TLSKey         string                       // file of its key
	SelfSigned     bool                         // https with a certificate made here
	TLSListen      string                       // address for https; empty: none
	HTTPListen     string                       // address where http redirects to https; empty: none
	ACME           string                       // directory of the authority; empty: Let's Encrypt
	UnixSocket     string                       // further socket to listen on; empty without one
	Origins        []string                     // origins whose pages may connect, besides our own
	TrustedProxies []netip.Prefix               // proxies whose word on the client's address is trusted
	Open           Open                         // whether a start shows the console in the browser
	Lang           Lang                         // language of a start's output
	OBS            string                       // OBS's address, as ws://HOST:PORT
	ChatKeys       map[string]map[string]string // by kind and name; for chats without their own
	Sync           Sync
	LogLevel       slog.Level
	LogFormat      LogFormat
	AccessLog      bool   // each request is logged
	Metrics        string // address for metrics and profiles; empty: none

	UserRate, AddressRate, RoomRate, SenderRate float64
	UserBurst                                   int

	MaxSockets, MaxSocketsPerAddress int

	CheckURL  *url.URL // the second opinion service; nil without one
	CheckFail CheckFail

	KeepDays   int    // 0 means forever
	KeepDaysBy string // the flag, variable or line of the file that sets it; empty without one
}

// Open says when a start shows the console in the browser.
type Open string

// The values of Open.
const (
	OpenAuto   Open = "auto" // when no terminal is attached
	OpenAlways Open = "always"
	OpenNever  Open = "never"
)

// CheckFail says what happens to a comment when the service at check-url does not answer.
type CheckFail string

// The values of CheckFail.
const (
	CheckFailHold CheckFail = "hold"
	CheckFailPass CheckFail = "pass"
)

// Lang is the language of a start's output in its terminal.
type Lang string

// The languages.
const (
	LangAuto Lang = "auto" // the system's
	English  Lang = "en"
	Chinese  Lang = "zh-CN"
	Japanese Lang = "ja"
)

// LogFormat is the format of the log.
type LogFormat string

// The values of LogFormat.
const (
	LogText LogFormat = "text"
	LogJSON LogFormat = "json"
)

// Sync says what an acknowledged comment survives.
type Sync string

// The values of Sync.
const (
	SyncNormal Sync = "normal" // a killed process
	SyncFull   Sync = "full"   // a power failure, too
)

// AllowedOrigins lists the origins from which a browser may connect, besides the requested
// host: the configured ones and that of the public URL, since a proxy may pass on another
// Host header.
func (c Config) AllowedOrigins() []string {
	out := slices.Clone(c.Origins)
	if c.PublicURL != nil {
		if o := originOf(c.PublicURL); !slices.Contains(out, o) {
			out = append(out, o)
		}
	}
	return out
}

// resolveTLS replaces "auto" in the addresses of https, and finds contradicting options.
// With a certificate for a name, plain http is only for this machine, where OBS and the
// commands run, unless --listen says otherwise.
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

// Load reads the server's options: flags from args, variables from environ (in the form of
// os.Environ), the settings file.
//
// The error lists every fault, one on each line: which option, where it was set, what is
// wrong and what would be right. Unknown options, unknown variables that begin with
// DANMAKU_, and unknown keys in the file are faults, so that no typo goes unnoticed. See
// [ErrUsage] and [ErrHelp].
func Load(args, environ []string) (Config, error) {
	fs := flag.NewFlagSet("danmaku serve", flag.ContinueOnError)
	set := reader{fs: fs, offered: options}
	cfg, rest, err := set.load(args, environ)
	if err == nil && len(rest) > 0 {
		err = joined{Usage(noArgument, rest[0], Faultf(seeHelp, "serve"))}
	}
	return cfg, err
}

// LoadCommand reads the options of a command beside the server. It adds --data, --config
// and the options in also to the command's own flags in fs; variables and the settings file
// apply as for the server. Arguments that are not flags may be anywhere and are returned in
// rest.
func LoadCommand(fs *flag.FlagSet, args, environ []string, also ...string) (cfg Config, rest []string, err error) {
	set := reader{fs: fs, offered: commandOptions(also)}
	return set.load(args, environ)
}

// ParseFlags reads the flags of a command that needs no data folder. Arguments that are not
// flags may be anywhere and are returned in rest.
func ParseFlags(fs *flag.FlagSet, args []string) (rest []string, err error) {
	set := reader{fs: fs}
	_, rest, err = set.fromFlags(args)
	if err == nil && len(set.faults) > 0 {
		err = set.faults
	}
	return rest, err
}

// Flag describes an option for help and for shells.
type Flag struct {
	Name    string
	Value   string   // placeholder for the value
	Choices []string // all values, if there are few
	Default string
	Help    string
}

// Flags describes the options of the server, or those of a command beside it with the
// options in also.
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
