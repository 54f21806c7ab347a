package main

import (
	"errors"
	"fmt"
	"slices"

	"danmaku/config"
)

// help is what `danmaku --help` prints.
func help() string {
	return `danmaku puts an audience's live comments on a stream: start it, add the overlay's
address to OBS as a browser source, and show the audience its code.

danmaku [serve] [flags]       start the server (the default)
danmaku open                  open the running server's console in the browser
danmaku obs add               put the overlay into OBS
danmaku link new|list|revoke  make, list and take back links for moderators and programs
danmaku replay FILE           send the comments of a file (Bilibili XML, niconico XML, JSON Lines) to a room
danmaku export                write the comments of a room to a file (XML, ASS, JSON Lines, CSV)
danmaku backup FILE           copy the database into a new file
danmaku check                 say of lines on standard input what the filter says
danmaku config                print all options as a table
danmaku version               print version, commit, Go and SQLite

All but check, config and version work beside the running server, on its data
folder. danmaku COMMAND --help tells more of each.

Flags of the server:
` + config.Help()
}

// folderFlags are the flags that every command on the data folder has.
const folderFlags = `  --data FOLDER the server's data folder (default danmaku-data)
  --config FILE settings file
`

// usages is what `danmaku COMMAND --help` prints.
var usages = map[string]string{
	"open": `Usage: danmaku open

Opens the console of the running server in the browser and prints its address,
with a new code: good for ten minutes and one use.

  --lang LANG   language of what it prints: auto (as the system has it), en, zh-CN, ja
` + folderFlags,

	"obs": `Usage: danmaku obs add [--room R] [--name N] [--scene S] [--obs A] [--server U] [--dock]

Makes the browser source with the overlay in OBS, as large as the canvas, or
refreshes the one that is there. In OBS turn on Tools, WebSocket Server Settings,
Enable WebSocket server. Its password is asked for, or taken from the variable
DANMAKU_OBS_PASSWORD.

  --room R      room that the overlay shows (default live)
  --name N      what the source is called in OBS (default danmaku)
  --scene S     scene for the source (default: the one on air)
  --obs A       where OBS listens (default ws://127.0.0.1:4455)
  --server U    address of danmaku as OBS reaches it (default: found out)
  --dock        also make a moderator's link and print the address of a dock
` + folderFlags,

	"link": `Usage: danmaku link new --role ROLE [--room R] [--label L] [--json]
       danmaku link list
       danmaku link revoke ID

A link lets somebody in without an account. new prints its address, list shows
all with their IDs, revoke takes one back at once.

  --role ROLE   owner      everything, in all rooms
                moderator  the console of one room
                overlay    the overlay's address
                audience   the way into a secret room
                sender     a key for programs that send comments over HTTP
  --room R      room the link is for (default live)
  --label L     what it is called in the list and in the record
  --json        print one JSON object
` + folderFlags,

	"backup": `Usage: danmaku backup FILE

Copies the database into FILE, which must not be there yet, beside the running
server. To use the copy, put it into an empty data folder as danmaku.db, and
secret.key of the old folder beside it.

` + folderFlags,

	"check": `Usage: danmaku check [--rules FILE] [--json] < LINES

Says of every line on standard input what the filter says of a comment with that
text: verdict, rule, matched word and text, parted by tabs.

  --rules FILE  rules to use in place of the shipped list
  --json        lines in are JSON strings, lines out JSON objects
`,
	"replay":  replayUsage,
	"export":  exportUsage,
	"config":  "Usage: danmaku config\n\nPrints all options of the server as a Markdown table.\n",
	"version": "Usage: danmaku version\n\nPrints the version, the commit with its date, Go, and SQLite with its driver.\n",
}

// helpWanted are the words that ask for help where a command or act may stand.
var helpWanted = []string{"-h", "-help", "--help", "help"}

// told prints the usage of a command whose error only says that help was asked
// for, and gives back every other error.
func told(env environment, command string, err error) error {
	if !errors.Is(err, config.ErrHelp) {
		return err
	}
	fmt.Fprint(env.out, usages[command])
	return nil
}

// helpCommand is `danmaku help [COMMAND]`.
func helpCommand(env environment) error {
	if len(env.args) == 0 || env.args[0] == "serve" || asksHelp(env.args) {
		fmt.Fprint(env.out, help())
		return nil
	}
	text, ok := usages[env.args[0]]
	if !ok {
		return config.Usagef("%s", noCommand(env.args[0]))
	}
	fmt.Fprint(env.out, text)
	return nil
}

// asksHelp tells whether the first argument asks for help.
func asksHelp(args []string) bool { return len(args) > 0 && slices.Contains(helpWanted, args[0]) }
