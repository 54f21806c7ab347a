package config

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"syscall"
)

// systemReasons translates what operating systems and networks report. They report in
// English.
var systemReasons = []struct {
	is    error
	words Sentence
}{
	{syscall.ENOTDIR, Say("", "路径中有一部分不是文件夹", "パスの途中がフォルダーではありません")},
	{syscall.EISDIR, Say("", "这是文件夹", "フォルダーです")},
	{syscall.ENOSPC, Say("", "磁盘已满", "ディスクがいっぱいです")},
	{syscall.EROFS, Say("", "文件系统是只读的", "読み取り専用です")},
	{syscall.EADDRINUSE, Say("", "地址已被占用", "アドレスは使用中です")},
	{syscall.EADDRNOTAVAIL, Say("", "不是这台电脑的地址", "このパソコンのアドレスではありません")},
	{syscall.ECONNREFUSED, Say("", "那个地址没有程序在监听", "その場所では何も待ち受けていません")},
	{syscall.ECONNRESET, Say("", "连接被对方断开", "相手が接続を切りました")},
	{syscall.EHOSTUNREACH, Say("", "无法到达那台机器", "そのマシンに届きません")},
	{syscall.ENETUNREACH, Say("", "无法到达那个网络", "そのネットワークに届きません")},
	{fs.ErrNotExist, Say("", "没有这个文件或文件夹", "そのファイルやフォルダーはありません")},
	{fs.ErrExist, Say("", "已经存在", "もうあります")},
	{fs.ErrPermission, Say("", "没有权限", "権限がありません")},
	{context.DeadlineExceeded, Say("", "没有及时响应", "時間内に応答がありません")},
	{os.ErrDeadlineExceeded, Say("", "没有及时响应", "時間内に応答がありません")},
}

var unknownHost = Say("", "没有这个主机名", "その名前のホストはありません")

// localizeSystem translates an error of the operating system or the network, and reports
// whether it could. It does not translate an error that one of our sentences wraps.
func localizeSystem(err error, lang Lang) (string, bool) {
	if lang != Chinese && lang != Japanese {
		return "", false
	}
	about := ""
	switch e := err.(type) {
	case *fs.PathError:
		about = e.Path
	case *os.LinkError:
		about = e.New
	case *net.OpError:
		if e.Addr != nil {
			about = e.Addr.String()
		}
	case *net.DNSError:
		about = e.Name
	case *os.SyscallError, syscall.Errno:
	default:
		if err != context.DeadlineExceeded && err != os.ErrDeadlineExceeded {
			return "", false
		}
	}
	words := ""
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
		about, words = dns.Name, unknownHost.in(lang)
	}
	for _, r := range systemReasons {
		if words == "" && errors.Is(err, r.is) {
			words = r.words.in(lang)
		}
	}
	switch {
	case words == "":
		return "", false
	case about == "":
		return words, true
	}
	return about + "：" + words, true
}
