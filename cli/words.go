package cli

import "danmaku/config"

// What commands say that do not get what they need, in every language. What a
// command says of its own work is English.
var (
	noData              = config.Say("%s holds no data of danmaku; give the server's --data, or start danmaku once to make it", "%s 里没有 danmaku 的数据；请用 --data 指定服务器的数据文件夹，或先启动一次 danmaku", "%s に danmaku のデータがありません。--data でサーバーのデータフォルダーを指定するか、danmaku を一度起動してください。")
	noFolder            = config.Say("there is no data folder %s; name the server's with --data", "没有数据文件夹 %s；请用 --data 指定服务器的数据文件夹", "データフォルダー %s がありません。--data でサーバーのものを指定してください。")
	noRoomIn            = config.Say("there is no room %q in %s; the console's menu of rooms shows which there are and makes new ones", "没有房间 %q（%s）；控制台的房间菜单列出所有房间，也可以新建", "%q というルームは %s にありません。コンソールのルームメニューで確認し、作れます。")
	noRoomHere          = config.Say("there is no room %q in this data folder", "这个数据文件夹里没有房间 %q", "このデータフォルダーに %q というルームはありません。")
	noLink              = config.Say("there is no link %d; danmaku link list shows them", "没有链接 %d；请看 danmaku link list", "リンク %d はありません。danmaku link list で確認してください。")
	noLinkID            = config.Say("%q is not an ID; danmaku link list shows them", "%q 不是 ID；请看 danmaku link list", "%q は ID ではありません。danmaku link list で確認してください。")
	noServer            = config.Say("no running danmaku answers for the data folder %s; start it, or name its folder with --data", "数据文件夹 %s 没有正在运行的 danmaku；请启动它，或用 --data 指定它的文件夹", "データフォルダー %s で動いている danmaku が応答しません。起動するか、--data でフォルダーを指定してください。")
	olderServer         = config.Say("the server that uses the data folder %s is of an older version than this program; use the program that the server was started from, or stop the server and start it with this one", "使用数据文件夹 %s 的服务器比本程序版本旧；请使用启动服务器的那个程序，或停止服务器后用本程序重新启动", "データフォルダー %s を使っているサーバーは、このプログラムより古いバージョンです。サーバーを起動したプログラムを使うか、サーバーを止めてこのプログラムで起動し直してください。")
	remoteServer        = config.Say("the server that uses the data folder %s takes commands from its own machine alone; run this command there (with a container: inside it)", "使用数据文件夹 %s 的服务器只接受来自本机的命令；请在那台机器上运行（若在容器中，请在容器内运行）", "データフォルダー %s を使っているサーバーは、同じマシンからのコマンドだけを受け付けます。そのマシンで（コンテナーの場合はその中で）実行してください。")
	serverSilent        = config.Say("the server that uses the data folder %s does not answer: %v. Try again, or stop the server", "使用数据文件夹 %s 的服务器没有响应：%v。请重试，或停止该服务器", "データフォルダー %s を使っているサーバーが応答しません：%v。やり直すか、サーバーを止めてください。")
	notReady            = config.Say("the server runs but cannot take comments: %s; its log says more", "服务器在运行，但无法接收评论：%s；详情见它的日志", "サーバーは動いていますが、コメントを受け付けられません：%s。くわしくはサーバーのログをご覧ください。")
	badRoom             = config.Say("--room %q: use 1 to 32 of a-z, 0-9, - and _, beginning with a letter or digit", "--room %q：请用 1 到 32 个 a-z、0-9、- 和 _，以字母或数字开头", "--room %q：a-z、0-9、-、_ を 1 から 32 文字で、英字か数字で始めてください。")
	badSpeed            = config.Say("--speed %q: write a number from 0.01 to 1000000", "--speed %q：请写 0.01 到 1000000 的数", "--speed %q：0.01 から 1000000 の数を書いてください。")
	badURL              = config.Say("--url %q: write the server's address, such as http://127.0.0.1:2333", "--url %q：请写服务器的地址，例如 http://127.0.0.1:2333", "--url %q：http://127.0.0.1:2333 のように、サーバーのアドレスを書いてください。")
	badReplayURL        = config.Say("--url: %v", "--url：%v", "--url：%v")
	portInUse           = config.Say("%s is in use by another program, perhaps by a danmaku with another data folder. Close it and start again, or take another port", "%s 已被另一个程序占用，也许是使用别的数据文件夹的 danmaku。请关闭它再启动，或换一个端口", "%s は別のプログラムが使っています。別のデータフォルダーの danmaku かもしれません。それを閉じて起動し直すか、別のポートを使ってください")
	portForbidden       = config.Say("%s may not be listened on by this user, or the system keeps it for itself. Take another port above 1023", "当前用户不能监听 %s，或系统保留了它。请换一个大于 1023 的端口", "%s はこのユーザーでは待ち受けられないか、システムが使っています。1023 より大きいポートを使ってください")
	noAddressHere       = config.Say("%s is no address of this machine; start with --listen :2333 to listen on all of them", "%s 不是这台电脑的地址；用 --listen :2333 启动可监听所有地址", "%s はこのパソコンのアドレスではありません。--listen :2333 で起動すると、すべてのアドレスで待ち受けます。")
	cannotListen        = config.Say("cannot listen on %s: %v", "无法监听 %s：%v", "%s で待ち受けられません：%v")
	notASocket          = config.Say("%s is a file and no socket; name another one with --unix-socket", "%s 是普通文件，不是套接字；请用 --unix-socket 指定另一个", "%s はソケットではなくファイルです。--unix-socket で別の名前を指定してください。")
	socketInUse         = config.Say("another program listens on the socket %s; end it, or name another socket", "另一个程序正在监听套接字 %s；请结束它，或指定另一个", "ソケット %s は別のプログラムが待ち受けています。それを終えるか、別のソケットを指定してください。")
	badCertificate      = config.Say("the certificate cannot be used: %v", "证书无法使用：%v", "証明書を使えません：%v")
	namelessCertificate = config.Say("the certificate %s is for no single name; say with --public-url under which one phones come", "证书 %s 没有确定的域名；请用 --public-url 说明手机用哪个地址", "証明書 %s には決まった名前がありません。スマホが開くアドレスを --public-url で指定してください。")
	otherPortAdvice     = config.Say("%v: start with --listen %s, or write the line `listen = %q` into the file %s; the overlay's address in OBS then changes with it", "%v：用 --listen %s 启动，或把 `listen = %q` 这一行写进文件 %s；OBS 里弹幕层的地址也要跟着改", "%v：--listen %s で起動するか、`listen = %q` という行をファイル %s に書いてください。OBS のオーバーレイのアドレスも変わります。")
	noRooms             = config.Say("the data folder has no room; start with an empty --data folder", "数据文件夹里没有房间；请用空的 --data 文件夹启动", "データフォルダーにルームがありません。空のフォルダーを --data で指定して起動してください。")
	noBrowser           = config.Say("open that address yourself; the browser could not be asked: %v", "请自己打开这个地址；无法启动浏览器：%v", "このアドレスを自分で開いてください。ブラウザーを起動できません：%v")
)

// What backup and restore say.
var (
	badKeep          = config.Say("--keep %q: write a number of copies, or 0 for all", "--keep %q：请写份数，0 表示全部保留", "--keep %q：残す数を書いてください。0 はすべて残します。")
	badEvery         = config.Say("--every %q: write a time of a minute or more, such as 30m or 6h", "--every %q：请写一分钟以上的时间，例如 30m 或 6h", "--every %q：30m や 6h のように、一分以上の時間を書いてください。")
	everyNeedsFolder = config.Say("%s is not a folder; --every makes many copies, so name a folder", "%s 不是文件夹；--every 会产生多份备份，请指定文件夹", "%s はフォルダーではありません。--every はコピーをいくつも作るので、フォルダーを指定してください。")
	otherKey         = config.Say("%s is the key of another data folder; give each its own folder of backups", "%s 是另一个数据文件夹的密钥；请为每个数据文件夹使用单独的备份文件夹", "%s は別のデータフォルダーの鍵です。バックアップのフォルダーはデータフォルダーごとに分けてください。")
	noKey            = config.Say("there is no secret.key beside %s; name the one that was kept with --key. Without it every link and session of the copy would be void", "%s 旁边没有 secret.key；请用 --key 指定当时保存的那个。没有它，备份里的所有链接和登录都会失效", "%s の隣に secret.key がありません。保存してあるものを --key で指定してください。ないと、コピーの中のリンクとログインはすべて無効になります。")
	restoreServed    = config.Say("a server uses the data folder %s; stop it, then put the copy back", "服务器正在使用数据文件夹 %s；请先停止它再恢复", "サーバーがデータフォルダー %s を使っています。止めてから戻してください。")
	restoreHasData   = config.Say("the data folder %s holds data; --force moves it aside, or name an empty folder with --data", "数据文件夹 %s 里已有数据；用 --force 可把它移到一边，或用 --data 指定空文件夹", "データフォルダー %s にはデータがあります。--force で脇に移すか、--data で空のフォルダーを指定してください。")
)
