class Danmaku < Formula
  desc "Live comments that fly over a stream"
  homepage "{{.Home}}"
  version "{{.Version}}"
  license "MIT"

  on_macos do
    on_arm do
      url "{{.URL "darwin/arm64"}}"
      sha256 "{{.Sum "darwin/arm64"}}"
    end
    on_intel do
      url "{{.URL "darwin/amd64"}}"
      sha256 "{{.Sum "darwin/amd64"}}"
    end
  end
  on_linux do
    on_arm do
      url "{{.URL "linux/arm64"}}"
      sha256 "{{.Sum "linux/arm64"}}"
    end
    on_intel do
      url "{{.URL "linux/amd64"}}"
      sha256 "{{.Sum "linux/amd64"}}"
    end
  end

  def install
    bin.install "danmaku"
    doc.install Dir["*.md"], "docs", "NOTICE", "licences"
    generate_completions_from_executable(bin/"danmaku", "completion", shells: [:bash, :zsh, :fish])
  end

  service do
    run [opt_bin/"danmaku", "--data", var/"danmaku", "--open", "never"]
    keep_alive true
    log_path var/"log/danmaku.log"
    error_log_path var/"log/danmaku.log"
  end

  test do
    assert_match "danmaku {{.Tag}}", shell_output("#{bin}/danmaku version")
  end
end
