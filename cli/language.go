package cli

import (
	"strings"
	"unicode/utf8"

	"danmaku/config"
)

// terminalWords are the few sentences that a start prints. Help is English. Labels include
// their padding and have one width.
type terminalWords struct {
	overlay, audience, console string
	add                        string // instructions for the overlay's URL
	or                         string // %s: another URL for the audience
	once                       string // how long the console's URL is valid
	elsewhere                  string // %s in place of %s
	alone                      string // %s: port; no phone can connect, because the server listens only locally
	nowhere                    string // no phone can connect, because there is no network
	narrow                     string // the terminal is too narrow for the code
	secure                     string // heading of the https URL
	warns                      string // %s: the page that explains the browser's warning
	data, stop                 string // %s: the data folder; how to stop the program
	stopWindow                 string // the same, in its own window
}

var startWords = map[config.Lang]terminalWords{
	config.English: {
		overlay: "Overlay   ", audience: "Audience  ", console: "Console   ",
		add:       "Add this to OBS as a browser source, 1920 × 1080.",
		or:        "or %s",
		once:      "Opens once, within ten minutes.",
		elsewhere: "From another machine: %s in place of %s.",
		alone:     "Phones cannot reach this: the server listens for this machine alone. Start it with --listen :%s.",
		nowhere:   "Phones cannot reach this: the machine is in no network. Connect it and start again, or give --public-url.",
		secure:    "Secure    ",
		warns:     "Browsers warn of its certificate, which was made here; %s explains that.",
		narrow:    "The window is too narrow for the QR code; the console shows it, too.",
		data:      "keeps its data in %s", stop: "Ctrl-C stops it.", stopWindow: "Close this window to stop it.",
	},
	config.Chinese: {
		overlay: "弹幕层    ", audience: "观众      ", console: "控制台    ",
		add:       "在 OBS 里添加为浏览器来源，1920 × 1080。",
		or:        "或 %s",
		once:      "十分钟内有效，只能打开一次。",
		elsewhere: "在别的电脑上，用 %s 代替 %s。",
		alone:     "手机连不上：服务器只接受本机的连接。请用 --listen :%s 启动。",
		nowhere:   "手机连不上：这台电脑没有接入网络。请接入后重新启动，或用 --public-url 给出地址。",
		secure:    "安全地址  ",
		warns:     "证书是在这里生成的，浏览器会警告；%s 有说明。",
		narrow:    "窗口太窄，放不下二维码；控制台里也有。",
		data:      "数据保存在 %s", stop: "按 Ctrl-C 停止。", stopWindow: "关闭这个窗口即可停止。",
	},
	config.Japanese: {
		overlay: "オーバーレイ  ", audience: "視聴者        ", console: "コンソール    ",
		add:       "OBS にブラウザソースとして追加します（1920 × 1080）。",
		or:        "または %s",
		once:      "十分以内に一度だけ開けます。",
		elsewhere: "ほかのパソコンからは、%[2]s を %[1]s に置き換えます。",
		alone:     "スマホからはつながりません。サーバーはこのパソコンだけで待っています。--listen :%s で起動してください。",
		nowhere:   "スマホからはつながりません。このパソコンはネットワークにつながっていません。つないで起動し直すか、--public-url を指定してください。",
		secure:    "安全な接続    ",
		warns:     "証明書はここで作ったものなので、ブラウザーが警告します。説明：%s",
		narrow:    "ウィンドウが狭く、QR コードが入りません。コンソールにも出ます。",
		data:      "データの保存先：%s", stop: "Ctrl-C で終了します。", stopWindow: "このウィンドウを閉じると終了します。",
	},
}

// under returns the indentation of a continuation line: as wide as a label, in which non-ASCII
// characters take two columns.
func (w terminalWords) under() (blanks string) {
	for _, r := range w.overlay {
		if blanks += " "; r >= utf8.RuneSelf {
			blanks += " "
		}
	}
	return blanks
}

// wordsIn returns the words of a language, or those of the system's.
func wordsIn(lang config.Lang, environ []string) terminalWords {
	return startWords[spokenLang(lang, environ)]
}

// spokenLang returns a language that startWords has: the configured one, or that of the
// system.
func spokenLang(lang config.Lang, environ []string) config.Lang {
	if lang == config.LangAuto {
		lang = systemLang(environ)
	}
	if _, ok := startWords[lang]; !ok {
		return config.English
	}
	return lang
}

// langIn returns the language of a command's errors: the one that the call asks for, even if
// the call is otherwise wrong, or that of the system.
func langIn(env Env) config.Lang {
	asked := ""
	ask := func(v string) {
		if v == "auto" || startWords[config.Lang(v)].overlay != "" { // otherwise it is not a language
			asked = v
		}
	}
	for _, kv := range env.Environ {
		if v, ok := strings.CutPrefix(kv, "DANMAKU_LANG="); ok {
			ask(v)
		}
	}
	for i, arg := range env.Args {
		name, v, with := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		switch {
		case name != "lang" || !strings.HasPrefix(arg, "-"):
		case with:
			ask(v)
		case i+1 < len(env.Args):
			ask(env.Args[i+1])
		}
	}
	if lang := config.Lang(asked); startWords[lang].overlay != "" {
		return lang
	}
	return systemLang(env.Environ)
}

// systemLang returns the language of the user at this terminal: that of the locale if set,
// otherwise that of the desktop if known. It is English if the terminal could not show
// anything else.
func systemLang(environ []string) config.Lang {
	value := func(names ...string) string {
		for _, name := range names {
			for _, kv := range environ {
				if v, ok := strings.CutPrefix(kv, name+"="); ok && v != "" {
					return v
				}
			}
		}
		return ""
	}
	locale := value("LC_ALL", "LC_MESSAGES", "LANG") // in the order of POSIX
	if locale == "" {
		return desktopLang()
	}
	name, charset, _ := strings.Cut(strings.ToLower(locale), ".")
	if charset, _, _ = strings.Cut(charset, "@"); charset != "utf-8" && charset != "utf8" || value("TERM") == "linux" {
		return config.English
	}
	return langOf(name)
}

// langOf returns the best of our languages for a tag: "zh_CN", "ja-JP", "pt".
func langOf(tag string) config.Lang {
	switch base, _, _ := strings.Cut(strings.ReplaceAll(tag, "-", "_"), "_"); base {
	case "zh":
		return config.Chinese
	case "ja":
		return config.Japanese
	}
	return config.English
}
