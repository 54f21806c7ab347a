package config

import (
	"errors"
	"fmt"
	"strings"
)

// Sentence is a sentence in every language of the program, with the parameters of package
// fmt. Literals omit field names, so that none forgets a language.
type Sentence struct{ English, Chinese, Japanese string }

// Say makes a sentence.
func Say(english, chinese, japanese string) Sentence { return Sentence{english, chinese, japanese} }

// in returns the sentence in a language; in English for any other one.
func (s Sentence) in(lang Lang) string {
	switch lang {
	case Chinese:
		return s.Chinese
	case Japanese:
		return s.Japanese
	}
	return s.English
}

// Fault is an error with a sentence in every language. [Localize] also translates
// parameters that are errors.
type Fault struct {
	sentence Sentence
	args     []any
	is       error
}

// Faultf makes a fault. An error among args is its cause.
func Faultf(s Sentence, args ...any) *Fault {
	f := &Fault{sentence: s, args: args}
	for _, a := range args {
		if err, ok := a.(error); ok {
			f.is = err
		}
	}
	return f
}

// Usage makes a fault of the command line: it wraps [ErrUsage].
func Usage(s Sentence, args ...any) *Fault { return &Fault{sentence: s, args: args, is: ErrUsage} }

// Written makes a fault of complete texts.
func Written(english, chinese, japanese string) *Fault {
	whole := func(text string) string { return strings.ReplaceAll(text, "%", "%%") }
	var s Sentence
	s.English, s.Chinese, s.Japanese = whole(english), whole(chinese), whole(japanese)
	return &Fault{sentence: s}
}

// Error returns the fault in English.
func (f *Fault) Error() string { return f.In(English) }

// Unwrap returns [ErrUsage], or the cause of the fault.
func (f *Fault) Unwrap() error { return f.is }

// In returns the fault in a language.
func (f *Fault) In(lang Lang) string {
	args := make([]any, len(f.args))
	for i, a := range f.args {
		if inner, ok := a.(error); ok {
			a = Localize(inner, lang)
		}
		args[i] = a
	}
	return fmt.Sprintf(f.sentence.in(lang), args...)
}

// Localize returns an error in a language, one fault on each line. It translates faults,
// and what the operating system and the network report.
func Localize(err error, lang Lang) string {
	if f, ok := err.(*Fault); ok {
		return f.In(lang)
	}
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		var plain, said []string
		for _, one := range several.Unwrap() {
			plain = append(plain, one.Error())
			said = append(said, Localize(one, lang))
		}
		if strings.Join(plain, "\n") == err.Error() { // no sentence around them
			return strings.Join(said, "\n")
		}
	}
	// An error that only wraps a fault, without its own words.
	var f *Fault
	if errors.As(err, &f) && f.Error() == err.Error() {
		return f.In(lang)
	}
	if text, ok := localizeSystem(err, lang); ok {
		return text
	}
	return err.Error()
}

// The sentences about options, from any source.
var (
	strayNumber     = Sentence{"unexpected argument %q; %v", "多余的参数 %q；%v", "余分な引数 %q があります。%v"}
	unknownOption   = Sentence{"--%s: there is no such option; %v", "--%s：没有这个选项；%v", "--%s：そのようなオプションはありません。%v"}
	unknownVariable = Sentence{"%s: there is no such variable; %v", "%s：没有这个环境变量；%v", "%s：そのような環境変数はありません。%v"}
	unknownKey      = Sentence{"%s: there is no key %q; %v", "%s：没有键 %q；%v", "%s：%q というキーはありません。%v"}
	didYouMean      = Sentence{"did you mean %s?", "是不是 %s？", "%s のことですか。"}
	seeHelp         = Sentence{"see danmaku help %s", "请看 danmaku help %s", "danmaku help %s をご覧ください。"}
	seeHelpOrUnset  = Sentence{"unset it, or see danmaku help serve for the options", "请取消它，或看 danmaku help serve 列出的选项", "取り消すか、danmaku help serve でオプションをご覧ください。"}
	noValue         = Sentence{"--%s: the value is missing; write --%s VALUE", "--%s：缺少值；请写 --%s 值", "--%s：値がありません。--%s 値 と書きます。"}
	noSwitch        = Sentence{"--%s takes no value, but got %q", "--%s 不带值，却得到 %q", "--%s は値を取りませんが、%q がありました。"}
	badSyntax       = Sentence{"%s: not an option; options begin with two dashes and a letter", "%s：不是选项；选项以两个短横和字母开头", "%s：オプションではありません。オプションは二つのハイフンと英字で始まります。"}
	badFlagValue    = Sentence{"--%s: %s", "--%s：%s", "--%s：%s"}
	noArgument      = Sentence{"unexpected argument %q; %v", "多余的参数 %q；%v", "余分な引数 %q があります。%v"}
	emptyValue      = Sentence{"%s (%s): the value is empty", "%s（%s）：值为空", "%s（%s）：値が空です。"}
	badValue        = Sentence{"%s (%s): %v", "%s（%s）：%v", "%s（%s）：%v"}

	fileUnreadable = Sentence{"settings file %s cannot be read: %v", "无法读取设置文件 %s：%v", "設定ファイル %s を読めません：%v"}
	fileMovesData  = Sentence{"data (%s): a file in the data folder cannot say where that folder is; use --data or --config", "data（%s）：数据文件夹里的文件不能指定该文件夹的位置；请用 --data 或 --config", "data（%s）：データフォルダーの中のファイルでは、その場所を指定できません。--data か --config を使ってください。"}
	fileTooLarge   = Sentence{"it is larger than %d bytes", "超过 %d 字节", "%d バイトを超えています。"}
	fileNotTOML    = Sentence{"%s:%d: this is not TOML: %s", "%s:%d：不是 TOML：%s", "%s:%d：TOML ではありません：%s"}
	fileFault      = Sentence{"%s: %v", "%s：%v", "%s：%v"}
	wrongKind      = Sentence{"%s (%s): the value has the wrong kind; write one text or number", "%s（%s）：值的类型不对；请写一个文本或数字", "%s（%s）：値の種類が違います。文字列か数を一つ書いてください。"}
	wrongKindList  = Sentence{"%s (%s): the value has the wrong kind; write a text or a list of texts", "%s（%s）：值的类型不对；请写一个文本或文本列表", "%s（%s）：値の種類が違います。文字列か、文字列のリストを書いてください。"}
)

// The sentences about values. %q is the written value.
var (
	badRate        = Sentence{"invalid rate %q: want comments per second from 0 (no limit) to 1000000, for example 0.5", "速率 %q 无效：请写每秒弹幕数，0（不限）到 1000000，例如 0.5", "%q は速度として使えません。1 秒あたりのコメント数を 0（無制限）から 1000000 で、たとえば 0.5 と書いてください。"}
	badNumber      = Sentence{"invalid number %q: want a whole number from %d to %d", "数 %q 无效：请写 %d 到 %d 的整数", "%q は使えません。%d から %d の整数を書いてください。"}
	badBurst       = Sentence{"%v; to turn the limit off, use user-rate 0", "%v；要取消限制，请用 user-rate 0", "%v 制限をなくすには user-rate 0 を使ってください。"}
	orAuto         = Sentence{"%v, or auto", "%v，或 auto", "%v auto とも書けます。"}
	badDomain      = Sentence{"%q is not a name that leads here from the internet; write it as danmaku.your-domain.net, without https:// and port", "%q 不是能从互联网访问到这里的域名；请写成 danmaku.your-domain.net，不带 https:// 和端口", "%q はインターネットからここに届く名前ではありません。https:// とポートを付けずに danmaku.your-domain.net のように書いてください。"}
	badACME        = Sentence{"%q: want the https address of an ACME directory", "%q：请写 ACME 目录的 https 地址", "%q：ACME ディレクトリの https アドレスを書いてください。"}
	certNeedsKey   = Sentence{"--tls-cert and --tls-key belong together; give both", "--tls-cert 和 --tls-key 要一起用；请两个都给出", "--tls-cert と --tls-key は一緒に使います。両方を指定してください。"}
	oneCertificate = Sentence{"use one of --domain, --tls-cert and --self-signed: each brings the certificate", "--domain、--tls-cert、--self-signed 只能用一个：各自提供证书", "--domain、--tls-cert、--self-signed はどれも証明書の指定なので、一つだけ使ってください。"}
	noCertificate  = Sentence{"--tls-listen, --http-listen and --acme-url need a certificate: add --domain, --tls-cert or --self-signed", "--tls-listen、--http-listen、--acme-url 需要证书：请加上 --domain、--tls-cert 或 --self-signed", "--tls-listen、--http-listen、--acme-url には証明書が必要です。--domain、--tls-cert、--self-signed のどれかを加えてください。"}
	badListen      = Sentence{"invalid address %q: want :2333, 127.0.0.1:2333 or [::1]:2333", "地址 %q 无效：请写 :2333、127.0.0.1:2333 或 [::1]:2333", "%q は待ち受けるアドレスとして使えません。:2333、127.0.0.1:2333、[::1]:2333 のように書いてください。"}
	badMetrics     = Sentence{"invalid address %q: want 9464, 127.0.0.1:9464 or, for the network, 0.0.0.0:9464", "地址 %q 无效：请写 9464、127.0.0.1:9464，要对网络开放则写 0.0.0.0:9464", "%q は待ち受けるアドレスとして使えません。9464、127.0.0.1:9464、ネットワークに開くなら 0.0.0.0:9464 のように書いてください。"}
	badFolder      = Sentence{"invalid path %q", "路径 %q 无效", "%q はフォルダーのパスとして使えません。"}
	badPublicURL   = Sentence{"invalid server address %q: want scheme and host alone, such as https://live.example.org", "服务器地址 %q 无效：只写协议和主机，例如 https://live.example.org", "%q はサーバーのアドレスとして使えません。https://live.example.org のように、スキームとホストだけを書いてください。"}
	badSilence     = Sentence{"invalid duration %q: want 1s to 60s, for example 1.5s", "时长 %q 无效：请写 1s 到 60s，例如 1.5s", "%q は長さとして使えません。1s から 60s で、たとえば 1.5s と書いてください。"}
	badChatKey     = Sentence{"want KIND.NAME=VALUE, such as youtube.key=…", "请写 KIND.NAME=VALUE，例如 youtube.key=…", "KIND.NAME=VALUE の形で書いてください。例：youtube.key=…"}
	badCheckURL    = Sentence{"want an address of http or https without user name, such as http://127.0.0.1:8080/check", "请写不带用户名的 http 或 https 地址，例如 http://127.0.0.1:8080/check", "ユーザー名のない http か https のアドレスを書いてください。例：http://127.0.0.1:8080/check"}
	badOBS         = Sentence{"invalid address of OBS %q: want host and port, such as 192.168.1.20:%s", "OBS 地址 %q 无效：请写主机和端口，例如 192.168.1.20:%s", "%q は OBS のアドレスとして使えません。192.168.1.20:%s のように、ホストとポートを書いてください。"}
	badOrigin      = Sentence{"invalid origin %q: want scheme, host and port alone, such as https://chat.example.org:8443", "来源 %q 无效：只写协议、主机和端口，例如 https://chat.example.org:8443", "%q はオリジンとして使えません。https://chat.example.org:8443 のように、スキームとホストとポートだけを書いてください。"}
	badNetwork     = Sentence{"invalid network %q: want 10.1.2.0/24, 10.1.2.3 or 2001:db8::/32", "网络 %q 无效：请写 10.1.2.0/24、10.1.2.3 或 2001:db8::/32", "%q はネットワークとして使えません。10.1.2.0/24、10.1.2.3、2001:db8::/32 のように書いてください。"}
	mappedIPv4     = Sentence{"%q is an IPv4 network written as IPv6; write it as 10.1.2.0/24", "%q 是写成 IPv6 的 IPv4 网络；请写成 10.1.2.0/24", "%q は IPv6 の形で書かれた IPv4 ネットワークです。10.1.2.0/24 のように書いてください。"}
	badChoice      = Sentence{"unknown value %q: want %s", "未知的值 %q：请写 %s", "%q という値はありません。%s のどれかを書いてください。"}
)
