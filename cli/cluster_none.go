//go:build nocluster

package cli

import (
	"context"
	"log/slog"

	"danmaku/config"
)

// withoutCluster runs every command of the cluster in this build.
func withoutCluster(context.Context, Env, input) error { return config.Faultf(noClusterHere) }

var clusterInit, clusterInvite, clusterJoin, clusterStatus, clusterLeave, clusterAlone = withoutCluster, withoutCluster, withoutCluster, withoutCluster, withoutCluster, withoutCluster

// spokenCluster returns nil: no error comes from a cluster.
func spokenCluster(error) *config.Fault { return nil }

// noClusterHere is the only message of a build without a cluster.
var noClusterHere = config.Say("this build of danmaku has no cluster; use the one of the release", "这个 danmaku 构建不含集群功能；请使用正式发布的版本", "この danmaku のビルドにはクラスターがありません。リリースのものを使ってください。")

// beWitness does nothing: this build takes part in no cluster.
func beWitness(context.Context, Env, config.Config, *slog.Logger) (was bool, err error) {
	return false, nil
}

// witnessHealth is never called, see beWitness.
func witnessHealth(context.Context, Env, config.Config) error { return nil }

// isWitness returns false, see beWitness.
func isWitness(string) bool { return false }

// inCluster returns false: this build takes part in no cluster.
func inCluster(string) bool { return false }
