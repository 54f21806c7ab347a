package cli

import (
	"danmaku/config"
	"danmaku/connector"
)

// chatFaults say why a chat is not connected. The console's pages have the same
// sentences.
var chatFaults = map[connector.Code]config.Sentence{
	"no_channel":  config.Say("There is no such channel, or the platform does not answer for it. Check the name.", "没有这个频道，或平台没有回应。请检查名称。", "そのチャンネルがないか、応答がありません。名前を確かめてください。"),
	"suspended":   config.Say("The platform closed this channel.", "平台已关闭这个频道。", "このチャンネルはプラットフォームに停止されています。"),
	"not_allowed": config.Say("This chat is private, for members only, or turned off.", "这个聊天是私密的、仅限会员，或已关闭。", "このチャットは非公開か、メンバー限定か、オフになっています。"),
	"ended":       config.Say("The show is over. Enter the link of the next one.", "直播已结束。请输入下一场的链接。", "配信は終わりました。次の配信のリンクを入れてください。"),
	"key":         config.Say("The key is not accepted. Enter it again.", "密钥无效。请重新输入。", "キーが受け付けられません。入れ直してください。"),
	"key_missing": config.Say("A key is missing. Enter it.", "缺少密钥。请输入。", "キーがありません。入れてください。"),
	"user_code":   config.Say("The code (身份码) is wrong. Copy it again from the platform's page.", "身份码不正确。请从平台页面重新复制。", "コード（身份码）が違います。プラットフォームのページからもう一度コピーしてください。"),
	"sessions":    config.Say("The platform allows no more connections with this key. Close another one.", "这个密钥不能再建立更多连接。请先关闭别的连接。", "このキーではこれ以上つなげません。ほかの接続を閉じてください。"),
	"quota":       config.Say("The platform's quota for today is used up. The chat goes on at the time shown.", "平台今天的配额已用完。聊天会在显示的时间继续。", "プラットフォームの今日の割り当てを使い切りました。表示の時刻に再開します。"),
	"too_fast":    config.Say("The platform asks to wait.", "平台要求稍候。", "プラットフォームが待つように求めています。"),
	"not_running": config.Say("Nothing answers at that address. Is the program running there?", "该地址没有回应。那里的程序启动了吗？", "そのアドレスは応答しません。プログラムは動いていますか？"),
	"unreachable": config.Say("The platform cannot be reached. Check the internet connection.", "无法连接平台。请检查网络。", "プラットフォームにつながりません。インターネット接続を確かめてください。"),
	"name":        config.Say("The server's name cannot be looked up. Check the address and the internet connection.", "无法解析服务器的名称。请检查地址和网络。", "サーバーの名前を引けません。アドレスとインターネット接続を確かめてください。"),
	"tls":         config.Say("The certificate is not accepted, so the connection is not safe. Check this computer's clock.", "证书无效，连接不安全。请检查这台电脑的时钟。", "証明書が受け付けられず、接続が安全ではありません。このパソコンの時計を確かめてください。"),
	"clock":       config.Say("This computer's clock is wrong. Set it right.", "这台电脑的时钟不准。请校正时间。", "このパソコンの時計がずれています。合わせてください。"),
	"lost":        config.Say("The connection ended.", "连接已断开。", "接続が切れました。"),
	"silent":      config.Say("Nothing has come for too long.", "太久没有收到任何内容。", "長いあいだ何も届いていません。"),
	"answer":      config.Say("The answer could not be understood. If this goes on, look for a newer version of danmaku.", "无法理解对方的回答。如果一直这样，请查找 danmaku 的新版本。", "応答を読めませんでした。続くようなら、danmakuの新しい版を探してください。"),
	"platform":    config.Say("The platform reports an internal fault.", "平台报告它自己出了故障。", "プラットフォーム側の障害です。"),
	"reconnect":   config.Say("The platform asked for a new connection.", "平台要求重新连接。", "プラットフォームが接続のやり直しを求めています。"),
	"target":      config.Say("That names no chat of this kind. Check the link.", "这不是这类聊天的名称。请检查链接。", "この種類のチャットではありません。リンクを確かめてください。"),
}

// The sentences of the chat commands.
var (
	noChat     = config.Say("there is no chat %q in the room %s; danmaku chats list shows them", "没有聊天 %q（房间 %s）；请看 danmaku chats list", "チャット %q はルーム %s にありません。danmaku chats list で確認してください。")
	badSecret  = config.Say("--secret: write NAME=VALUE", "--secret：请写 NAME=VALUE", "--secret：NAME=VALUE の形で書いてください。")
	chatLacks  = config.Say("the chat needs %s; give each with --secret NAME=VALUE", "这个聊天需要 %s；请逐个用 --secret NAME=VALUE 给出", "このチャットには %s が必要です。それぞれ --secret NAME=VALUE で指定してください。")
	chatFailed = config.Say("%s %s: %v", "%s %s：%v", "%s %s：%v")
	chatSilent = config.Say("%s %s: no answer within %d s", "%s %s：%d 秒内没有回应", "%s %s：%d 秒以内に応答がありませんでした。")
)
