package config_test

import (
	"errors"
	"flag"
	"log/slog"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"danmaku/config"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var compare = cmp.Options{
	cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
	cmp.Comparer(func(a, b *url.URL) bool {
		return a == nil && b == nil || a != nil && b != nil && a.String() == b.String()
	}),
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDefaults(t *testing.T) {
	t.Chdir(t.TempDir())
	got, err := config.Load(nil, []string{"PATH=/bin", "DANMAKU_LISTEN="})
	if err != nil {
		t.Fatal(err)
	}
	want := config.Config{
		MachineSilence: 1500 * time.Millisecond,
		Listen:         ":2333", Data: "danmaku-data", Open: config.OpenAuto, Lang: config.LangAuto, OBS: "ws://127.0.0.1:4455", Sync: config.SyncNormal, LogLevel: slog.LevelInfo, LogFormat: config.LogText,
		UserRate: 0.5, UserBurst: 3, AddressRate: 5, RoomRate: 40, SenderRate: 200,
		MaxSocketsPerAddress: 2000, CheckFail: config.CheckFailHold,
	}
	if d := cmp.Diff(want, got, compare, cmpopts.IgnoreFields(config.Config{}, "MaxSockets")); d != "" {
		t.Errorf("defaults (-want +got):\n%s", d)
	}
	if got.MaxSockets < 10 {
		t.Errorf("MaxSockets = %d, want the descriptor limit minus the reserve", got.MaxSockets)
	}
}

func TestEveryOptionFromEverySource(t *testing.T) {
	data := t.TempDir()
	want := config.Config{
		Listen: "127.0.0.1:8080", Data: data, PublicURL: &url.URL{Scheme: "https", Host: "live.example.org"}, MachineURL: "https://a.example.org", MachineSilence: 2500 * time.Millisecond,
		Origins:        []string{"https://a.example", "http://b.example:81"},
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("2001:db8::/32")},
		Open:           config.OpenNever, Lang: config.Chinese, OBS: "ws://192.168.1.20:4456", Sync: config.SyncFull, LogLevel: slog.LevelDebug, LogFormat: config.LogText,
		UserRate: 1.5, UserBurst: 4, AddressRate: 6, RoomRate: 0, SenderRate: 7,
		MaxSockets: 0, MaxSocketsPerAddress: 9,
		CheckURL: &url.URL{Scheme: "https", Host: "check.example.org", Path: "/v1", RawQuery: "key=1"}, CheckFail: config.CheckFailPass,
	}
	set := [][2]string{
		{"listen", "127.0.0.1:8080"}, {"data", data}, {"public-url", "https://Live.Example.org/"}, {"machine-url", "https://A.Example.org:443/"}, {"machine-silence", "2.5s"},
		{"origin", "https://A.example:443,http://b.example:81"}, {"trusted-proxy", "10.1.2.3/8, 127.0.0.1 ,2001:db8::1/32"},
		{"user-rate", "1.5"}, {"user-burst", "4"}, {"address-rate", "6"}, {"room-rate", "0"}, {"sender-rate", "7"},
		{"check-url", "https://check.example.org/v1?key=1"}, {"check-fail", "pass"},
		{"max-sockets", "0"}, {"max-sockets-per-address", "9"}, {"sync", "full"}, {"open", "never"}, {"lang", "zh-CN"}, {"obs", "192.168.1.20:4456"}, {"log-level", "debug"},
	}
	var flags, env []string
	var file strings.Builder
	for _, kv := range set {
		flags = append(flags, "--"+kv[0]+"="+kv[1])
		env = append(env, "DANMAKU_"+strings.ToUpper(strings.ReplaceAll(kv[0], "-", "_"))+"="+kv[1])
		file.WriteString(kv[0] + " = '" + kv[1] + "'\n")
	}
	path := write(t, "all.toml", "# a comment\n"+file.String())
	for name, in := range map[string]struct{ args, env []string }{
		"flags":         {flags, nil},
		"one dash":      {[]string{"-listen", ":1"}, env[1:]},
		"variables":     {nil, env},
		"file":          {[]string{"--config", path}, nil},
		"file by a var": {nil, []string{"DANMAKU_CONFIG=" + path}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := config.Load(in.args, in.env)
			if err != nil {
				t.Fatal(err)
			}
			want := want
			if strings.HasPrefix(name, "file") {
				want.File = path
			}
			if name == "one dash" {
				want.Listen = ":1"
			}
			if d := cmp.Diff(want, got, compare); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestFlagBeatsVariableBeatsFile(t *testing.T) {
	data := t.TempDir()
	text := "user-rate = 1\naddress-rate = 1\nroom-rate = 1.25\norigin = [\"https://file.example\"]\n"
	if err := os.WriteFile(filepath.Join(data, config.FileName), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := config.Load(
		[]string{"--user-rate", "3", "--data", data, "--origin", "https://x.example", "--origin", "https://y.example"},
		[]string{"DANMAKU_USER_RATE=2", "DANMAKU_ADDRESS_RATE=2", "DANMAKU_ORIGIN=https://env.example", "DANMAKU_KEY=k"})
	if err != nil {
		t.Fatal(err)
	}
	if got.UserRate != 3 || got.AddressRate != 2 || got.RoomRate != 1.25 {
		t.Errorf("rates = %v %v %v, want 3 from the flag, 2 from the variable, 1.25 from the file", got.UserRate, got.AddressRate, got.RoomRate)
	}
	if d := cmp.Diff([]string{"https://x.example", "https://y.example"}, got.Origins); d != "" {
		t.Errorf("a list of a stronger place replaces that of a weaker one:\n%s", d)
	}
	if want := filepath.Join(data, config.FileName); got.File != want {
		t.Errorf("File = %q, want %q", got.File, want)
	}
}

// Every row must fail with all of its lines, and distinguish usage faults from others.
func TestFaults(t *testing.T) {
	t.Chdir(t.TempDir())
	file := func(text string) []string { return []string{"--config", write(t, "x.toml", text)} }
	for _, row := range []struct {
		name      string
		args, env []string
		usage     bool
		lines     []string
	}{
		{"unknown flag", []string{"--user-rat", "3"}, nil, true, []string{"--user-rat: there is no such option; did you mean --user-rate?"}},
		{"two unknown flags", []string{"--foo=1", "--bar=2"}, nil, true, []string{"--foo: there", "--bar: there"}},
		{"three dashes", []string{"---x"}, nil, true, []string{"---x: not an option"}},
		{"no value", []string{"--listen"}, nil, true, []string{"--listen: the value is missing"}},
		{"a flag in place of the value", []string{"--listen", "--data", "x"}, nil, true, []string{"--listen: the value is missing"}},
		{"argument", []string{"hello"}, nil, true, []string{`unexpected argument "hello"; see danmaku help serve`}},
		{"bad flag value", []string{"--user-rate", "lots"}, nil, true, []string{`user-rate (--user-rate): invalid rate "lots": want comments per second`}},
		{"unknown variable", nil, []string{"DANMAKU_USR_RATE=1"}, false, []string{"DANMAKU_USR_RATE: there is no such variable; did you mean DANMAKU_USER_RATE?"}},
		{"variable in small letters", nil, []string{"DANMAKU_user_rate=1"}, false, []string{"DANMAKU_user_rate: there is no such variable"}},
		{"bad variable value", nil, []string{"DANMAKU_USER_BURST=0"}, false, []string{"user-burst (DANMAKU_USER_BURST): invalid number \"0\": want a whole number from 1 to 10000"}},
		{"unknown key", file("\n\nusr-rate = 1\n"), nil, false, []string{`x.toml:3: there is no key "usr-rate"; did you mean user-rate?`}},
		{"table", file("[limits]\nuser-rate = 1\n"), nil, false, []string{`x.toml:1: there is no key "limits"`}},
		{"key of the wrong kind", file("listen = true"), nil, false, []string{"listen (", "x.toml:1): the value has the wrong kind"}},
		{"list for one", file("listen = ['a', 'b']"), nil, false, []string{"the value has the wrong kind; write one text"}},
		{"no TOML", file("listen = \n"), nil, false, []string{"x.toml:1: this is not TOML"}},
		{"config in a file", file("config = 'y'"), nil, false, []string{`there is no key "config"`}},
		{"no such file", []string{"--config", "none.toml"}, nil, false, []string{"settings file none.toml cannot be read: no such file"}},
		{"folder as file", []string{"--config", "."}, nil, false, []string{"settings file . cannot be read: "}},
		{"empty data", []string{"--data", ""}, nil, true, []string{"data (--data): the value is empty"}},
		{"NaN", []string{"--room-rate", "NaN"}, nil, true, []string{"invalid rate"}},
		{"negative rate", []string{"--room-rate", "-1"}, nil, true, []string{"invalid rate"}},
		{"endless rate", []string{"--room-rate", "Inf"}, nil, true, []string{"invalid rate"}},
		{"bare port", []string{"--listen", "2333"}, nil, true, []string{`invalid address "2333": want :2333`}},
		{"high port", []string{"--listen", ":70000"}, nil, true, []string{"invalid address"}},
		{"url as listen", []string{"--listen", "http://x:1"}, nil, true, []string{"invalid address"}},
		{"public url without scheme", []string{"--public-url", "live.example.org"}, nil, true, []string{"invalid server address"}},
		{"public url with a path", []string{"--public-url", "https://x.example/live"}, nil, true, []string{"invalid server address"}},
		{"silence without unit", []string{"--machine-silence", "2"}, nil, true, []string{`invalid duration "2"`, "1s to 60s"}},
		{"silence too short", []string{"--machine-silence", "999ms"}, nil, true, []string{"1s to 60s"}},
		{"silence too long", []string{"--machine-silence", "61s"}, nil, true, []string{"1s to 60s"}},
		{"machine url with a path", []string{"--machine-url", "https://a.example/live"}, nil, true, []string{"invalid server address"}},
		{"public url, odd scheme", []string{"--public-url", "ftp://x.example"}, nil, true, []string{"invalid server address"}},
		{"metrics without a port", []string{"--metrics", "127.0.0.1"}, nil, true, []string{"--metrics", "want 9464"}},
		{"metrics with a word", []string{"--metrics", "on"}, nil, true, []string{"--metrics", "want 9464"}},
		{"log-format of another kind", []string{"--log-format", "xml"}, nil, true, []string{"--log-format", "text, json"}},
		{"check-url without a scheme", []string{"--check-url", "127.0.0.1:8080"}, nil, true, []string{"--check-url", "want an address of http or https"}},
		{"check-url of a file", []string{"--check-url", "file:///etc/passwd"}, nil, true, []string{"want an address of http or https"}},
		{"check-url without a host", []string{"--check-url", "http:///check"}, nil, true, []string{"want an address of http or https"}},
		{"check-url with a password", []string{"--check-url", "http://me:secret@h/"}, nil, true, []string{"without user name"}},
		{"check-fail", []string{"--check-fail", "refuse"}, nil, true, []string{`unknown value "refuse": want hold, pass`}},
		{"obs over http", []string{"--obs", "http://127.0.0.1:4455"}, nil, true, []string{"invalid address of OBS"}},
		{"obs with a password", []string{"--obs", "ws://:secret@127.0.0.1"}, nil, true, []string{"invalid address of OBS"}},
		{"obs without a host", []string{"--obs", ":4455"}, nil, true, []string{"invalid address of OBS"}},
		{"obs, odd port", []string{"--obs", "127.0.0.1:0"}, nil, true, []string{"invalid address of OBS"}},
		{"null origin", []string{"--origin", "https://a.example,null"}, nil, true, []string{`invalid origin "null"`}},
		{"any origin", []string{"--origin", "*"}, nil, true, []string{"invalid origin"}},
		{"proxy", []string{"--trusted-proxy", "10.0.0.0/40"}, nil, true, []string{`invalid network "10.0.0.0/40"`}},
		{"proxy 4 in 6", []string{"--trusted-proxy", "::ffff:10.0.0.0/104"}, nil, true, []string{"written as IPv6"}},
		{"empty list", []string{"--trusted-proxy", ","}, nil, true, []string{"trusted-proxy (--trusted-proxy): the value is empty"}},
		{"sync", []string{"--sync", "off"}, nil, true, []string{"want normal, full"}},
		{"level", []string{"--log-level", "loud"}, nil, true, []string{"want debug, info, warn, error"}},
		{"sockets", []string{"--max-sockets", "-1"}, nil, true, []string{`invalid number "-1"`, ", or auto"}},
		{"all at once", append(file("room-rate = 'x'\nnope = 1"), "--sync", "off"), []string{"DANMAKU_NOPE=1", "DANMAKU_LISTEN=1"}, true,
			[]string{"sync (--sync)", "DANMAKU_NOPE", "listen (DANMAKU_LISTEN)", "x.toml:1", "x.toml:2"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := config.Load(row.args, row.env)
			if err == nil {
				t.Fatal("passed")
			}
			for _, want := range row.lines {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got\n%v\nwithout %q", err, want)
				}
			}
			if got := errors.Is(err, config.ErrUsage); got != row.usage {
				t.Errorf("ErrUsage is %v, want %v: %v", got, row.usage, err)
			}
		})
	}
}

// For a Service called danmaku, or danmaku-chat, Kubernetes sets variables that look like
// ours. They are not an error, and change nothing.
func TestInjectedVariablesAreIgnored(t *testing.T) {
	t.Chdir(t.TempDir())
	var env []string
	for _, service := range []string{"DANMAKU", "DANMAKU_CHAT", "DANMAKU_LIVE_2"} {
		for _, kv := range []string{
			"_SERVICE_HOST=10.0.171.239", "_SERVICE_HOST=fd00::12", "_SERVICE_PORT=2333", "_SERVICE_PORT_HTTP=2333", "_SERVICE_PORT_WEB_UI=80",
			"_PORT=tcp://10.0.171.239:2333", "_PORT=udp://[fd00::12]:53", "_PORT_2333_TCP=tcp://10.0.171.239:2333",
			"_PORT_2333_TCP_PROTO=tcp", "_PORT_2333_TCP_PORT=2333", "_PORT_2333_TCP_ADDR=10.0.171.239",
			"_PORT_53_UDP=udp://10.0.171.239:53", "_PORT_53_UDP_ADDR=10.0.171.239", "_PORT_9_SCTP_PROTO=sctp",
			"_NAME=/web/danmaku", "_ENV_PATH=/usr/bin", "_ENV_PG_VERSION=17",
		} {
			env = append(env, service+kv)
		}
	}
	want, err := config.Load(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := config.Load(nil, env)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got, compare); d != "" {
		t.Errorf("they change the options:\n%s", d)
	}
	// A variable that could be meant as an option is still a fault.
	for _, kv := range []string{
		"DANMAKU_PORT=8080", "DANMAKU_PORT=:8080", "DANMAKU_HOST=10.0.0.1", "DANMAKU_SERVICE=x", "DANMAKU_PORT_TCP=1",
		"DANMAKU_PORT_X_TCP=1", "DANMAKU_LISTN=:1", "DANMAKU_service_host=10.0.0.1", "DANMAKU_CHAT_PORT=8080", "DANMAKU_NAME=My show", "DANMAKU_ENV=prod",
	} {
		if _, err := config.Load(nil, []string{kv}); err == nil || !strings.Contains(err.Error(), "there is no such variable") {
			t.Errorf("%s: got %v", kv, err)
		}
	}
	if _, err := config.Load(nil, []string{"DANMAKU_PORT=8080"}); err == nil || !strings.Contains(err.Error(), "DANMAKU_LISTEN") {
		t.Errorf("the error about a port does not name its option: %v", err)
	}
}

func TestDataFolderFileCannotMoveTheDataFolder(t *testing.T) {
	data := t.TempDir()
	if err := os.WriteFile(filepath.Join(data, config.FileName), []byte("data = '/elsewhere'"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := config.Load([]string{"--data", data}, nil)
	if err == nil || !strings.Contains(err.Error(), "cannot say where that folder is") {
		t.Errorf("got %v", err)
	}
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{{"-h"}, {"--help"}, {"--listen", ":1", "-help"}} {
		if _, err := config.Load(args, nil); !errors.Is(err, config.ErrHelp) {
			t.Errorf("%v: got %v, want ErrHelp", args, err)
		}
	}
	for _, name := range []string{"--listen", "--trusted-proxy", "DANMAKU_USER_RATE", "(default 0.5)"} {
		if !strings.Contains(config.Help(), name) {
			t.Errorf("the help does not name %s", name)
		}
	}
}

// TestFlagFaults checks our sentences for faults of a command's own flags.
func TestFlagFaults(t *testing.T) {
	for args, want := range map[string]string{
		"--rom live":         "--rom: there is no such option; did you mean --room?",
		"--zzz":              "--zzz: there is no such option; see danmaku help test",
		"--room":             "--room: the value is missing; write --room VALUE",
		"x --room":           "--room: the value is missing",
		"--room --json":      "--room: the value is missing",
		"--json=maybe":       `--json takes no value, but got "maybe"`,
		"--count many":       `--count: parse error`,
		"---json":            "---json: not an option",
		"--=x":               "--=x: not an option",
		"--rom x --zzz":      "--zzz: there is no such option",
		"-- --rom":           "",
		"a --json -- --json": "",
		"--room -":           "",
		"--room -x":          "",
	} {
		fs := flag.NewFlagSet("danmaku test", flag.ContinueOnError)
		fs.String("room", "", "")
		fs.Bool("json", false, "")
		fs.Int("count", 0, "")
		rest, err := config.ParseFlags(fs, strings.Fields(args))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want) || !errors.Is(err, config.ErrUsage)) {
			t.Errorf("%s: %q, %v", args, rest, err)
		}
		if err != nil && strings.Contains(err.Error(), "flag provided") {
			t.Errorf("%s: %v", args, err)
		}
	}
	fs := flag.NewFlagSet("danmaku test", flag.ContinueOnError)
	if rest, err := config.ParseFlags(fs, []string{"a", "--", "--b", "c"}); err != nil || strings.Join(rest, " ") != "a --b c" {
		t.Errorf("behind two dashes: %q, %v", rest, err)
	}
}

// TestFaultsInEveryLanguage checks one fault of each source in every language.
func TestFaultsInEveryLanguage(t *testing.T) {
	t.Chdir(t.TempDir())
	_, err := config.Load([]string{"--user-rat", "3", "--sync", "off"}, []string{"DANMAKU_LISTEN=1"})
	for lang, want := range map[config.Lang][]string{
		config.English:  {"--user-rat: there is no such option; did you mean --user-rate?", `sync (--sync): unknown value "off"`, "listen (DANMAKU_LISTEN): invalid address"},
		config.Chinese:  {"--user-rat：没有这个选项；是不是 --user-rate？", `sync（--sync）：未知的值 "off"`, "listen（DANMAKU_LISTEN）：地址"},
		config.Japanese: {"--user-rat：そのようなオプションはありません。--user-rate のことですか。", `sync（--sync）："off" という値はありません`, "listen（DANMAKU_LISTEN）："},
	} {
		text := config.Localize(err, lang)
		for _, line := range want {
			if !strings.Contains(text, line) {
				t.Errorf("%s:\n%s\nlacks %s", lang, text, line)
			}
		}
		if strings.Contains(text, "%!") || strings.Count(text, "\n") != len(want)-1 {
			t.Errorf("%s:\n%s", lang, text)
		}
	}
}

func TestLoadCommand(t *testing.T) {
	t.Chdir(t.TempDir())
	fs := flag.NewFlagSet("replay", flag.ContinueOnError)
	room := fs.String("room", "live", "")
	cfg, rest, err := config.LoadCommand(fs, []string{"a.xml", "--room", "hall", "--data", "d", "b.xml"}, []string{"DANMAKU_SYNC=full"})
	if err != nil {
		t.Fatal(err)
	}
	if *room != "hall" || cfg.Data != "d" || cfg.Sync != config.SyncFull {
		t.Errorf("room %q, data %q, sync %q", *room, cfg.Data, cfg.Sync)
	}
	if d := cmp.Diff([]string{"a.xml", "b.xml"}, rest); d != "" {
		t.Errorf("arguments:\n%s", d)
	}
	fs = flag.NewFlagSet("replay", flag.ContinueOnError)
	if _, _, err := config.LoadCommand(fs, []string{"--listen", ":1"}, nil); !errors.Is(err, config.ErrUsage) {
		t.Errorf("a server's option for a command: got %v, want ErrUsage", err)
	}
}

func TestAllowedOrigins(t *testing.T) {
	cfg, err := config.Load([]string{"--public-url", "https://live.example.org:443", "--origin", "https://a.example"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"https://a.example", "https://live.example.org"}, cfg.AllowedOrigins()); d != "" {
		t.Error(d)
	}
}

// The README shows the table between two markers; the program prints it.
func TestReadmeTable(t *testing.T) {
	b, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(b), "<!-- options -->\n")
	table, _, end := strings.Cut(rest, "<!-- /options -->")
	if !ok || !end {
		t.Fatal("README.md has no <!-- options --> … <!-- /options -->")
	}
	if d := cmp.Diff(strings.TrimSpace(config.Table()), strings.TrimSpace(table)); d != "" {
		t.Errorf("the table in README.md is not the program's (-program +README):\n%s", d)
	}
}

// TestMetricsAddress checks that a port alone listens on this machine.
func TestMetricsAddress(t *testing.T) {
	for written, want := range map[string]string{
		"9464": "127.0.0.1:9464", ":9464": "127.0.0.1:9464", "0.0.0.0:9464": "0.0.0.0:9464", "[::]:9464": "[::]:9464", "10.0.0.5:9464": "10.0.0.5:9464", "localhost:9464": "localhost:9464",
	} {
		c, err := config.Load([]string{"--metrics", written}, nil)
		if err != nil || c.Metrics != want {
			t.Errorf("%s is %q, %v; want %q", written, c.Metrics, err, want)
		}
	}
}
