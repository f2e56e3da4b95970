#!/usr/bin/env bash
# Makes what krew, kubectl's manager of plugins, installs from:  build.sh PROGRAM OUT
#
# In the folder OUT: the archive of kubectl-mcp, and mcp.yaml, the manifest that names it. The archive is to be put where
# PLUGIN_URL says, a folder such as https://downloads.example.com/toolhive/v0.1.0. The same program gives the same archive.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=$(readlink -f "${1:?usage: build.sh PROGRAM OUT}")
out=${2:?usage: build.sh PROGRAM OUT}
version=$("$here/../version.sh")
url=${PLUGIN_URL:-https://downloads.example.com/toolhive/v$version}
case $(uname -m) in
  x86_64) arch=amd64 ;;
  aarch64) arch=arm64 ;;
  *) echo "build.sh: krew knows no $(uname -m)" >&2; exit 1 ;;
esac
archive=kubectl-mcp-v$version-linux-$arch.tar.gz

mkdir -p "$out"
tar --create --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=a+rX,u+w \
  --directory="$(dirname "$program")" kubectl-mcp --directory="$here/../.." LICENSE | gzip --no-name --best >"$out/$archive"
digest=$(sha256sum "$out/$archive" | cut -d ' ' -f 1)
cat >"$out/mcp.yaml" <<END
apiVersion: krew.googlecontainertools.github.com/v1alpha2
kind: Plugin
metadata:
  name: mcp
spec:
  version: v$version
  shortDescription: Look after MCP registries
  description: |
    Shows the registries of the Model Context Protocol that the operator runs, with all that belongs to them; compares and
    approves what the tools of servers become; shows logs, exports, puts registries to sleep, and collects a report without secrets.
  caveats: |
    The operator has to be installed: "kubectl mcp install generate" prints what installs it.
  platforms:
    - selector:
        matchLabels:
          os: linux
          arch: $arch
      uri: $url/$archive
      sha256: $digest
      bin: kubectl-mcp
      files:
        - from: kubectl-mcp
          to: .
        - from: LICENSE
          to: .
END
echo "$out/mcp.yaml"
