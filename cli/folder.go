package cli

import (
	"errors"
	"path/filepath"

	"danmaku/config"
	"danmaku/store"
)

// folderWords are the faults of data folders in every language. %s is the path,
// %v the cause.
var folderWords = map[store.FolderFault]config.Sentence{
	store.FolderNotMade: config.Say("the data folder %s cannot be made (%v); make it yourself or name another with --data",
		"无法创建数据文件夹 %s（%v）；请自己创建，或用 --data 指定另一个", "データフォルダー %s を作れません（%v）。自分で作るか、--data で別のものを指定してください。"),
	store.FolderNotWritable: config.Say("the data folder %s cannot be written (%v); give this user the right to, or name another with --data",
		"无法写入数据文件夹 %s（%v）；请给当前用户写权限，或用 --data 指定另一个", "データフォルダー %s に書き込めません（%v）。このユーザーに権限を与えるか、--data で別のものを指定してください。"),
	store.FolderFull: config.Say("the disk of the data folder %s is full (%v); make room and start again",
		"数据文件夹 %s 所在的磁盘已满（%v）；请腾出空间后重新启动", "データフォルダー %s のディスクがいっぱいです（%v）。空きを作って起動し直してください。"),
	store.FileNotDatabase: config.Say("%s is not a database (%v); move it away to start anew, or put a backup in its place",
		"%s 不是数据库（%v）；移走它可重新开始，或换成备份", "%s はデータベースではありません（%v）。新しく始めるなら移動し、バックアップがあれば置き換えてください。"),
	store.FileDamaged: config.Say("%s is damaged (%v); put a backup in its place, or move it away to start anew",
		"%s 已损坏（%v）；请换成备份，或移走它重新开始", "%s は壊れています（%v）。バックアップに置き換えるか、新しく始めるなら移動してください。"),
	store.FileLocked: config.Say("%s is locked by another program (%v); stop that program and try again",
		"%s 被另一个程序锁定（%v）；请关闭那个程序再试", "%s は別のプログラムがロックしています（%v）。そのプログラムを止めてやり直してください。"),
}

var (
	folderNoParent = config.Say("the data folder %s is not made, since there is no folder %s; make that one, or name another data folder with --data",
		"没有创建数据文件夹 %s，因为 %s 不存在；请先创建它，或用 --data 指定另一个数据文件夹", "データフォルダー %s は作りません。%s がありません。それを作るか、--data で別のデータフォルダーを指定してください。")
	folderServed = config.Say("another danmaku server already uses the data folder %s; danmaku open shows its console. To start another, stop it or name another folder with --data",
		"另一个 danmaku 服务器正在使用数据文件夹 %s；danmaku open 可打开它的控制台。要另外启动，请先停止它，或用 --data 指定另一个文件夹", "別の danmaku サーバーがデータフォルダー %s を使っています。danmaku open でそのコンソールを開けます。もう一つ起動するには、それを止めるか、--data で別のフォルダーを指定してください。")
	folderServedBy = config.Say("another danmaku server (process %[2]d) already uses the data folder %[1]s; danmaku open shows its console. To start another, stop it or name another folder with --data",
		"另一个 danmaku 服务器（进程 %[2]d）正在使用数据文件夹 %[1]s；danmaku open 可打开它的控制台。要另外启动，请先停止它，或用 --data 指定另一个文件夹", "別の danmaku サーバー（プロセス %[2]d）がデータフォルダー %[1]s を使っています。danmaku open でそのコンソールを開けます。もう一つ起動するには、それを止めるか、--data で別のフォルダーを指定してください。")
)

// spoken turns an error of the store into one that can be said in every language.
// All others come back as they are.
func spoken(err error) error {
	e, ok := errors.AsType[*store.FolderError](err)
	if !ok || e.Error() != err.Error() {
		return err
	}
	switch {
	case e.Kind == store.FolderNoParent:
		return config.Faultf(folderNoParent, e.Path, filepath.Dir(e.Path))
	case e.Kind == store.FolderServed && e.Holder > 0:
		return config.Faultf(folderServedBy, e.Path, e.Holder)
	case e.Kind == store.FolderServed:
		return config.Faultf(folderServed, e.Path)
	}
	if words, ok := folderWords[e.Kind]; ok {
		return config.Faultf(words, e.Path, e.Cause)
	}
	return err
}
