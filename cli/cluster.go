package cli

// The commands of `danmaku cluster`. cluster_run.go and cluster_status.go carry them out,
// cluster_input.go parses their arguments; a build without a cluster has cluster_none.go.

// clusterPort is the default port between the machines of a cluster.
const clusterPort = "6222"

var (
	clusterListen   = flagInfo{name: "listen", value: "ADDRESS", help: "host and port where the other machines reach this one; the port behind it is used, too"}
	clusterName     = flagInfo{name: "name", value: "NAME", help: "what this machine is called, of a-z, 0-9 and -; the machine's own name when not said"}
	clusterMachines = flagInfo{name: "machines", value: "N", help: "machines that the invitation lets in"}
	clusterEdge     = flagInfo{name: "edge", help: "serve pages and sockets, and keep no copy of the log: never the home, and not one of the three"}
	clusterWitness  = flagInfo{name: "witness", help: "keep a copy of the log and nothing else: no pages, no rooms, never the home, but one of the three"}
	clusterFor      = flagInfo{name: "for", value: "TIME", def: "24h", help: "how long the invitation is good, such as 30m or 24h"}
)

// defaulting returns the flag with another default.
func (f flagInfo) defaulting(value string) flagInfo {
	f.def = value
	return f
}

func clusterInitCommand() command {
	return command{
		name: "cluster init", summary: "let more machines run as one with this one",
		about: "danmaku cluster init makes a cluster of this machine, with the rooms that it has,\n" +
			"and prints an invitation for two more machines. The server must not run meanwhile.\n" +
			"From three machines on, one may die, and nothing that was acknowledged is lost.",
		flags:  []flagInfo{clusterListen, clusterName, clusterMachines.defaulting("2"), clusterFor},
		folder: true, run: clusterInit,
	}
}

func clusterInviteCommand() command {
	return command{
		name: "cluster invite", summary: "print another invitation",
		about: "danmaku cluster invite prints an invitation for one more machine. Who has it gets\n" +
			"all that the cluster knows, so keep it to yourself.",
		flags:  []flagInfo{clusterMachines.defaulting("1"), clusterFor},
		folder: true, run: clusterInvite,
	}
}

func clusterJoinCommand() command {
	return command{
		name: "cluster join", summary: "make this machine one of a cluster", args: "INVITATION",
		about: "danmaku cluster join makes this machine, which has no rooms yet, one of the cluster\n" +
			"that the invitation names, with a copy of its data. The machine that made the\n" +
			"invitation has to run. Then start the server as ever. With --edge it is one that\n" +
			"only follows, for more phones than three machines can serve. With --witness it keeps\n" +
			"only the log: beside two machines, so that either of them may die.",
		flags:  []flagInfo{clusterEdge, clusterWitness, clusterListen, clusterName},
		folder: true, run: clusterJoin,
	}
}

func clusterStatusCommand() command {
	return command{
		name: "cluster status", summary: "show the machines of the cluster",
		about: "danmaku cluster status shows which machines there are, how far each has come, which\n" +
			"one decides (the home) and which one leads the log.",
		flags:  []flagInfo{{name: "json", help: "print one JSON object"}},
		folder: true, run: clusterStatus,
	}
}

func clusterLeaveCommand() command {
	return command{
		name: "cluster leave", summary: "take a machine out of its cluster for good", args: "[MACHINE]",
		about: "danmaku cluster leave takes this machine, or the one that is named, off the list of\n" +
			"its cluster. That machine's server must not run. What it had, the others have.",
		folder: true, run: clusterLeave,
	}
}

func clusterAloneCommand() command {
	return command{
		name: "cluster alone", summary: "go on with this machine alone",
		about: "danmaku cluster alone makes this machine one that runs without a cluster: for when\n" +
			"most of the machines are lost. Run it where danmaku cluster status says the highest\n" +
			"position, with no server of the cluster running. The other machines join anew then.",
		folder: true, run: clusterAlone,
	}
}
