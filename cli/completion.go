package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"danmaku/config"
)

// completeName is the command that the shells call. It is not in the table: it is for the
// scripts below.
const completeName = "__complete"

// Values that a shell completes by itself.
const (
	completeFiles   = ":files"
	completeFolders = ":folders"
)

// shells are the scripts that call us, by shell. Each passes the words after the program's
// name; the last one is being typed.
var shells = map[string]string{
	"bash": `# danmaku completion bash: put this into ~/.bashrc:
#   source <(danmaku completion bash)
_danmaku() {
	local line IFS=$'\n'
	COMPREPLY=()
	for line in $("${COMP_WORDS[0]}" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null); do
		case $line in
		:files) COMPREPLY+=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}")) ;;
		:folders) COMPREPLY+=($(compgen -d -- "${COMP_WORDS[COMP_CWORD]}")) ;;
		*) COMPREPLY+=("$line") ;;
		esac
	done
}
complete -o filenames -o nosort -F _danmaku danmaku 2>/dev/null || complete -o filenames -F _danmaku danmaku
`,
	"zsh": `#compdef danmaku
# danmaku completion zsh: put this into ~/.zshrc, behind compinit:
#   source <(danmaku completion zsh)
_danmaku() {
	local line
	local -a found
	for line in ${(f)"$("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)"}; do
		case $line in
		:files) _files ;;
		:folders) _files -/ ;;
		*) found+=("$line") ;;
		esac
	done
	(( ${#found} )) && compadd -- "${found[@]}"
}
compdef _danmaku danmaku
`,
	"fish": `# danmaku completion fish: put this into ~/.config/fish/completions/danmaku.fish:
#   danmaku completion fish > ~/.config/fish/completions/danmaku.fish
function __danmaku_complete
	set -l typed (commandline -ct)
	set -l words (commandline -opc)
	for line in ($words[1] __complete $words[2..-1] "$typed" 2>/dev/null)
		switch $line
			case ':files'
				__fish_complete_path "$typed"
			case ':folders'
				__fish_complete_directories "$typed"
			case '*'
				echo $line
		end
	end
end
complete -c danmaku -f -a '(__danmaku_complete)'
`,
	"powershell": `# danmaku completion powershell: put this into your $PROFILE:
#   danmaku completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName danmaku, danmaku.exe -ScriptBlock {
	param($typed, $tree, $cursor)
	$words = @($tree.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursor } | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
	# An empty argument is lost on the way to a program in old versions.
	if ($typed -eq '') { $last = ':empty' } else { $last = $typed }
	foreach ($line in (& $tree.CommandElements[0].ToString() __complete @words $last 2>$null)) {
		switch ($line) {
			':files' { Get-ChildItem -Name "$typed*" | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) } }
			':folders' { Get-ChildItem -Name -Directory "$typed*" | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) } }
			default { [System.Management.Automation.CompletionResult]::new($line) }
		}
	}
}
`,
}

// completionCommand is `danmaku completion SHELL`.
func completionCommand() command {
	names := []string{"bash", "zsh", "fish", "powershell"}
	return command{
		name: "completion", summary: "print a script for completion in a shell", args: "SHELL",
		about: "Prints a script with which a shell completes commands, flags and their values:\n" + strings.Join(names, ", ") +
			". Its first lines say where to put it.",
		run: func(_ context.Context, env Env, in input) error {
			script, ok := shells[in.args[0]]
			if !ok {
				return config.Usage(noShell, in.args[0], strings.Join(names, ", "))
			}
			_, err := fmt.Fprint(env.Out, script)
			return err
		},
	}
}

var noShell = config.Say("there is no completion for %q; there are %s", "没有 %q 的补全；有 %s", "%q の補完はありません。あるのは %s です。")

// complete prints the candidates for the last word.
func complete(env Env) {
	words := env.Args
	typed := ""
	if len(words) > 0 {
		typed, words = words[len(words)-1], words[:len(words)-1]
	}
	if typed == ":empty" {
		typed = ""
	}
	for _, c := range candidates(commands(), words, typed) {
		if strings.HasPrefix(c, typed) || c == completeFiles || c == completeFolders {
			fmt.Fprintln(env.Out, c)
		}
	}
}

// candidates returns all words that may follow others.
func candidates(table []command, before []string, typed string) []string {
	group := ""
	c := table[0]
	rest := before
	if len(before) > 0 && !strings.HasPrefix(before[0], "-") {
		if before[0] == "help" {
			return afterHelp(table, before[1:])
		}
		if inGroup := parts(table, before[0]); len(inGroup) > 0 && len(before) == 1 {
			group = before[0]
		} else {
			found, left, err := resolve(table, before)
			if err != nil {
				return nil
			}
			c, rest = found, left
		}
	}
	if group != "" {
		return partNames(parts(table, group))
	}
	flags := c.allFlags()
	if len(rest) > 0 {
		if f, ok := flagNamed(flags, rest[len(rest)-1]); ok && f.value != "" {
			return valuesOf(f)
		}
	}
	if name, _, with := strings.Cut(typed, "="); with {
		f, ok := flagNamed(flags, name)
		if !ok {
			return nil
		}
		var out []string
		for _, v := range f.choices {
			out = append(out, name+"="+v)
		}
		return out
	}
	var out []string
	if len(before) == 0 && !strings.HasPrefix(typed, "-") {
		out = names(table)
	}
	if strings.HasPrefix(typed, "-") || len(before) > 0 && c.args == "" {
		for _, f := range flags {
			out = append(out, "--"+f.name)
		}
		return append(out, "--help")
	}
	switch c.args {
	case "FILE":
		out = append(out, completeFiles)
	case "SHELL":
		for shell := range shells {
			out = append(out, shell)
		}
		slices.Sort(out)
	}
	return out
}

func afterHelp(table []command, before []string) []string {
	switch len(before) {
	case 0:
		return names(table)
	case 1:
		return partNames(parts(table, before[0]))
	}
	return nil
}

// allFlags returns the flags of a command with those of the data folder.
func (c command) allFlags() []flagInfo {
	all := slices.Clone(c.flags)
	if c.name == serveName || c.folder {
		for _, o := range config.Flags(c.name == serveName, c.also...) {
			all = append(all, flagInfo{name: o.Name, value: o.Value, choices: o.Choices, help: o.Help, def: o.Default, file: o.Name == "config"})
		}
	}
	return all
}

func flagNamed(flags []flagInfo, word string) (flagInfo, bool) {
	name := strings.TrimLeft(word, "-")
	i := slices.IndexFunc(flags, func(f flagInfo) bool { return name != word && f.name == name })
	if i < 0 {
		return flagInfo{}, false
	}
	return flags[i], true
}

// valuesOf returns the values of a flag that are known.
func valuesOf(f flagInfo) []string {
	switch {
	case len(f.choices) > 0:
		return f.choices
	case f.name == "data":
		return []string{completeFolders}
	case f.file:
		return []string{completeFiles}
	}
	return nil
}
