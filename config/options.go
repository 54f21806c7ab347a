package config

import (
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// option is one setting: everything that the flags, the variables, the file,
// the help and the README's table say about it comes from here.
type option struct {
	name  string // of the flag; the variable's and the key's names follow from it
	value string // what stands for the value in the help
	def   string // as it would be written; empty when unset
	help  string
	list  bool // may be given more than once, or with commas
	set   func(c *Config, values []string) error
}

// options lists every option in the order in which the help shows them.
var options = []option{
	{name: "listen", value: "ADDRESS", def: ":2333", set: scalar(setListen),
		help: "address and port to listen on"},
	{name: "data", value: "FOLDER", def: "danmaku-data", set: scalar(setData),
		help: "folder of everything that is kept"},
	{name: "config", value: "FILE", set: scalar(func(c *Config, s string) error { c.File = s; return nil }),
		help: "settings file; `danmaku.toml` in the data folder when there is one"},
	{name: "public-url", value: "URL", set: scalar(setPublicURL),
		help: "address under which the audience reaches the server, for links and QR codes"},
	{name: "origin", value: "ORIGIN", list: true, set: setOrigins,
		help: "further web origin whose pages may connect; may be repeated"},
	{name: "trusted-proxy", value: "CIDR", list: true, set: setProxies,
		help: "network of a proxy that may say the client's address; may be repeated"},
	{name: "open", value: "WHEN", def: "auto", set: scalar(setOpen),
		help: "open the console in the browser at start: `auto` when double-clicked, `always` or `never`"},
	{name: "lang", value: "LANG", def: "auto", set: scalar(setLang),
		help: "language of what a start prints: `auto` as the system has it, `en`, `zh-CN` or `ja`"},
	{name: "obs", value: "ADDRESS", def: "ws://127.0.0.1:4455", set: scalar(setOBS),
		help: "where OBS listens, for putting the overlay into it"},
	{name: "user-rate", value: "N", def: "0.5", set: rate(func(c *Config) *float64 { return &c.UserRate }),
		help: "comments a second of one person; 0 = no limit"},
	{name: "user-burst", value: "N", def: "3", set: scalar(setBurst),
		help: "comments that one person may send at once"},
	{name: "address-rate", value: "N", def: "5", set: rate(func(c *Config) *float64 { return &c.AddressRate }),
		help: "comments a second of one network address, at the least; 0 = no limit"},
	{name: "room-rate", value: "N", def: "40", set: rate(func(c *Config) *float64 { return &c.RoomRate }),
		help: "comments a second of one room; 0 = no limit"},
	{name: "sender-rate", value: "N", def: "200", set: rate(func(c *Config) *float64 { return &c.SenderRate }),
		help: "comments a second of one sender link; 0 = no limit"},
	{name: "max-sockets", value: "N", def: "auto", set: scalar(setMaxSockets),
		help: "connections at the same time; `auto` = the descriptor limit less 100, 0 = no cap"},
	{name: "max-sockets-per-address", value: "N", def: "2000", set: scalar(setMaxPerAddress),
		help: "connections at the same time from one network address; 0 = no cap"},
	{name: "keep-days", value: "N", def: "0", set: scalar(setKeepDays),
		help: "days after which comments are deleted for good; 0 = kept for ever"},
	{name: "sync", value: "MODE", def: "normal", set: scalar(setSync),
		help: "what an acknowledged comment survives: `normal` a killed process, `full` also a power cut"},
	{name: "log-level", value: "LEVEL", def: "info", set: scalar(setLogLevel),
		help: "`debug`, `info`, `warn` or `error`; below `info` the log holds comment text"},
}

// commandOptions lists what a command beside the server offers as flags.
func commandOptions(also []string) []option {
	return slices.DeleteFunc(slices.Clone(options), func(o option) bool {
		return o.name != "data" && o.name != "config" && !slices.Contains(also, o.name)
	})
}

// find gives the option with the name, or nil.
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
			return fmt.Errorf("is no rate; write comments a second from 0 (no limit) to 1000000, such as 0.5")
		}
		*field(c) = n
		return nil
	})
}

func number(s string, low, high int) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < low || n > high {
		return 0, fmt.Errorf("is not possible; write a whole number from %d to %d", low, high)
	}
	return n, nil
}

func setListen(c *Config, s string) error {
	host, port, err := net.SplitHostPort(s)
	n, convErr := strconv.ParseUint(port, 10, 16)
	_, ipErr := netip.ParseAddr(host)
	if err != nil || convErr != nil || strings.ContainsAny(host, " /") || strings.Contains(host, ":") && ipErr != nil {
		return fmt.Errorf("is no address to listen on; write :2333, 127.0.0.1:2333 or [::1]:2333")
	}
	c.Listen = net.JoinHostPort(host, strconv.FormatUint(n, 10))
	return nil
}

func setData(c *Config, s string) error {
	if strings.ContainsRune(s, 0) {
		return fmt.Errorf("is no path of a folder")
	}
	c.Data = s
	return nil
}

func setPublicURL(c *Config, s string) error {
	u, err := url.Parse(s)
	if err != nil || !webURL(u) || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("is no address of a server; write scheme and host alone, such as https://live.example.org")
	}
	c.PublicURL = &url.URL{Scheme: u.Scheme, Host: strings.ToLower(u.Host)}
	return nil
}

// webURL tells whether u names a host over http or https.
func webURL(u *url.URL) bool {
	return (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && possiblePort(u)
}

// possiblePort tells whether u names no port or one that can be; url.Parse has
// only seen that it is a number.
func possiblePort(u *url.URL) bool {
	n, err := strconv.ParseUint(u.Port(), 10, 16)
	return u.Port() == "" && !strings.HasSuffix(u.Host, ":") || err == nil && n > 0
}

// originOf writes the origin as browsers do: lower case, no default port.
func originOf(u *url.URL) string {
	host := strings.ToLower(u.Host)
	switch u.Scheme {
	case "http":
		host = strings.TrimSuffix(host, ":80")
	case "https":
		host = strings.TrimSuffix(host, ":443")
	}
	return u.Scheme + "://" + host
}

// obsPort is where obs-websocket listens when nobody changed it.
const obsPort = "4455"

func setOBS(c *Config, s string) error {
	written := s
	if !strings.Contains(s, "://") {
		written = "ws://" + s
	}
	u, err := url.Parse(written)
	if err != nil || u.Scheme != "ws" && u.Scheme != "wss" || u.Hostname() == "" || u.User != nil ||
		strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || !possiblePort(u) {
		return fmt.Errorf("is no address of OBS; write host and port, such as 192.168.1.20:%s", obsPort)
	}
	port := u.Port()
	if port == "" {
		port = obsPort
	}
	c.OBS = u.Scheme + "://" + net.JoinHostPort(u.Hostname(), port)
	return nil
}

func setOrigins(c *Config, values []string) error {
	c.Origins = nil
	for _, s := range values {
		u, err := url.Parse(s)
		if err != nil || !webURL(u) || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
			return fmt.Errorf("holds %q, which is no origin; write scheme, host and port alone, such as https://chat.example.org:8443", s)
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
				return fmt.Errorf("holds %q, which is no network; write 10.1.2.0/24, 10.1.2.3 or 2001:db8::/32", s)
			}
			a = a.Unmap()
			p = netip.PrefixFrom(a, a.BitLen())
		}
		if p.Addr().Is4In6() {
			return fmt.Errorf("holds %q, an IPv4 network written as IPv6; write it as 10.1.2.0/24", s)
		}
		c.TrustedProxies = append(c.TrustedProxies, p.Masked())
	}
	return nil
}

func setBurst(c *Config, s string) (err error) {
	n, err := number(s, 1, 10_000)
	if err != nil {
		return fmt.Errorf("%w; a limit is turned off by user-rate 0", err)
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
		return fmt.Errorf("%w, or auto", err)
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
		return fmt.Errorf("is unknown; write normal or full")
	}
	return nil
}

func setOpen(c *Config, s string) error {
	c.Open = Open(s)
	if c.Open != OpenAuto && c.Open != OpenAlways && c.Open != OpenNever {
		return fmt.Errorf("is unknown; write auto, always or never")
	}
	return nil
}

func setLang(c *Config, s string) error {
	c.Lang = Lang(s)
	if c.Lang != LangAuto && c.Lang != English && c.Lang != Chinese && c.Lang != Japanese {
		return fmt.Errorf("is unknown; write auto, en, zh-CN or ja")
	}
	return nil
}

func setLogLevel(c *Config, s string) error {
	levels := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}
	level, ok := levels[s]
	if !ok {
		return fmt.Errorf("is unknown; write debug, info, warn or error")
	}
	c.LogLevel = level
	return nil
}
