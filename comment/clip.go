package comment

import "github.com/rivo/uniseg"

// ClipName returns as much of a name as a comment may have: at most [MaxNameLen] characters
// as people see them. Other platforms' names are longer, and a comment is not refused for
// that.
func ClipName(name string) string {
	name = clean(name)
	rest, state, end := name, -1, 0
	for range MaxNameLen {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if cluster == "" || end+len(cluster) > MaxTextBytes/4 {
			break
		}
		end += len(cluster)
	}
	return clean(name[:end])
}
