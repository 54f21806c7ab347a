package config

import (
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

func setListen(c *Config, s string) error {
	host, port, err := net.SplitHostPort(s)
	n, convErr := strconv.ParseUint(port, 10, 16)
	_, ipErr := netip.ParseAddr(host)
	if err != nil || convErr != nil || strings.ContainsAny(host, " /") || strings.Contains(host, ":") && ipErr != nil {
		return Faultf(badListen, s)
	}
	c.Listen = net.JoinHostPort(host, strconv.FormatUint(n, 10))
	return nil
}

// endpoint parses an address to listen on. Unlike --listen it accepts words instead.
func endpoint(s string, words ...string) (string, error) {
	if slices.Contains(words, s) {
		return s, nil
	}
	var c Config
	err := setListen(&c, s)
	return c.Listen, err
}

func setTLSListen(c *Config, s string) (err error) {
	c.TLSListen, err = endpoint(s, "auto")
	return err
}

func setHTTPListen(c *Config, s string) (err error) {
	c.HTTPListen, err = endpoint(s, "auto", "none")
	return err
}

func setDomains(c *Config, values []string) error {
	c.Domains = nil
	for _, s := range values {
		name := strings.ToLower(strings.TrimSuffix(s, "."))
		_, ipErr := netip.ParseAddr(name)
		if !domainName.MatchString(name) || len(name) > 253 || ipErr == nil {
			return Faultf(badDomain, s)
		}
		c.Domains = append(c.Domains, name)
	}
	return nil
}

// domainName matches names that an authority can certify: at least two labels, letters of
// other scripts as punycode.
var domainName = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$`)

func setSelfSigned(c *Config, s string) (err error) {
	if c.SelfSigned, err = strconv.ParseBool(s); err != nil {
		return Faultf(badChoice, s, "true, false")
	}
	return nil
}

func setACME(c *Config, s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.Host == "" {
		return Faultf(badACME, s)
	}
	c.ACME = s
	return nil
}

func setPublicURL(c *Config, s string) (err error) {
	c.PublicURL, err = serverURL(s)
	return err
}

func setMachineURL(c *Config, s string) error {
	u, err := serverURL(s)
	if err != nil {
		return err
	}
	c.MachineURL = originOf(u)
	return nil
}

func setMachineSilence(c *Config, s string) error {
	d, err := time.ParseDuration(s)
	if err != nil || d < time.Second || d > time.Minute {
		return Faultf(badSilence, s)
	}
	c.MachineSilence = d
	return nil
}

// serverURL reads the address of a server: scheme and host alone.
func serverURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil || !webURL(u) || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, Faultf(badPublicURL, s)
	}
	return &url.URL{Scheme: u.Scheme, Host: strings.ToLower(u.Host)}, nil
}

// webURL reports whether u names a host over http or https.
func webURL(u *url.URL) bool {
	return (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && possiblePort(u)
}

// possiblePort reports whether u has no port or a valid one; url.Parse only checks that it
// is a number.
func possiblePort(u *url.URL) bool {
	n, err := strconv.ParseUint(u.Port(), 10, 16)
	return u.Port() == "" && !strings.HasSuffix(u.Host, ":") || err == nil && n > 0
}

// originOf writes the origin like browsers: lower case, no default port.
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
