package cli

import (
	"bytes"
	"net/netip"
	"net/url"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"danmaku/config"

	"github.com/google/go-cmp/cmp"
	"rsc.io/qr"
)

func addrs(list ...string) (out []netip.Addr) {
	for _, s := range list {
		out = append(out, netip.MustParseAddr(s))
	}
	return out
}

func TestRankAddresses(t *testing.T) {
	up := func(name string, list ...string) networkInterface {
		return networkInterface{name: name, up: true, addrs: addrs(list...)}
	}
	for _, row := range []struct {
		name     string
		list     []networkInterface
		outbound string
		want     []string
	}{
		{name: "laptop", list: []networkInterface{
			{name: "lo", up: true, loop: true, addrs: addrs("127.0.0.1", "::1")},
			{name: "eth0", addrs: addrs("192.168.9.9")},
			up("docker0", "172.17.0.1"), up("wlan0", "192.168.1.20", "fe80::1", "2001:db8::20"), up("tun0", "10.8.0.2"),
		}, outbound: "192.168.1.20", want: []string{"192.168.1.20", "172.17.0.1", "10.8.0.2", "2001:db8::20"}},
		{name: "the default route goes through a tunnel", list: []networkInterface{up("tailscale0", "100.64.0.1"), up("en0", "10.0.0.5")},
			outbound: "100.64.0.1", want: []string{"10.0.0.5", "100.64.0.1"}},
		{name: "two networks", list: []networkInterface{up("eth0", "10.0.0.5"), up("eth1", "192.168.0.5")},
			outbound: "192.168.0.5", want: []string{"192.168.0.5", "10.0.0.5"}},
		{name: "private before public", list: []networkInterface{up("eth0", "203.0.113.5", "10.0.0.5")},
			outbound: "203.0.113.5", want: []string{"10.0.0.5", "203.0.113.5"}},
		{name: "Windows", list: []networkInterface{up("vEthernet (WSL)", "172.20.0.1"), up("WLAN", "192.168.1.2", "169.254.3.4")},
			want: []string{"192.168.1.2", "172.20.0.1"}},
		{name: "alone", list: []networkInterface{{name: "lo", up: true, loop: true, addrs: addrs("127.0.0.1")}}},
	} {
		var outbound netip.Addr
		if row.outbound != "" {
			outbound = netip.MustParseAddr(row.outbound)
		}
		var got []string
		for _, a := range rankAddresses(row.list, outbound) {
			got = append(got, a.String())
		}
		if d := cmp.Diff(row.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", row.name, d)
		}
	}
}

func TestBanner(t *testing.T) {
	paths := bannerPaths{Overlay: "/overlay/live?key=KEY", Audience: "/r/live", Console: "/console?code=CODE"}
	public, err := url.Parse("https://live.example.org")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name, listening string
		public          *url.URL
		lan             []netip.Addr
		want            []string // in this order
		not             string
	}{
		{name: "at home", listening: "[::]:2333", lan: addrs("192.168.1.20", "10.0.0.5", "2001:db8::1"), want: []string{
			"Overlay   http://127.0.0.1:2333/overlay/live?key=KEY\n", "Audience  http://192.168.1.20:2333/r/live\n",
			"or http://10.0.0.5:2333/r/live\n", "or http://[2001:db8::1]:2333/r/live\n", "█",
			"Console   http://127.0.0.1:2333/console?code=CODE\n", "From another machine: 192.168.1.20:2333 in place of 127.0.0.1:2333."}},
		{name: "IPv4 alone", listening: "0.0.0.0:80", lan: addrs("192.168.1.20", "2001:db8::1"), want: []string{"http://192.168.1.20:80/r/live"}, not: "2001"},
		{name: "one address", listening: "192.168.1.20:2333", lan: addrs("10.0.0.5"), want: []string{
			"Overlay   http://192.168.1.20:2333/overlay", "Audience  http://192.168.1.20:2333/r/live", "Console   http://192.168.1.20:2333/console"}, not: "10.0.0.5"},
		{name: "public", listening: "127.0.0.1:2333", public: public, lan: addrs("10.0.0.5"), want: []string{
			"Overlay   https://live.example.org/overlay/live?key=KEY", "Audience  https://live.example.org/r/live", "Console   https://live.example.org/console"}, not: "10.0.0.5"},
		{name: "loopback", listening: "127.0.0.1:2333", lan: addrs("10.0.0.5"), want: []string{
			"Audience  http://127.0.0.1:2333/r/live\n", "Phones cannot reach this: the server listens for this machine alone. Start it with --listen :2333."}, not: "10.0.0.5"},
		{name: "no network", listening: "[::]:2333", want: []string{"Audience  http://127.0.0.1:2333/r/live\n", "Phones cannot reach this: the machine is in no network."}},
	} {
		t.Run(row.name, func(t *testing.T) {
			var out bytes.Buffer
			if err := printBanner(&out, startWords[config.English], netip.MustParseAddrPort(row.listening), row.public, row.lan, paths); err != nil {
				t.Fatal(err)
			}
			text := out.String()
			if !strings.HasPrefix(text, "Overlay   http") {
				t.Errorf("there is text above the overlay:\n%s", text)
			}
			rest := text
			for _, want := range row.want {
				_, after, ok := strings.Cut(rest, want)
				if !ok {
					t.Fatalf("got\n%s\nwithout %q at its place", text, want)
				}
				rest = after
			}
			if row.not != "" && strings.Contains(text, row.not) {
				t.Errorf("got\n%s\nwith %q", text, row.not)
			}
			if strings.Contains(text, "\x1b") {
				t.Error("an output that is not a terminal gets escape sequences")
			}
		})
	}
}

// Every language has every text, columns of one width, and the same placeholders.
func TestBannerInEveryLanguage(t *testing.T) {
	paths := bannerPaths{Overlay: "/overlay/live?key=KEY", Audience: "/r/live", Console: "/console?code=CODE"}
	columns := func(s string) (n int) {
		for _, r := range s {
			if n++; r >= 0x2e80 { // CJK characters start here; they are two columns wide
				n++
			}
		}
		return n
	}
	english := reflect.ValueOf(startWords[config.English])
	for lang, w := range startWords {
		v := reflect.ValueOf(w)
		for i := range v.NumField() {
			text, want := v.Field(i).String(), english.Field(i).String()
			if text == "" || lang != config.English && text == want || strings.Count(text, "%") != strings.Count(want, "%") {
				t.Errorf("%s: %s is %q", lang, v.Type().Field(i).Name, text)
			}
		}
		for _, label := range []string{w.overlay, w.audience, w.console} {
			if columns(label) != len(w.under()) || !strings.HasSuffix(label, " ") {
				t.Errorf("%s: the label %q is %d wide, not %d", lang, label, columns(label), len(w.under()))
			}
		}
		for listening, marks := range map[string][]string{
			"[::]:2333":      {"http://192.168.1.20:2333/r/live\n", "http://10.0.0.5:2333/r/live\n", "192.168.1.20:2333", "127.0.0.1:2333", "█"},
			"127.0.0.1:2333": {"--listen :2333"},
		} {
			var out bytes.Buffer
			if err := printBanner(&out, w, netip.MustParseAddrPort(listening), nil, addrs("192.168.1.20", "10.0.0.5"), paths); err != nil {
				t.Fatal(err)
			}
			for _, mark := range append(marks, w.overlay+"http://127.0.0.1:2333/overlay/live?key=KEY\n", w.console+"http", w.once) {
				if !strings.Contains(out.String(), mark) || strings.Contains(out.String(), "%!") {
					t.Errorf("%s on %s: no %q in\n%s", lang, listening, mark, &out)
				}
			}
		}
	}
}

func TestSystemLanguage(t *testing.T) {
	for _, row := range []struct {
		environ string
		want    config.Lang
	}{
		{"LANG=zh_CN.UTF-8", config.Chinese}, {"LANG=ja_JP.utf8", config.Japanese}, {"LANG=zh_TW.UTF-8", config.Chinese}, {"LANG=ja.UTF-8@x", config.Japanese},
		{"LANG=de_DE.UTF-8", config.English}, {"LANG=C.UTF-8", config.English}, {"LANG=C", config.English}, {"LANG=POSIX", config.English},
		{"LC_ALL=ja_JP.UTF-8 LANG=zh_CN.UTF-8", config.Japanese}, {"LC_ALL= LC_MESSAGES=ja_JP.UTF-8 LANG=zh_CN.UTF-8", config.Japanese}, {"LC_ALL=C LANG=zh_CN.UTF-8", config.English},
		{"LANG=zh_CN.GB18030", config.English}, {"LANG=ja_JP", config.English}, {"LANG=zh_CN.UTF-8 TERM=linux", config.English}, {"LANG=zh_CN.UTF-8 TERM=xterm", config.Chinese},
		{"XLANG=zh_CN.UTF-8 LANGUAGE=zh LANG=en_US.UTF-8", config.English},
	} {
		if got := systemLang(strings.Fields(row.environ)); got != row.want {
			t.Errorf("%s: %s, want %s", row.environ, got, row.want)
		}
		if got := wordsIn(config.Japanese, strings.Fields(row.environ)); got != startWords[config.Japanese] {
			t.Errorf("%s: what was asked for is not %v", row.environ, got)
		}
		if got := wordsIn(config.LangAuto, strings.Fields(row.environ)); got != startWords[row.want] {
			t.Errorf("%s: the words are %v", row.environ, got)
		}
	}
}

// seenModules reads drawn half blocks back as a camera would: true is dark. ground says
// whether the space between characters is dark.
func seenModules(text string, ground bool) (rows [][]bool) {
	for line := range strings.Lines(text) {
		var upper, lower []bool
		for _, r := range strings.TrimRight(line, "\n") {
			up, low := r == '▀' || r == '█', r == '▄' || r == '█'
			upper, lower = append(upper, up != ground), append(lower, low != ground)
		}
		rows = append(rows, upper, lower)
	}
	return rows
}

func TestHalfBlocks(t *testing.T) {
	for _, text := range []string{"http://192.168.1.20:2333/r/live", "x", strings.Repeat("https://live.example.org/", 8)} {
		code, err := qr.Encode(text, qr.M)
		if err != nil {
			t.Fatal(err)
		}
		for _, colours := range []bool{true, false} {
			var b strings.Builder
			halfBlocks(&b, code, colours)
			drawn := b.String()
			if colours {
				for line := range strings.Lines(drawn) {
					if !strings.HasPrefix(line, "\x1b[38;5;16;48;5;231m") || !strings.HasSuffix(line, "\x1b[0m\n") {
						t.Fatalf("a line sets no colours or does not reset them: %q", line)
					}
				}
				drawn = strings.NewReplacer("\x1b[38;5;16;48;5;231m", "", "\x1b[0m", "").Replace(drawn)
			}
			rows := seenModules(drawn, !colours)
			side := code.Size + 2*quietZone
			if len(rows) < side || len(rows) > side+1 {
				t.Fatalf("%d rows for a code of %d modules and its border", len(rows), code.Size)
			}
			for y, row := range rows {
				if len(row) != side {
					t.Fatalf("row %d has %d modules, want %d", y, len(row), side)
				}
				for x, dark := range row {
					if want := code.Black(x-quietZone, y-quietZone); dark != want {
						t.Fatalf("colours %v: module %d,%d is dark: %v, want %v", colours, x, y, dark, want)
					}
				}
			}
		}
	}
}

// A start prints the version, the data folder and how to stop, in a terminal and in its own
// window.
func TestStartPrintsVersionFolderAndHowToStop(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	whole, err := filepath.Abs("data")
	if err != nil {
		t.Fatal(err)
	}
	for lang, w := range startWords {
		for clicked, stop := range map[bool]string{false: w.stop, true: w.stopWindow} {
			var out bytes.Buffer
			if err := printAbout(&out, w, "v1.2.3", "data", clicked); err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{"danmaku v1.2.3", whole, stop} {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%s, clicked %v: %q lacks %q", lang, clicked, &out, want)
				}
			}
		}
	}
}
