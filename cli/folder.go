package cli

import (
	"errors"
	"io/fs"
	"net"
	"os"
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
	store.FolderMember: config.Say("the data folder %s is that of a cluster's member (%v) and does not run alone, since the others would miss what it writes; to run alone, restore a backup into another folder",
		"数据文件夹 %s 属于集群的一个成员（%v），不能单独运行，否则其他成员会缺少它写入的内容；要单独运行，请把备份恢复到另一个文件夹", "データフォルダー %s はクラスターのメンバーのものです（%v）。単独で書き込むと他のメンバーに伝わらないため、単独では動きません。単独で動かすには、バックアップを別のフォルダーに復元してください。"),
	store.FileLocked: config.Say("%s is locked by another program (%v); stop that program and try again",
		"%s 被另一个程序锁定（%v）；请关闭那个程序再试", "%s は別のプログラムがロックしています（%v）。そのプログラムを止めてやり直してください。"),
	store.FileUnreadable: config.Say("%s cannot be read (%v); give this user the right to, or name another file",
		"无法读取 %s（%v）；请给当前用户读权限，或指定另一个文件", "%s を読めません（%v）。このユーザーに権限を与えるか、別のファイルを指定してください。"),
	store.FileBackupDamaged: config.Say("%s is a damaged backup (%v); use another one",
		"备份 %s 已损坏（%v）；请换一个备份", "バックアップ %s は壊れています（%v）。別のバックアップを使ってください。"),
	store.FileNotMade: config.Say("%s cannot be made (%v); name another file or folder",
		"无法创建 %s（%v）；请指定另一个文件或文件夹", "%s を作れません（%v）。別のファイルかフォルダーを指定してください。"),
}

// fileWords are the faults of files without a cause. %s is the path.
var fileWords = map[store.FolderFault]config.Sentence{
	store.FileNotBackup: config.Say("%s is not a backup: it is empty or not a file", "%s 不是备份：它是空的，或不是文件", "%s はバックアップではありません。空か、ファイルではありません。"),
	store.FileOfOther:   config.Say("%s is not a backup of danmaku", "%s 不是 danmaku 的备份", "%s は danmaku のバックアップではありません。"),
	store.FileTaken: config.Say("%s exists already; give another name, such as one with the date",
		"%s 已经存在；请换一个文件名，例如带上日期", "%s はもうあります。日付を付けるなど、別の名前にしてください。"),
	store.FileUnderWay: config.Say("%s exists: another backup is under way or was broken off; delete it and try again",
		"%s 已经存在：另一个备份正在进行，或曾经中断；请删除它再试", "%s はもうあります。別のバックアップの途中か、中断したものです。削除してやり直してください。"),
	store.FileNotKey: config.Say("%s is damaged: it must be 32 bytes; put a backup in its place, or delete it, which makes every overlay link and console session void",
		"%s 已损坏：它必须是 32 字节；请换成备份，或删除它（所有弹幕层链接和控制台登录都会失效）", "%s は壊れています。32 バイトのはずです。バックアップに置き換えるか、削除してください。削除すると、オーバーレイのリンクとコンソールのサインインはすべて無効になります。"),
}

var (
	folderWitness = config.Say("the data folder %s is that of a witness, which keeps the log of a cluster and has no rooms; run this command on another machine of the cluster",
		"数据文件夹 %s 属于见证机，它只保存集群的日志，没有房间；请在集群的另一台机器上运行此命令", "データフォルダー %s はウィットネスのもので、クラスターのログだけを持ち、ルームはありません。このコマンドはクラスターの別のマシンで実行してください。")
	folderNoParent = config.Say("cannot make the data folder %s, because there is no folder %s; make that one, or name another data folder with --data",
		"没有创建数据文件夹 %s，因为 %s 不存在；请先创建它，或用 --data 指定另一个数据文件夹", "データフォルダー %s は作りません。%s がありません。それを作るか、--data で別のデータフォルダーを指定してください。")
	folderServed = config.Say("another danmaku server already uses the data folder %s; danmaku open shows its console. To start another, stop it or name another folder with --data",
		"另一个 danmaku 服务器正在使用数据文件夹 %s；danmaku open 可打开它的控制台。要另外启动，请先停止它，或用 --data 指定另一个文件夹", "別の danmaku サーバーがデータフォルダー %s を使っています。danmaku open でそのコンソールを開けます。もう一つ起動するには、それを止めるか、--data で別のフォルダーを指定してください。")
	folderServedBy = config.Say("another danmaku server (process %[2]d) already uses the data folder %[1]s; danmaku open shows its console. To start another, stop it or name another folder with --data",
		"另一个 danmaku 服务器（进程 %[2]d）正在使用数据文件夹 %[1]s；danmaku open 可打开它的控制台。要另外启动，请先停止它，或用 --data 指定另一个文件夹", "別の danmaku サーバー（プロセス %[2]d）がデータフォルダー %[1]s を使っています。danmaku open でそのコンソールを開けます。もう一つ起動するには、それを止めるか、--data で別のフォルダーを指定してください。")
)

// spoken translates an error of the store or the cluster into every language. It returns all
// other errors unchanged.
func spoken(err error) error {
	if fault := spokenCluster(err); fault != nil {
		return fault
	}
	e, ok := errors.AsType[*store.FolderError](err)
	if !ok || e.Error() != err.Error() {
		return err
	}
	switch {
	case e.Kind == store.FileUnreadable:
		return notRead(e.Path, e.Cause)
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
	if words, ok := fileWords[e.Kind]; ok {
		return config.Faultf(words, e.Path)
	}
	return err
}

// notRead returns why a file that a command names cannot be read.
func notRead(path string, err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err // without the path, which the sentence has
	}
	info, statErr := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return config.Faultf(fileMissing, path)
	case statErr == nil && info.IsDir():
		return config.Faultf(fileIsFolder, path)
	}
	return config.Faultf(folderWords[store.FileUnreadable], path, err)
}

// openFile opens a file that a command names, to read it.
func openFile(path string) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, notRead(path, err)
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		_ = f.Close() // only read
		return nil, config.Faultf(fileIsFolder, path)
	}
	return f, nil
}

// systemCause returns the error of the operating system or the network in the chain of err, or
// err itself if there is none.
func systemCause(err error) error {
	if e, ok := errors.AsType[*net.OpError](err); ok {
		return e
	}
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e
	}
	return err
}

// localCause returns one of our errors: unchanged in English, in other languages the system's
// error in its chain.
func localCause(err error) error {
	cause := systemCause(err)
	return config.Written(err.Error(), config.Localize(cause, config.Chinese), config.Localize(cause, config.Japanese))
}

// dataMissing returns why a folder has no database.
func dataMissing(dir string) error {
	if isWitness(dir) {
		return config.Faultf(folderWitness, dir)
	}
	return config.Faultf(noData, dir)
}
