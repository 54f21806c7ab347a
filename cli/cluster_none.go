//go:build nocluster

package cli

import (
	"context"
	"log/slog"

	"danmaku/config"
)

// withoutCluster is every command of the cluster in this build.
func withoutCluster(context.Context, Env, input) error { return config.Faultf(noClusterHere) }

var clusterInit, clusterInvite, clusterJoin, clusterStatus, clusterLeave, clusterAlone = withoutCluster, withoutCluster, withoutCluster, withoutCluster, withoutCluster, withoutCluster

// spokenCluster knows no error: none comes from a cluster.
func spokenCluster(error) *config.Fault { return nil }

// noClusterHere is all that a build without a cluster says of it.
var noClusterHere = config.Say("this build of danmaku has no cluster; use the one of the release", "这个 danmaku 构建不含集群功能；请使用正式发布的版本", "この danmaku のビルドにはクラスターがありません。リリースのものを使ってください。")

// beWitness does nothing: this build takes part in no cluster.
func beWitness(context.Context, Env, config.Config, *slog.Logger) (was bool, err error) {
	return false, nil
}

// witnessHealth is never asked, see beWitness.
func witnessHealth(context.Context, Env, config.Config) error { return nil }

// isWitness is false, see beWitness.
func isWitness(string) bool { return false }

// inCluster is false: this build takes part in no cluster.
func inCluster(string) bool { return false }
