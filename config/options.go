package config

import (
	"log/slog"
	"math"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// option is one setting: the flags, the variables, the file, the help and the README's
// table are all made from it.
type option struct {
	name  string // of the flag; the variable's and the key's names follow from it
	value string // placeholder for the value in the help
	def   string // in its written form; empty when unset
	help  string
	list  bool // may be given more than once, or with commas
	on    bool // a switch: its name alone means true

	choices []string // all values, if there are few

	set func(c *Config, values []string) error
}

// options lists every option in the order in which the help shows them.
var options = []option{
	{name: "listen", value: "ADDRESS", def: ":2333", set: scalar(setListen),
		help: "address and port to listen on"},
	{name: "data", value: "FOLDER", def: "danmaku-data", set: scalar(setData),
		help: "folder for all data"},
	{name: "config", value: "FILE", set: scalar(func(c *Config, s string) error { c.File = s; return nil }),
		help: "settings file; by default `danmaku.toml` in the data folder, if it exists"},
	{name: "public-url", value: "URL", set: scalar(setPublicURL),
		help: "address under which the audience reaches the server, for links and QR codes"},
	{name: "machine-url", value: "URL", set: scalar(setMachineURL),
		help: "in a cluster: this machine's own address, to which phones and overlays move when their machine fails"},
	{name: "machine-silence", value: "DURATION", def: "1.5s", set: scalar(setMachineSilence),
		help: "in a cluster: how long another machine may be silent before it counts as dead, `1s` to `60s`; the same on all"},
	{name: "domain", value: "NAME", list: true, set: setDomains,
		help: "domain name of this server, for which it obtains and renews certificates; may be repeated"},
	{name: "tls-cert", value: "FILE", set: scalar(func(c *Config, s string) error { c.TLSCert = s; return nil }),
		help: "certificate with its chain (PEM), read again when it changes"},
	{name: "tls-key", value: "FILE", set: scalar(func(c *Config, s string) error { c.TLSKey = s; return nil }),
		help: "private key of that certificate (PEM)"},
	{name: "self-signed", on: true, set: scalar(setSelfSigned),
		help: "also serve https with a self-signed certificate, about which browsers warn, for networks without a name"},
	{name: "tls-listen", value: "ADDRESS", def: "auto", set: scalar(setTLSListen),
		help: "address and port for https; `auto` = `:443`, with `--self-signed` `:2343`"},
	{name: "http-listen", value: "ADDRESS", def: "auto", set: scalar(setHTTPListen),
		help: "address that redirects http to https; `auto` = `:80`, with `--self-signed` nowhere; `none`"},
	{name: "acme-url", value: "URL", set: scalar(setACME),
		help: "ACME directory of an authority other than Let's Encrypt for `--domain`"},
	{name: "unix-socket", value: "FILE", set: scalar(func(c *Config, s string) error { c.UnixSocket = s; return nil }),
		help: "also listen on a Unix socket, for a proxy on this machine, which may report the client's address"},
	{name: "origin", value: "ORIGIN", list: true, set: setOrigins,
		help: "further web origin whose pages may connect; may be repeated"},
	{name: "trusted-proxy", value: "CIDR", list: true, set: setProxies,
		help: "network of a proxy that may report the client's address (`X-Forwarded-For`, `Forwarded`, PROXY protocol); may be repeated"},
	{name: "open", value: "WHEN", def: "auto", choices: []string{"auto", "always", "never"}, set: scalar(setOpen),
		help: "open the console in the browser at start: `auto` when double-clicked, `always` or `never`"},
	{name: "lang", value: "LANG", def: "auto", choices: []string{"auto", "en", "zh-CN", "ja"}, set: scalar(setLang),
		help: "language of the output at start: `auto` follows the system, `en`, `zh-CN` or `ja`"},
	{name: "obs", value: "ADDRESS", def: "ws://127.0.0.1:4455", set: scalar(setOBS),
		help: "address at which OBS listens, for adding the overlay to it"},
	{name: "chat-key", value: "KIND.NAME=VALUE", list: true, set: setChatKeys,
		help: "key for chats without their own, such as `youtube.key=…`; may be repeated"},
	{name: "user-rate", value: "N", def: "0.5", set: rate(func(c *Config) *float64 { return &c.UserRate }),
		help: "comments per second from one person; 0 = no limit"},
	{name: "user-burst", value: "N", def: "3", set: scalar(setBurst),
		help: "comments that one person may send at once"},
	{name: "address-rate", value: "N", def: "5", set: rate(func(c *Config) *float64 { return &c.AddressRate }),
		help: "comments per second from one network address, at least; 0 = no limit"},
	{name: "room-rate", value: "N", def: "40", set: rate(func(c *Config) *float64 { return &c.RoomRate }),
		help: "comments per second in one room; 0 = no limit"},
	{name: "sender-rate", value: "N", def: "200", set: rate(func(c *Config) *float64 { return &c.SenderRate }),
		help: "comments per second from one sender link; 0 = no limit"},
	{name: "max-sockets", value: "N", def: "auto", set: scalar(setMaxSockets),
		help: "connections at the same time; `auto` = the descriptor limit less 100, 0 = no cap"},
	{name: "max-sockets-per-address", value: "N", def: "2000", set: scalar(setMaxPerAddress),
		help: "connections at the same time from one network address, at most three quarters of all; 0 = no cap"},
	{name: "check-url", value: "URL", set: scalar(setCheckURL),
		help: "service of yours that checks comments before they are shown, see `docs/second-opinion.md`"},
	{name: "check-fail", value: "ACTION", def: "hold", choices: []string{"hold", "pass"}, set: scalar(setCheckFail),
		help: "what to do with a comment if that service does not answer: `hold` it for a moderator or `pass` it"},
	{name: "keep-days", value: "N", def: "0", set: scalar(setKeepDays),
		help: "days after which comments are deleted permanently, 0 = never; overrides the choice on the welcome page"},
	{name: "sync", value: "MODE", def: "normal", choices: []string{"normal", "full"}, set: scalar(setSync),
		help: "what an acknowledged comment survives: `normal` a killed process, `full` also a power cut"},
	{name: "metrics", value: "ADDRESS", set: scalar(setMetrics),
		help: "address for Prometheus and pprof, see `docs/metrics.md`; a port alone listens only on this machine"},
	{name: "access-log", on: true, set: scalar(setAccessLog),
		help: "log each request, without the part of its URL after the `?`"},
	{name: "log-format", value: "FORMAT", def: "text", choices: []string{"text", "json"}, set: scalar(setLogFormat),
		help: "format of the log: `text` or `json`, one object per line"},
	{name: "log-level", value: "LEVEL", def: "info", choices: []string{"debug", "info", "warn", "error"}, set: scalar(setLogLevel),
		help: "`debug`, `info`, `warn` or `error`; below `info` the log holds comment text"},
}

// call returns the option's form on the command line.
func (o option) call() string { return strings.TrimRight("--"+o.name+" "+o.value, " ") }

// commandOptions lists the options that a command beside the server offers as flags.
func commandOptions(also []string) []option {
	return slices.DeleteFunc(slices.Clone(options), func(o option) bool {
		return o.name != "data" && o.name != "config" && !slices.Contains(also, o.name)
	})
}

// find returns the option with the name, or nil.
func find(list []option, name string) *option {
	if i := slices.IndexFunc(list, func(o option) bool { return o.name == name }); i >= 0 {
		return &list[i]
	}
	return nil
}

func scalar(set func(*Config, string) error) func(*Config, []string) error {
	return func(c *Config, values []string) error { return set(c, values[len(values)-1]) }
}

func rate(field func(*Config) *float64) func(*Config, []string) error {
	return scalar(func(c *Config, s string) error {
		n, err := strconv.ParseFloat(s, 64)
		if err != nil || math.IsNaN(n) || n < 0 || n > 1e6 {
			return Faultf(badRate, s)
		}
		*field(c) = n
		return nil
	})
}

func number(s string, low, high int) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < low || n > high {
		return 0, Faultf(badNumber, s, low, high)
	}
	return n, nil
}

func setData(c *Config, s string) error {
	if strings.ContainsRune(s, 0) {
		return Faultf(badFolder, s)
	}
	c.Data = s
	return nil
}

// obsPort is where obs-websocket listens by default.
const obsPort = "4455"

// setChatKeys parses keys as KIND.NAME=VALUE. No fault contains a value.
func setChatKeys(c *Config, values []string) error {
	keys := map[string]map[string]string{}
	for _, v := range values {
		name, value, found := strings.Cut(v, "=")
		kind, name, dotted := strings.Cut(strings.TrimSpace(name), ".")
		if value = strings.TrimSpace(value); !found || !dotted || kind == "" || name == "" || value == "" {
			return Faultf(badChatKey)
		}
		if keys[kind] == nil {
			keys[kind] = map[string]string{}
		}
		keys[kind][name] = value
	}
	c.ChatKeys = keys
	return nil
}

func setOBS(c *Config, s string) error {
	written := s
	if !strings.Contains(s, "://") {
		written = "ws://" + s
	}
	u, err := url.Parse(written)
	if err != nil || u.Scheme != "ws" && u.Scheme != "wss" || u.Hostname() == "" || u.User != nil ||
		strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || !possiblePort(u) {
		return Faultf(badOBS, s, obsPort)
	}
	port := u.Port()
	if port == "" {
		port = obsPort
	}
	c.OBS = u.Scheme + "://" + net.JoinHostPort(u.Hostname(), port)
	return nil
}

// setCheckURL parses the URL of the second opinion service. No fault contains the value,
// which may contain a key.
func setCheckURL(c *Config, s string) error {
	u, err := url.Parse(s)
	if err != nil || !webURL(u) || u.User != nil || u.Fragment != "" {
		return Faultf(badCheckURL)
	}
	c.CheckURL = u
	return nil
}

func setCheckFail(c *Config, s string) error {
	c.CheckFail = CheckFail(s)
	if c.CheckFail != CheckFailHold && c.CheckFail != CheckFailPass {
		return Faultf(badChoice, s, "hold, pass")
	}
	return nil
}

func setOrigins(c *Config, values []string) error {
	c.Origins = nil
	for _, s := range values {
		u, err := url.Parse(s)
		if err != nil || !webURL(u) || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
			return Faultf(badOrigin, s)
		}
		c.Origins = append(c.Origins, originOf(u))
	}
	return nil
}

func setProxies(c *Config, values []string) error {
	c.TrustedProxies = nil
	for _, s := range values {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			a, addrErr := netip.ParseAddr(s)
			if addrErr != nil || a.Zone() != "" {
				return Faultf(badNetwork, s)
			}
			a = a.Unmap()
			p = netip.PrefixFrom(a, a.BitLen())
		}
		if p.Addr().Is4In6() {
			return Faultf(mappedIPv4, s)
		}
		c.TrustedProxies = append(c.TrustedProxies, p.Masked())
	}
	return nil
}

func setBurst(c *Config, s string) (err error) {
	n, err := number(s, 1, 10_000)
	if err != nil {
		return Faultf(badBurst, err)
	}
	c.UserBurst = n
	return nil
}

func setMaxSockets(c *Config, s string) (err error) {
	if s == "auto" {
		c.MaxSockets = socketsByDescriptors()
		return nil
	}
	n, err := number(s, 0, 10_000_000)
	if err != nil {
		return Faultf(orAuto, err)
	}
	c.MaxSockets = n
	return nil
}

func setMaxPerAddress(c *Config, s string) error {
	n, err := number(s, 0, 10_000_000)
	if err == nil {
		c.MaxSocketsPerAddress = n
	}
	return err
}

func setKeepDays(c *Config, s string) error {
	n, err := number(s, 0, 36_500)
	if err == nil {
		c.KeepDays = n
	}
	return err
}

func setSync(c *Config, s string) error {
	c.Sync = Sync(s)
	if c.Sync != SyncNormal && c.Sync != SyncFull {
		return Faultf(badChoice, s, "normal, full")
	}
	return nil
}

func setOpen(c *Config, s string) error {
	c.Open = Open(s)
	if c.Open != OpenAuto && c.Open != OpenAlways && c.Open != OpenNever {
		return Faultf(badChoice, s, "auto, always, never")
	}
	return nil
}

func setLang(c *Config, s string) error {
	c.Lang = Lang(s)
	if c.Lang != LangAuto && c.Lang != English && c.Lang != Chinese && c.Lang != Japanese {
		return Faultf(badChoice, s, "auto, en, zh-CN, ja")
	}
	return nil
}

// setMetrics parses an address to listen on. A port alone means this machine only: profiles
// show more than a network should see.
func setMetrics(c *Config, s string) error {
	written := s
	if !strings.Contains(written, ":") {
		written = ":" + written
	}
	address, err := endpoint(written)
	if err != nil {
		return Faultf(badMetrics, s)
	}
	if strings.HasPrefix(address, ":") {
		address = "127.0.0.1" + address
	}
	c.Metrics = address
	return nil
}

func setAccessLog(c *Config, s string) (err error) {
	if c.AccessLog, err = strconv.ParseBool(s); err != nil {
		return Faultf(badChoice, s, "true, false")
	}
	return nil
}

func setLogFormat(c *Config, s string) error {
	c.LogFormat = LogFormat(s)
	if c.LogFormat != LogText && c.LogFormat != LogJSON {
		return Faultf(badChoice, s, "text, json")
	}
	return nil
}

func setLogLevel(c *Config, s string) error {
	levels := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}
	level, ok := levels[s]
	if !ok {
		return Faultf(badChoice, s, "debug, info, warn, error")
	}
	c.LogLevel = level
	return nil
}
