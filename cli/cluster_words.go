//go:build !nocluster

package cli

import "danmaku/config"

// The sentences of cluster commands that lack something, and of a start on a member's folder.
var (
	noCluster       = config.Say("the data folder %s belongs to no cluster; danmaku cluster init makes one", "数据文件夹 %s 不属于任何集群；danmaku cluster init 可建立集群", "データフォルダー %s はクラスターに属していません。danmaku cluster init で作れます。")
	clusterServed   = config.Say("a server uses the data folder %s; stop it first, then run this command, then start it again", "服务器正在使用数据文件夹 %s；请先停止它，运行此命令后再启动", "サーバーがデータフォルダー %s を使っています。止めてからこのコマンドを実行し、また起動してください。")
	clusterHasRooms = config.Say("the data folder %s has rooms of its own, which a join would lose; name an empty folder with --data", "数据文件夹 %s 已有自己的房间，加入集群会丢失它们；请用 --data 指定空文件夹", "データフォルダー %s には自分のルームがあり、参加すると失われます。--data で空のフォルダーを指定してください。")
	clusterAlready  = config.Say("the data folder belongs to a cluster already; danmaku cluster status shows it", "该数据文件夹已属于一个集群；请看 danmaku cluster status", "このデータフォルダーはすでにクラスターに属しています。danmaku cluster status で確認できます。")
	clusterNoListen = config.Say("--listen is missing; give the address at which the other machines reach this one, such as --listen 10.0.0.1:%s", "请用 --listen 指定其他机器访问本机的地址，例如 --listen 10.0.0.1:%s", "他のマシンがこのマシンに届くアドレスを --listen 10.0.0.1:%s のように指定してください。")
	clusterAddress  = config.Say("%v; name with --listen an address of this machine with two free ports in a row, such as 10.0.0.1:6222", "本机无法在那里监听（%v）；请用 --listen 指定本机的地址，其端口和下一个端口都要空闲，例如 10.0.0.1:6222", "このマシンはそこで待ち受けられません（%v）。--listen でこのマシンのアドレスを指定してください。ポートとその次のポートが空いている必要があります。例：10.0.0.1:6222")
	badMachineName  = config.Say("--name %q: use 1 to 32 of a-z, 0-9 and -, beginning with a letter or digit", "--name %q：请用 1 到 32 个 a-z、0-9 和 -，以字母或数字开头", "--name %q：a-z、0-9、- を 1 から 32 文字で、英字か数字で始めてください。")
	badMachines     = config.Say("--machines %q: write a number from 1 to 100", "--machines %q：请写 1 到 100 的数", "--machines %q：1 から 100 の数を書いてください。")
	badFor          = config.Say("--for %q: write a time from 1m to 720h", "--for %q：请写 1m 到 720h 的时间", "--for %q：1m から 720h の時間を書いてください。")
	badClusterPlace = config.Say("--listen %q: write host and port, such as 10.0.0.1:6222", "--listen %q：请写主机和端口，例如 10.0.0.1:6222", "--listen %q：10.0.0.1:6222 のように、ホストとポートを書いてください。")
	machineRuns     = config.Say("the machine %s is up; stop its server first", "机器 %s 正在运行；请先停止它的服务器", "マシン %s は動いています。先にサーバーを止めてください。")
	noMachine       = config.Say("the cluster has no machine %s; danmaku cluster status shows them", "集群里没有机器 %s；请看 danmaku cluster status", "クラスターに %s というマシンはありません。danmaku cluster status で確認してください。")
	lastMachine     = config.Say("%s is the only machine of its cluster; danmaku cluster alone ends the cluster", "%s 是集群里唯一的机器；用 danmaku cluster alone 结束集群", "%s はクラスターのただ一つのマシンです。danmaku cluster alone でクラスターを終えます。")
	othersRun       = config.Say("%s is up and goes on as the cluster, and what it writes would be missing here; stop it first, or take this machine out with danmaku cluster leave", "%s 正在运行，会继续作为集群写入，而这里会缺少那些内容；请先停止它，或用 danmaku cluster leave 让本机退出", "%s は動いていて、クラスターとして続きます。そこに書かれたものはここに届きません。先に止めるか、danmaku cluster leave でこのマシンを外してください。")
	noOneAnswers    = config.Say("no machine of the cluster answers: start the server, here or on another one", "集群里没有机器响应：请在本机或另一台机器上启动服务器", "クラスターのどのマシンも応答しません。ここか別のマシンでサーバーを起動してください。")
	notReachable    = config.Say("%v", "集群里没有机器响应（%v）；那台机器上要运行 danmaku，两个端口都要能访问", "クラスターのどのマシンも応答しません（%v）。そこで danmaku が動いていて、二つのポートに届く必要があります。")
	notInvitation   = config.Say("this is not a whole invitation: copy all of it, from dm1- to its end", "这不是完整的邀请：请从 dm1- 开始完整复制", "招待が完全ではありません。dm1- から終わりまで、すべてコピーしてください。")
	notThatCluster  = config.Say("the machine that answers does not belong to the cluster of this invitation; look at the address, and ask for another invitation", "响应的机器不属于这个邀请的集群；请检查地址，并要一个新的邀请", "応答したマシンは、この招待のクラスターのものではありません。アドレスを確かめ、新しい招待をもらってください。")
	unknownInvite   = config.Say("the machine that answers does not know this invitation; danmaku cluster invite there prints another one", "响应的机器不认识这个邀请；请在那里运行 danmaku cluster invite 取得新的", "応答したマシンはこの招待を知りません。そこで danmaku cluster invite を実行すると、別の招待が出ます。")
	staleInvite     = config.Say("this invitation has expired; danmaku cluster invite prints another one", "这个邀请已过期；用 danmaku cluster invite 取得新的", "この招待は期限が切れています。danmaku cluster invite で別の招待が出ます。")
	usedInvite      = config.Say("this invitation has been used; danmaku cluster invite prints another one", "这个邀请已用过；用 danmaku cluster invite 取得新的", "この招待は使用済みです。danmaku cluster invite で別の招待が出ます。")
	witnessAsked    = config.Say("the machine that answers is a witness, which has nothing to give; run danmaku cluster invite on another machine of the cluster", "响应的是见证机，它没有数据可给；请在集群的另一台机器上运行 danmaku cluster invite", "応答したのはウィットネスで、渡せるデータがありません。クラスターの別のマシンで danmaku cluster invite を実行してください。")
	witnessAlone    = config.Say("a witness has no rooms, so it cannot run alone; run danmaku cluster alone on another machine of the cluster", "见证机没有房间，不能单独运行；请在集群的另一台机器上运行 danmaku cluster alone", "ウィットネスにはルームがないので、単独では動けません。クラスターの別のマシンで danmaku cluster alone を実行してください。")
	takenOut        = config.Say("this machine was taken out of its cluster; run danmaku cluster leave here, then join it anew with an invitation", "本机已被移出集群；请在本机运行 danmaku cluster leave，再用邀请重新加入", "このマシンはクラスターから外されました。ここで danmaku cluster leave を実行し、招待で参加し直してください。")
	tooFewUp        = config.Say("too few machines of the cluster are up to change its list; start more of them, or end the cluster with danmaku cluster alone where the position is highest", "集群中运行的机器太少，无法更改名单；请多启动几台，或在位置最高的机器上用 danmaku cluster alone 结束集群", "動いているマシンが少なすぎて、クラスターの一覧を変えられません。もっと起動するか、位置が最も高いマシンで danmaku cluster alone を実行してクラスターを終えてください。")
	edgeOrWitness   = config.Say("use either --edge or --witness, not both", "--edge 和 --witness 只能选一个", "--edge か --witness のどちらかを指定してください。")
	witnessRuns     = config.Say("This machine is %s, the witness of its cluster: it keeps the log and has no pages. Ctrl-C stops it.", "本机 %s 是集群的见证机：只保存日志，没有页面。按 Ctrl-C 停止。", "このマシン %s はクラスターのウィットネスです。ログだけを持ち、ページはありません。Ctrl-C で止まります。")
	nameTaken       = config.Say("the cluster has a machine named %q already; give this one another name with --name, or take the other off with danmaku cluster leave", "集群里已有名为 %q 的机器；请用 --name 换一个名字，或用 danmaku cluster leave 移除那一台", "クラスターには %q という名前のマシンがすでにあります。--name で別の名前を付けるか、danmaku cluster leave でもう一方を外してください。")
	olderProgram    = config.Say("the machines of the cluster run a newer version of danmaku; use that one here, too", "集群里的机器运行更新版本的 danmaku；本机也请使用那个版本", "クラスターのマシンはより新しい danmaku を使っています。ここでも同じものを使ってください。")
	otherSecret     = config.Say("the cluster has another secret.key than this data folder; replace this folder's with that of another machine", "集群的 secret.key 与这个数据文件夹的不同；请换成另一台机器上的那个", "クラスターの secret.key がこのデータフォルダーのものと違います。別のマシンのものに置き換えてください。")
	logLost         = config.Say("the cluster's log is lost; stop all machines, run danmaku cluster alone where the position is highest, begin a new cluster there, and let the others join it", "集群的日志已丢失；请停止所有机器，在位置最高的机器上运行 danmaku cluster alone，在那里建立新集群，再让其他机器加入", "クラスターのログが失われています。すべてのマシンを止め、位置が最も進んだマシンで danmaku cluster alone を実行し、そこで新しいクラスターを作り、他のマシンを参加させてください。")
	logBehind       = config.Say("the cluster's log ends before this machine's database; it was lost, or restored from a backup. Stop all machines, run danmaku cluster alone where the position is highest, begin a new cluster there, and let the others join it", "集群的日志比这台机器的数据库短；它曾丢失或从备份恢复。请停止所有机器，在位置最高的机器上运行 danmaku cluster alone，在那里建立新集群，再让其他机器加入", "クラスターのログがこのマシンのデータベースより前で終わっています。失われたか、バックアップから戻されたものです。すべてのマシンを止め、位置が最も進んだマシンで danmaku cluster alone を実行し、そこで新しいクラスターを作り、他のマシンを参加させてください。")
	notOfCluster    = config.Say("the database in %s is not the cluster's: a backup was put there, or danmaku cluster init was broken off. To be one of the cluster, join it with an empty folder; to go on with this database, run danmaku cluster alone", "%s 里的数据库不是集群的：可能放入了备份，或 danmaku cluster init 没有完成。要加入集群，请用空文件夹加入；要继续使用这个数据库，请运行 danmaku cluster alone", "%s のデータベースはクラスターのものではありません。バックアップが置かれたか、danmaku cluster init が途中で終わっています。クラスターに入るには空のフォルダーで参加し、このデータベースを使い続けるには danmaku cluster alone を実行してください。")
	noWholeCopy     = config.Say("this machine was away for so long that it needs a copy of another one's database, and none gives it one: %v. Start another machine first", "这台机器离开太久，需要另一台机器的数据库副本，但没有机器能提供：%v。请先启动另一台机器", "このマシンは長く離れていたため、別のマシンのデータベースのコピーが必要ですが、もらえません：%v。先に別のマシンを起動してください。")
)
