package cli

// The commands of `danmaku cluster`. cluster_run.go and cluster_status.go carry them out,
// cluster_input.go parses their arguments; a build without a cluster has cluster_none.go.

// clusterPort is the default port between the machines of a cluster.
const clusterPort = "6222"

var (
	clusterListen   = flagInfo{name: "listen", value: "ADDRESS", help: "host and port at which the other machines reach this one; the next port is used, too"}
	clusterName     = flagInfo{name: "name", value: "NAME", help: "name of this machine, of a-z, 0-9 and -; by default its host name"}
	clusterMachines = flagInfo{name: "machines", value: "N", help: "number of machines that may use the invitation"}
	clusterEdge     = flagInfo{name: "edge", help: "serve pages and sockets, and keep no copy of the log: never the home, and not one of the three"}
	clusterWitness  = flagInfo{name: "witness", help: "keep a copy of the log and nothing else: no pages, no rooms, never the home, but one of the three"}
	clusterFor      = flagInfo{name: "for", value: "TIME", def: "24h", help: "how long the invitation is valid, such as 30m or 24h"}
)

// defaulting returns the flag with another default.
func (f flagInfo) defaulting(value string) flagInfo {
	f.def = value
	return f
}

func clusterInitCommand() command {
	return command{
		name: "cluster init", summary: "start a cluster with this machine",
		about: "danmaku cluster init starts a cluster with this machine and its rooms, and prints an\n" +
			"invitation for two more machines. Stop the server first. Once there are three machines,\n" +
			"one may fail without the loss of anything acknowledged.",
		flags:  []flagInfo{clusterListen, clusterName, clusterMachines.defaulting("2"), clusterFor},
		folder: true, run: clusterInit,
	}
}

func clusterInviteCommand() command {
	return command{
		name: "cluster invite", summary: "print another invitation",
		about: "danmaku cluster invite prints an invitation for one more machine. An invitation gives\n" +
			"access to all data of the cluster: keep it secret.",
		flags:  []flagInfo{clusterMachines.defaulting("1"), clusterFor},
		folder: true, run: clusterInvite,
	}
}

func clusterJoinCommand() command {
	return command{
		name: "cluster join", summary: "add this machine to a cluster", args: "INVITATION",
		about: "danmaku cluster join adds this machine, which must have no rooms yet, to the cluster of\n" +
			"the invitation, and copies the cluster's data. The machine that made the invitation must\n" +
			"be running. Start the server afterwards. With --edge, the machine only follows the\n" +
			"others and serves more phones than three machines can. With --witness, it stores only\n" +
			"the log: with two other machines, either of them may fail.",
		flags:  []flagInfo{clusterEdge, clusterWitness, clusterListen, clusterName},
		folder: true, run: clusterJoin,
	}
}

func clusterStatusCommand() command {
	return command{
		name: "cluster status", summary: "show the machines of the cluster",
		about: "danmaku cluster status shows the machines, the position of each, the one that decides\n" +
			"(the home) and the one that leads the log.",
		flags:  []flagInfo{{name: "json", help: "print one JSON object"}},
		folder: true, run: clusterStatus,
	}
}

func clusterLeaveCommand() command {
	return command{
		name: "cluster leave", summary: "remove a machine from its cluster", args: "[MACHINE]",
		about: "danmaku cluster leave removes this machine, or MACHINE, from its cluster. Stop the\n" +
			"server of that machine first. The other machines have its data.",
		folder: true, run: clusterLeave,
	}
}

func clusterAloneCommand() command {
	return command{
		name: "cluster alone", summary: "continue with this machine alone",
		about: "danmaku cluster alone makes this machine run without a cluster, for when most machines\n" +
			"are lost. Stop all servers of the cluster, and run it on the machine with the highest\n" +
			"position in danmaku cluster status. The other machines must then join again.",
		folder: true, run: clusterAlone,
	}
}
